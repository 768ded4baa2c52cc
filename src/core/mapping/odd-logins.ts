import type { Finding } from '../model/finding.ts';
import { valueOf, type Resource } from '../model/resource.ts';
import { unseenIn, visible } from '../wording/foreign.ts';

/** Scripts with letters that look like those of another one of them (UTS #39 §4, confusables). */
const scripts = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
} as const;

/** What is odd about a login: two that look the same are two people, and whoever approves one may mean the other. */
export function oddity(login: string): string | undefined {
  const character = unseenIn(login);
  if (character !== undefined) return `has a character that nobody sees (${character})`;
  const found = Object.entries(scripts).flatMap(([name, letters]) => (letters.test(login) ? [name] : []));
  return found.length > 1 ? `mixes ${found.join(' and ')} letters, which look alike` : undefined;
}

export interface OddLogin extends Pick<Resource, 'sourceId'> {
  readonly login: string;
  readonly text: string;
}

/** Those of some resources whose login is to be looked at twice. */
export function oddLogins(
  resources: readonly (Pick<Resource, 'sourceId' | 'attributes'> & Partial<Pick<Resource, 'createOnly'>>)[],
): OddLogin[] {
  return resources.flatMap((resource) => {
    const login = valueOf(resource, 'userName');
    const text = typeof login === 'string' ? oddity(login) : undefined;
    return typeof login === 'string' && text !== undefined
      ? [{ sourceId: resource.sourceId, login: visible(login), text }]
      : [];
  });
}

/** As many as a person wants to read about. */
const named = 5;

export function lintLogins(resources: readonly Resource[], place: string): Finding[] {
  const odd = oddLogins(resources.filter(({ type }) => type === 'user'));
  const more = odd.length > named ? [`and ${odd.length - named} more`] : [];
  if (odd.length === 0) return [];
  const list = [...odd.slice(0, named).map(({ login, text }) => `${login} ${text}`), ...more].join('; ');
  return [
    {
      severity: 'warning',
      rule: 'odd_login',
      place: `${place}.users.map.userName`,
      text: `a login is not what it looks like: ${list}`,
    },
  ];
}
