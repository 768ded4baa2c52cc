import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Link, TargetId } from '../core/model/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { Intent, StateStore, Trouble } from '../ports/state-store.ts';
import type { MatchPolicy } from './correlate.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { Attempt } from './search-unlinked.ts';
import type { RemovalRecords } from './removal-records.ts';

/** What the push of one plan works with. */
export interface PushContext {
  readonly target: ScimTarget;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly observer: CycleObserver;
  /** Grows and changes as outcomes are recorded. */
  readonly links: Map<SourceId, Link>;
  /** Newcomers to be looked for before they are created. */
  readonly unsearched: ReadonlySet<SourceId>;
  /** What was tried in vain before, and how to tell that it is the same again. */
  readonly fingerprints: Fingerprints;
  /** What failed before, by source id. */
  readonly troubles: ReadonlyMap<SourceId, Trouble>;
  /** What the guard has to remember of an operation that took effect. */
  readonly removalsOf: RemovalRecords;
  readonly joining: Joining;
  /** Who was the first in this push to get an account: `type targetId` → entry. */
  readonly claims: Map<string, SourceId>;
  /** Whose access has to end after all, because the account turned out to be there and active. */
  readonly toEnd: Set<SourceId>;
  /** Whom the target turned out not to have any more. */
  readonly missing: Set<SourceId>;
  /** What was under way when the cycle began. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Whom the target listed in this cycle, before anything was sent. */
  readonly listed: Readonly<Record<ResourceType, ReadonlySet<TargetId>>>;
  readonly attempt: Attempt;
  readonly policy: Readonly<Record<ResourceType, MatchPolicy>>;
  /** When the reading that showed the changes ended, by the monotonic clock. */
  readonly readAt: number;
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
  /** True when no new operation may start. */
  readonly isStopping: () => boolean;
}

/** Who is to join which group in a push. A new group may get some of them when it is created. */
export interface Joining {
  readonly wanted: ReadonlyMap<SourceId, readonly SourceId[]>;
  /** Who joined a group with its creation. */
  readonly joined: Map<SourceId, ReadonlySet<SourceId>>;
}
