import { SearchRequest } from 'ldapts';
import { parseFilter } from '../../../core/directory/filter.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { nameOfCode, quote, searchError } from '../protocol/result-code.ts';
import type { SearchEntry } from '../protocol/search.ts';
import { DirSyncControl, readDirSync } from './dirsync-control.ts';
import { domainOf } from './usn-domain.ts';

/** Codes that say something of the moment, not of the cookie: timeLimitExceeded, adminLimitExceeded, busy, unavailable. */
const passing = [3, 11, 51, 52];

export type DirSyncEnd = { readonly cookie: Buffer } | { readonly refused: string };

/**
 * One DirSync reading to its end. The server takes only the root of the domain as its base. The entries come with
 * their id and with all attributes that changed since the cookie, and only those: a list of attributes would act as a
 * filter, and hide changes of others.
 * @throws BridgeError when the connection fails or the server has no time
 */
export async function searchDirSync(
  directory: OpenDirectory,
  cookie: Buffer,
  filter: string,
  onEntry: (entry: SearchEntry) => void,
): Promise<DirSyncEnd> {
  const { session, options } = directory;
  const base = domainOf(directory);
  for (let next = cookie; ;) {
    const request = new SearchRequest({
      messageId: 0,
      baseDN: base,
      scope: 'sub',
      derefAliases: 'never',
      filter: toLdapFilter(parseFilter(filter)),
      attributes: [],
      timeLimit: 0,
      sizeLimit: 0,
      controls: [new DirSyncControl(next)],
    });
    const result = await timed(options, 'search', () =>
      session.request(request, (message) => {
        if (message.kind === 'entry') onEntry(message);
      }),
    );
    if (passing.includes(result.code)) throw searchError(result, base);
    if (result.code !== 0) return { refused: `${nameOfCode(result.code)}${quote(result.diagnostic)}` };
    const answer = readDirSync(result);
    if (answer === undefined) return { refused: 'the answer lacks the DirSync control' };
    if (!answer.more) return { cookie: answer.cookie };
    next = answer.cookie;
  }
}
