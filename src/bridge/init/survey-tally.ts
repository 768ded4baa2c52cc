import { dnKey, isWithin } from '../../core/directory/dn.ts';
import { fold } from '../../core/directory/fold.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { ServerKind } from '../../core/directory/kinds.ts';
import type { DirectoryFacts } from '../../ports/directory-source.ts';

/** What a directory has, in numbers and in names of containers and groups: nothing of a person. */
export interface Survey {
  readonly kind: ServerKind;
  readonly preset: DirectoryFacts['preset'];
  readonly users: number;
  readonly groups: number;
  /** Where entries are, those with the most first. */
  readonly containers: readonly { readonly dn: string; readonly users: number; readonly groups: number }[];
  /** The narrowest place that holds all users, or all groups; undefined where there are none. */
  readonly around: { readonly users?: string | undefined; readonly groups?: string | undefined };
  /** Attributes that could be the userName: how many users have one, and how many values several users share. */
  readonly candidates: readonly Candidate[];
  /** Groups that could be the scope, the largest first. */
  readonly scopeGroups: readonly { readonly dn: string; readonly members: number }[];
  /** Whether there is a group of this DN. */
  readonly hasGroup: (dn: string) => boolean;
}

export interface Candidate {
  readonly attribute: string;
  readonly have: number;
  readonly shared: number;
}

/** By kind of directory, the one of the preset map first. */
const loginAttributes = {
  'active-directory': ['userPrincipalName', 'mail', 'sAMAccountName'],
  openldap: ['uid', 'mail'],
} as const;
const memberAttributes = ['member', 'uniquemember', 'memberuid'] as const;

/** What a survey asks of each entry, in lower case. */
export function surveyedAttributes(preset: Survey['preset']): {
  readonly user: Set<string>;
  readonly group: Set<string>;
} {
  return {
    user: new Set(loginAttributes[preset].map((name) => name.toLowerCase())),
    group: new Set(['cn', ...memberAttributes]),
  };
}

/** As many as a person wants to read. */
const mostShown = 8;

interface Place {
  readonly dn: string;
  users: number;
  groups: number;
}

/** Counts entries as they are read. */
export function createTally(kind: ServerKind, preset: Survey['preset']) {
  const places = new Map<string, Place>();
  const logins = new Logins(loginAttributes[preset]);
  const people = new Set<string>();
  const groups: { readonly dn: string; readonly members: number; readonly name: string }[] = [];
  return {
    note({ type, dn, attributes }: Entry): void {
      const around = parentOf(dn);
      const key = dnKey(around);
      const place = places.get(key) ?? { dn: around, users: 0, groups: 0 };
      places.set(key, place);
      if (type === 'user') {
        place.users += 1;
        people.add(dnKey(dn));
        logins.note(attributes);
      } else {
        place.groups += 1;
        const members = memberAttributes.reduce((sum, name) => sum + (attributes.get(name)?.length ?? 0), 0);
        const [name = ''] = attributes.get('cn') ?? [];
        groups.push({ dn, members, name: typeof name === 'string' ? fold(name) : '' });
      }
    },
    survey(): Survey {
      const containers = [...places].filter(([key]) => !people.has(key)).map(([, place]) => place);
      const dnsWith = (type: 'users' | 'groups'): string[] =>
        containers.filter((place) => place[type] > 0).map(({ dn }) => dn);
      return {
        kind,
        preset,
        users: people.size,
        groups: groups.length,
        containers: containers.toSorted((a, b) => b.users + b.groups - a.users - a.groups).slice(0, mostShown),
        around: { users: commonOf(dnsWith('users')), groups: commonOf(dnsWith('groups')) },
        candidates: logins.candidates(),
        // A group that is called like a login is somebody's own (RFC 2307), and its name is theirs.
        scopeGroups: groups
          .filter(({ members, name }) => members > 0 && !logins.has(name))
          .map(({ dn, members }) => ({ dn, members }))
          .toSorted((a, b) => b.members - a.members)
          .slice(0, mostShown),
        hasGroup: (dn) => groups.some((group) => dnKey(group.dn) === dnKey(dn)),
      };
    },
  };
}

/** How often each value of each attribute is there. */
class Logins {
  readonly #values: ReadonlyMap<string, Map<string, number>>;

  constructor(attributes: readonly string[]) {
    this.#values = new Map(attributes.map((name) => [name, new Map()]));
  }

  note(attributes: Entry['attributes']): void {
    for (const [attribute, values] of this.#values) {
      const value = attributes.get(attribute.toLowerCase())?.[0];
      if (typeof value !== 'string' || value === '') continue;
      const folded = fold(value);
      values.set(folded, (values.get(folded) ?? 0) + 1);
    }
  }

  has(folded: string): boolean {
    return [...this.#values.values()].some((values) => values.has(folded));
  }

  candidates(): Candidate[] {
    return [...this.#values].map(([attribute, values]) => {
      const times = [...values.values()];
      return {
        attribute,
        have: times.reduce((sum, one) => sum + one, 0),
        shared: times.filter((one) => one > 1).length,
      };
    });
  }
}

/** The attribute that everybody has and nobody shares; the one of the preset map where it is as good as any. */
export function bestUserName({ candidates }: Pick<Survey, 'candidates'>): string | undefined {
  const [preset, ...others] = candidates;
  if (preset === undefined) return undefined;
  const good = ({ have, shared }: Candidate): number => have - 2 * shared;
  return others.reduce((best, one) => (good(one) > good(best) ? one : best), preset).attribute;
}

/** The attribute that the preset map takes by itself. */
export function presetUserName(preset: Survey['preset']): string {
  return loginAttributes[preset][0];
}

/** The DN without its first part (RFC 4514): commas may be escaped, or stand in quotes. */
function parentOf(dn: string): string {
  const own = /^(?:\\.|"(?:\\.|[^"\\])*"|[^\\,;"])*[,;]\s*/s.exec(dn)?.[0];
  return own === undefined ? '' : dn.slice(own.length);
}

/** The narrowest DN that all of these are, or are beneath. */
function commonOf(dns: readonly string[]): string | undefined {
  const [first, ...others] = dns;
  if (first === undefined) return undefined;
  const keys = others.map(dnKey);
  for (let around = first; around !== ''; around = parentOf(around)) {
    const key = dnKey(around);
    if (keys.every((other) => isWithin(other, key))) return around;
  }
  return undefined;
}
