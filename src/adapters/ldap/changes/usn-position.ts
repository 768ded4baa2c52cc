import { PresenceFilter, SearchRequest } from 'ldapts';
import { z } from 'zod';
import { fold } from '../../../core/directory/fold.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchError } from '../protocol/result-code.ts';
import type { Cursor } from './change-strategy.ts';

/**
 * How far a domain controller has come. Each counts its own changes (USN): the number of one means nothing to another.
 * `server` is the invocationId of its database, which changes when the database is restored in an orderly way
 * (MS-ADTS §3.1.1.1.9); where it may not be read, the DN of the server stands in.
 */
export const positionShape = z.object({ server: z.string(), usn: z.string().regex(/^\d+$/) });

export type Position = z.infer<typeof positionShape>;

/**
 * The position when the session was opened: whatever is searched afterwards holds at least the changes up to it.
 * Costs one small request. @throws BridgeError D2S_DIRECTORY_READ_INCOMPLETE when the server does not tell
 */
export async function readPosition(directory: OpenDirectory): Promise<Position> {
  const [usn] = directory.rootDse.get('highestcommittedusn') ?? [];
  const [service] = directory.rootDse.get('dsservicename') ?? [];
  if (usn === undefined || !/^\d+$/.test(usn) || service === undefined) {
    throw new BridgeError(
      'D2S_DIRECTORY_READ_INCOMPLETE',
      'the rootDSE does not tell highestCommittedUSN and dsServiceName',
      'set `changes: full`, or connect to a domain controller',
    );
  }
  return { server: (await readInvocationId(directory, service)) ?? fold(service), usn };
}

/** The position in a cursor of `usn` or `dirsync`. */
export function positionIn(cursor: Cursor): Position {
  return z.object({ position: positionShape }).parse(JSON.parse(cursor)).position;
}

/**
 * Why what was known at an earlier position is no base for what this server tells now; undefined when it is.
 *
 * A position of another domain controller is never used, not even when this one was read before and its own number of
 * then is known: the other one may have lagged behind, and what was read from it since may be older than what this one
 * had told already. It would not be told again. After a change of servers everything is compared, once.
 *
 * A number that fell: the database was set back to a snapshot, and numbers are given a second time.
 */
export function lostSince(earlier: Position, now: Position): string | undefined {
  if (earlier.server !== now.server)
    return 'another domain controller answers than before, or its database was restored';
  if (BigInt(now.usn) < BigInt(earlier.usn))
    return 'the domain controller was set back to an earlier state (its USN fell)';
  return undefined;
}

async function readInvocationId({ session, options }: OpenDirectory, service: string): Promise<string | undefined> {
  let id: string | undefined;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: service,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['invocationId'],
    timeLimit: 0,
  });
  const result = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') id = message.attributes[0]?.values[0]?.toString('hex');
    }),
  );
  // Hidden from this account (32, 50).
  if (result.code !== 0 && result.code !== 32 && result.code !== 50) throw searchError(result, service);
  return id;
}
