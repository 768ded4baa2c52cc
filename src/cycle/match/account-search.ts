import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FoundResource, ScimTarget } from '../../ports/scim-target.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { MatchPolicy } from '../shared/target-setup.ts';

/** What it takes to find out, in the middle of a push, whose an account on the target is. */
export interface AccountSearch {
  readonly target: ScimTarget;
  readonly store: StateStore;
  readonly clock: Clock;
  /** Grows and changes as outcomes are recorded. */
  readonly links: Map<SourceId, Link>;
  /** Who was the first in this push to get an account: `type targetId` → entry. */
  readonly claims: Map<string, SourceId>;
  /** What the target listed in this push, for those whom it has and no search finds. */
  readonly lists: Map<ResourceType, Promise<readonly FoundResource[] | undefined>>;
  readonly policy: Readonly<Record<ResourceType, MatchPolicy>>;
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
  /** True when no new operation may start. */
  readonly isStopping: () => boolean;
}
