import { PresenceFilter, SearchRequest } from 'ldapts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchError } from '../protocol/result-code.ts';

/**
 * Whether changes since a cookie were trimmed from the changelog of 389 Directory Server. It takes such a cookie without
 * a word and leaves the trimmed changes out. The cookie ends with the number of the last change it knows; whatever
 * cannot be checked counts as forgotten. Never so on other servers, which notice it themselves.
 */
export async function isForgotten(directory: OpenDirectory, cookie: string): Promise<boolean> {
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
