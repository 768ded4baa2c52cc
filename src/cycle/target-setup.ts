import type { ResourceType } from '../core/model/entry.ts';
import type { TargetDefinition } from '../core/mapping/definition.ts';
import type { GuardLimits, RemovalPolicy } from '../core/planning/policy.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { MatchPolicy } from './correlate.ts';

/** One target with everything that its cycles go by. */
export interface TargetSetup {
  readonly target: ScimTarget;
  /** Every target of the configuration, by name. */
  readonly configured?: readonly string[] | undefined;
  /** Where it is: the SCIM base URL. */
  readonly url: string;
  readonly definition: TargetDefinition;
  readonly policy: Readonly<Record<ResourceType, MatchPolicy>>;
  readonly removal: RemovalPolicy;
  readonly limits: GuardLimits;
  /** DNs or source ids of entries without which no reading is believed. */
  readonly mustSee: readonly string[];
  readonly createInactive: boolean;
}
