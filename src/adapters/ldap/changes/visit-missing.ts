import type { Entry, SourceId } from '../../../core/model/entry.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import { mostLookedUp, type ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { readRootDse } from '../connect/root-dse.ts';
import { lookUpAbsent } from './look-up.ts';
import { readById, unreadable } from './follow-up.ts';

/**
 * After everything was read: looks up who was known and is missing. Those who only cannot be read are visited as they
 * were known, and those whom the reading missed because they were moved while it went on, as they are. Where references
 * are followed nobody is looked up, because this server does not know everybody.
 *
 * @returns what became of those who were looked up
 */
export async function visitMissing(
  directory: OpenDirectory,
  { attributes, known, visit }: Pick<ReadRequest, 'attributes' | 'known' | 'visit'>,
  seen: ReadonlySet<SourceId>,
): Promise<ReadonlyMap<SourceId, AbsenceReason> | undefined> {
  if (known === undefined || directory.options.referrals !== undefined) return undefined;
  const missing: SourceId[] = [];
  for (const id of known.ids()) if (!seen.has(id)) missing.push(id);
  if (missing.length === 0 || missing.length > mostLookedUp) return undefined;
  const absent = missing.flatMap((id) => known.get(id) ?? []);
  const absenceReasons = await lookUpAbsent(directory, absent);
  if (absenceReasons === undefined) {
    // Whether it refuses or is not there any more: in the latter case nobody knows who is gone.
    await readRootDse(directory.session);
    return undefined;
  }
  directory.options.onAbsent?.(absenceReasons);
  const present = new Set(absent.map(({ id }) => id).filter((id) => absenceReasons.get(id) === 'present'));
  const now = present.size === 0 ? new Map<SourceId, Entry>() : await readById(directory, attributes, present);
  for (const entry of absent) {
    const absenceReason = absenceReasons.get(entry.id);
    if (absenceReason === 'present') await visit(now.get(entry.id) ?? entry);
    else if (absenceReason === 'unreadable') await visit(unreadable(entry));
  }
  return absenceReasons;
}
