import type { SourceId } from '../../core/model/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ComparedBefore } from './compared-before.ts';
import type { ComparisonInput } from './compare-subject.ts';

export interface ReadBackInput extends ComparisonInput {
  /** The target's. */
  readonly directories: ReadonlySet<string>;
  /** Of these alone, by look-ups; without it, everyone. */
  readonly only?: ReadonlySet<SourceId> | undefined;
  readonly before: ComparedBefore;
  /** By which is judged who is new, when they are looked up. */
  readonly clock: Pick<Clock, 'now'>;
  /** True when nothing new may begin. */
  readonly isStopping: () => boolean;
}
