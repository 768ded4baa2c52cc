import type { Entry } from '../../../core/model/entry.ts';
import { attributeName } from '../../../core/directory/attribute.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { LdapKind } from '../shared/options.ts';
import type { SearchEntry } from '../protocol/search.ts';

/**
 * What each kind of server counts changes of an entry with, the best one first. `entryusn` is there where 389's USN
 * plug-in runs; entryCSN and modifyTimestamp are what is most likely elsewhere.
 */
const stampAttributes: Readonly<Record<LdapKind, readonly string[]>> = {
  'active-directory': ['usnchanged'],
  openldap: ['entrycsn'],
  '389ds': ['entryusn', 'modifytimestamp'],
  generic: ['entrycsn', 'modifytimestamp'],
};

/** Within this time of the server's own, a second change may carry the same modifyTimestamp (it counts seconds). */
const graceMilliseconds = 2_000;

export interface StampReader {
  /** To be asked for. */
  readonly attributes: readonly string[];
  /** The stamp of an entry; undefined when it shows none that can be relied on. */
  read(entry: SearchEntry): string | undefined;
  /** When it changed last, where the stamp is one that other servers do not share and could be compared with theirs. */
  modified(entry: SearchEntry): Pick<Entry, 'modified'>;
}

/**
 * Reads stamps, for one search. A modifyTimestamp that may be used again by a change to come is left out: without a
 * stamp, the next comparison reads the entry again. The latest time that was met so far is a lower bound of the
 * server's time; so nobody has to know its clock.
 */
export function createStampReader({ kind }: Pick<OpenDirectory, 'kind'>): StampReader {
  const attributes = stampAttributes[kind];
  let latest = 0;
  const isSettled = (stamp: string): boolean => {
    const time = parseTime(stamp);
    if (time === undefined) return false;
    latest = Math.max(latest, time);
    return time < latest - graceMilliseconds;
  };
  return {
    attributes,
    read: (entry) => {
      const found = attributes.flatMap((name) => {
        const text = valueOf(entry, name);
        return text === undefined ? [] : [{ name, text }];
      });
      const usable = found.filter(({ name, text }) => name !== 'modifytimestamp' || isSettled(text));
      const best = found[0] === undefined ? undefined : usable.find(({ name }) => name === found[0]?.name);
      return best === undefined ? undefined : `${best.name}=${best.text}`;
    },
    modified: (entry) => {
      const time =
        attributes[0] === 'entryusn' && valueOf(entry, 'entryusn') !== undefined
          ? valueOf(entry, 'modifytimestamp')
          : undefined;
      return time === undefined ? {} : { modified: `modifytimestamp=${time}` };
    },
  };
}

function valueOf(entry: SearchEntry, name: string): string | undefined {
  return entry.attributes.find(({ description }) => attributeName(description) === name)?.values[0]?.toString('latin1');
}

/** Generalized time to the second, in UTC (RFC 4517 §3.3.13), as milliseconds. */
function parseTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
