import type { SourceId } from '../../core/model/entry.ts';
import type { CompleteReading, AbsenceReason } from '../../core/model/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { namesInGroups } from '../shared/former-names.ts';
import { mostLookedUp, type Absent, type DirectorySource, type LookUpAbsent } from '../../ports/directory-source.ts';

/** How long an answer holds while the directory shows nothing new: as long as it takes until everything is planned again. */
const restMilliseconds = 10 * 60_000;

interface Answer {
  readonly absenceReason: AbsenceReason | undefined;
  readonly at: number;
}

/** By reading, so that a plan that is made again and again (while something is held) does not ask again. */
const answers = new WeakMap<CompleteReading, Map<SourceId, Answer>>();

export function createLookUp(
  sources: ReadonlyMap<string, DirectorySource>,
  complete: ReadonlyMap<string, CompleteReading>,
  {
    store,
    clock,
    signal,
  }: {
    readonly store: Pick<StateView, 'names' | 'digest'>;
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly signal: AbortSignal;
  },
): LookUpAbsent {
  return async (directory, absent) => {
    const source = sources.get(directory);
    const reading = complete.get(directory);
    if (source?.lookUp === undefined || reading === undefined) return new Map();
    if (absent.length > mostLookedUp) return new Map(absent.map(({ id }) => [id, 'missing']));
    const known = answers.get(reading) ?? new Map<SourceId, Answer>();
    answers.set(reading, known);
    const now = clock.monotonic();
    const isFresh = ({ id }: Absent): boolean => now - (known.get(id)?.at ?? -Infinity) < restMilliseconds;
    const open = absent.filter((one) => !isFresh(one));
    const names =
      open.length === 0
        ? none
        : await namesInGroups(
            open.map(({ id }) => id),
            reading,
            store,
            clock,
          );
    const absenceReasons =
      open.length === 0
        ? new Map<SourceId, AbsenceReason>()
        : await source.lookUp(
            open.map((one) => ({ ...one, namedAs: names.get(one.id) })),
            signal,
          );
    for (const { id } of open) known.set(id, { absenceReason: absenceReasons.get(id), at: now });
    return new Map(absent.flatMap(({ id }) => pairOf(id, known.get(id)?.absenceReason)));
  };
}

const none: ReadonlyMap<SourceId, string> = new Map();

function pairOf(id: SourceId, absenceReason: AbsenceReason | undefined): [SourceId, AbsenceReason][] {
  return absenceReason === undefined ? [] : [[id, absenceReason]];
}
