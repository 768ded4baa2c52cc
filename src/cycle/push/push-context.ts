import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import type { SeatPolicy } from '../../core/planning/seats.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { QuarantineLedger } from '../quarantine/ledger.ts';
import type { AccountSearch } from '../match/account-search.ts';
import type { RemovalRecords } from '../shared/removal-records.ts';
import type { OperationLog } from './operation-log.ts';
import type { AttemptMode } from '../shared/target-setup.ts';

/** What the push of one plan works with. */
export interface PushContext extends AccountSearch {
  readonly observer: CycleObserver;
  /** Newcomers to be looked for before they are created. */
  readonly unsearched: ReadonlySet<SourceId>;
  /** How many users may be active; undefined: as many as there are. */
  readonly seats?: SeatPolicy | undefined;
  /** What failed before; takes what fails now. */
  readonly quarantine: QuarantineLedger;
  /** What the guard has to remember of an operation that took effect. */
  readonly removalsOf: RemovalRecords;
  /** The entry of the provisioning log for an operation with its outcome. */
  readonly logged: OperationLog;
  readonly initialMembers: InitialMembers;
  /** Whose access has to end after all, because the account turned out to be there and active. */
  readonly toEnd: Set<SourceId>;
  /** Whom the target turned out not to have any more. */
  readonly missing: Set<SourceId>;
  /** Who comes in the place of an entry that is gone, whether their relink is carried out now or waits for a person. */
  readonly successors: PlanInput['successors'];
  /** What was under way when the cycle began. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Whom the target listed in this cycle, before anything was sent; undefined where it was not listed whole. */
  readonly listed: Readonly<Record<ResourceType, ReadonlySet<TargetId> | undefined>>;
  /** Types of which a create of this push was answered with the externalId that was sent. */
  readonly showsNamed: Set<ResourceType>;
  readonly attempt: AttemptMode;
  /** When the reading that showed the changes ended, by the monotonic clock. */
  readonly readAt: number;
}

/** Who is to join which group in a push. A new group may get some of them when it is created. */
export interface InitialMembers {
  readonly wanted: ReadonlyMap<SourceId, readonly SourceId[]>;
  /** Who joined a group with its creation. */
  readonly joined: Map<SourceId, ReadonlySet<SourceId>>;
}
