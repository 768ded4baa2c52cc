import type { SourceId } from '../../../core/model/entry.ts';
import type { ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../open-directory.ts';
import { readRootDse } from '../root-dse.ts';
import { lookUpAbsent } from './look-up.ts';

/** More than this are not looked up one by one. So many do not leave at once without somebody being asked: see the guard. */
const most = 1_000;

/**
 * After everything was read: looks up who was known and is missing, and visits those who only cannot be read, as they
 * were known. Where references are followed nobody is looked up, because this server does not know everybody.
 */
export async function visitUnreadable(
  directory: OpenDirectory,
  { known, visit }: Pick<ReadRequest, 'known' | 'visit'>,
  seen: ReadonlySet<SourceId>,
): Promise<void> {
  if (known === undefined || directory.options.referrals !== undefined) return;
  const absent = [...known.values()].filter(({ id }) => !seen.has(id));
  if (absent.length === 0 || absent.length > most) return;
  const fates = await lookUpAbsent(directory, absent);
  if (fates === undefined) {
    // Whether it refuses or is not there any more: in the latter case nobody knows who is gone.
    await readRootDse(directory.session);
    return;
  }
  directory.options.onAbsent?.(fates);
  for (const entry of absent) if (fates.get(entry.id) === 'unreadable') await visit(entry);
}
