import { exceptionKinds, type ExceptionKind, type Exceptions } from '../model/drift.ts';
import { inWords, whole } from './count.ts';

const words: Readonly<Record<ExceptionKind, string>> = {
  refused: 'that the target refuses',
  failing: 'of which a change failed',
  mislaid: 'to lose access that cannot be found',
  noSeat: 'that wait for a seat',
  unwritable: 'that cannot be written',
  unstored: 'of which the target does not store everything',
  unlinked: 'not linked yet',
  waiting: 'to be changed by the next cycle',
  departed: 'to lose access in the next cycle',
  held: 'of which changes are held',
  rejected: 'of which changes were rejected or taken back',
  moving: 'written to meanwhile',
  settling: 'too new to be seen',
  hidingMembers: 'that do not show their members',
  unclear: 'that do not say clearly whether they are active',
};

/** `all as they should be`, or `equal but for 3 that the target refuses and 2 not linked yet`. */
export function equalText(exceptions: Exceptions): string {
  const parts = exceptionKinds.flatMap((kind) => {
    const number = exceptions[kind] ?? 0;
    return number === 0 ? [] : [`${whole(number)} ${words[kind]}`];
  });
  return parts.length === 0 ? 'all as they should be' : `equal but for ${inWords(parts)}`;
}
