import { z } from 'zod';
import { PresenceFilter, SearchRequest } from 'ldapts';
import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { ChangeStrategy, Cursor, Feed } from './change-strategy.ts';
import { syncOids } from './syncrepl-control.ts';
import { searchSync, type Named } from './syncrepl-search.ts';
import { timed } from '../connect/open.ts';
import { searchError } from '../protocol/result-code.ts';

/** The cookie of each search, by its base. */
const cursorShape = z.record(z.string(), z.string());

/** The cookies in a cursor, by the base of each search. */
export function cookiesIn(cursor: Cursor): Readonly<Record<string, string>> {
  return cursorShape.parse(JSON.parse(cursor));
}

/** Anything else OpenLDAP takes for no cookie at all, without a word, and then names nobody who was deleted. */
const cookieOfOpenldap = /^rid=\d+,(sid=[0-9a-f]+,)?csn=\d{14}\./;

/** Whoever leaves a configured filter would not be named under it everywhere; with this one it is a plain change. */
const everybody = '(objectClass=*)';

/** A class that nobody has: gives a cookie of now without reading the database for it. */
const nobody = '(objectClass=dir2scimNobody)';

/**
 * Content synchronization (RFC 4533, refreshOnly): OpenLDAP with the syncprov overlay, 389 Directory Server with its
 * plug-in. One search for each place, without the configured filters.
 *
 * What absence means differs. OpenLDAP names who is gone as long as its session log reaches back (refreshDeletes);
 * else, after each restart or without a session log, it names all who are present, and everything is compared instead.
 * 389 always says refreshDeletes = FALSE, by which the RFC means that all others are gone. It is not meant: it names
 * each deletion, and absence means nothing.
 */
export const syncrepl: ChangeStrategy = {
  name: 'syncrepl',
  begin: async (directory) => {
    if (directory.rootDse.get('supportedcontrol')?.includes(syncOids.request) !== true)
      throw refused('it does not announce it');
    return JSON.stringify(await syncPlaces(directory));
  },
  poll: async (directory, text): Promise<Feed> => {
    const cookies = cookiesIn(text);
    const named = nothing();
    const next: Record<string, string> = {};
    for (const [base, cookie] of Object.entries(cookies)) {
      if (directory.kind === 'openldap' && !cookieOfOpenldap.test(cookie))
        return { kind: 'lost', reason: 'the cookie is damaged' };
      if (await isForgotten(directory, cookie))
        return { kind: 'lost', reason: 'the changelog of the server does not reach back so far' };
      const end = await searchSync(directory, { base, filter: everybody, cookie }, named);
      if ('refused' in end)
        return { kind: 'lost', reason: `the server refuses the cookie: ${end.refused}`, isRefusal: true };
      if (!end.refreshDeletes && !isExplicit(directory)) {
        return {
          kind: 'lost',
          reason: 'the server does not know what was deleted since (its session log does not reach back so far)',
        };
      }
      // Where nothing happened OpenLDAP gives no new cookie.
      next[base] = end.cookie ?? cookie;
    }
    const cursor = JSON.stringify(next);
    if (named.changed.size + named.gone.size === 0) {
      // 389 names nobody at all when its changelog lacks `nsslapd-attribute: nsuniqueid:targetUniqueId`. The cookie
      // moves all the same, as it does for changes that this account may not see: both are worth a comparison.
      const isSilent = isExplicit(directory) && cursor !== JSON.stringify(cookies);
      return isSilent ? { kind: 'changes', cursor, ...named, containers: true } : { kind: 'unchanged', cursor };
    }
    // OpenLDAP's session log names the changed with the deleted, and then says of them that they are there.
    return { kind: 'changes', cursor, ...named, gone: named.gone.difference(named.changed) };
  },
};

/** Where to search, and the cookie of now for each place. @throws BridgeError when the server refuses */
export async function syncPlaces(directory: OpenDirectory): Promise<Record<string, string>> {
  const cookies: Record<string, string> = {};
  for (const base of placesOf(directory)) {
    // The cookies of 389 name the filter; the one of another filter is refused.
    const end = await searchSync(directory, { base, filter: nobody, cookie: undefined }, nothing());
    const cookie = 'refused' in end ? undefined : end.cookie?.replace(nobody, everybody);
    if (cookie === undefined) throw refused('refused' in end ? end.refused : 'it gives no cookie');
    cookies[base] = cookie;
  }
  return cookies;
}

/**
 * Where to search. OpenLDAP names who leaves a base; 389 does not, so that there it is the whole database.
 */
function placesOf(directory: OpenDirectory): string[] {
  const { users, groups } = directory.options;
  const contexts = directory.rootDse.get('namingcontexts') ?? [];
  const bases = [...(users?.bases ?? []), ...(groups?.bases ?? [])];
  const places = isExplicit(directory)
    ? bases.map((base) => contexts.find((context) => isWithin(dnKey(base), dnKey(context))) ?? base)
    : bases;
  const unique = new Map(places.map((place) => [dnKey(place), place]));
  return [...unique]
    .filter(([key]) => ![...unique.keys()].some((other) => other !== key && isWithin(key, other)))
    .map(([, place]) => place);
}

/** Whether each deletion is named, and absence means nothing. */
function isExplicit({ kind }: OpenDirectory): boolean {
  return kind === '389ds';
}

function nothing(): Named {
  return { changed: new Set(), gone: new Set(), containers: false };
}

function refused(why: string): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `the server refuses content synchronization (RFC 4533): ${why}`,
    'OpenLDAP needs the syncprov overlay on the database; or set `changes: timestamp` for this directory',
  );
}

/**
 * Whether changes since a cookie were trimmed from the changelog of 389 Directory Server. It takes such a cookie without
 * a word and leaves the trimmed changes out. The cookie ends with the number of the last change it knows; whatever
 * cannot be checked counts as forgotten. Never so on other servers, which notice it themselves.
 */
async function isForgotten(directory: OpenDirectory, cookie: string): Promise<boolean> {
  if (directory.kind !== '389ds') return false;
  const [, number] = /#(\d+)$/.exec(cookie) ?? [];
  const first = await readFirstChange(directory);
  if (number === undefined || first === undefined) return true;
  return BigInt(number) < BigInt(first) - 1n;
}

async function readFirstChange({ session, options }: OpenDirectory): Promise<string | undefined> {
  let first: string | undefined;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: '',
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['firstchangenumber'],
    timeLimit: 0,
  });
  const result = await timed(options, 'root_dse', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') first = message.attributes[0]?.values[0]?.toString('utf8');
    }),
  );
  if (result.code !== 0) throw searchError(result, '');
  return first !== undefined && /^\d+$/.test(first) ? first : undefined;
}
