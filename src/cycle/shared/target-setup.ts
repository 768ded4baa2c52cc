import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import type { GuardLimits, RemovalPolicy } from '../../core/planning/policy.ts';
import type { SeatPolicy } from '../../core/planning/seats.ts';
import type { Share } from '../../core/memory/shares.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';

/** How accounts that exist already are recognised, for one type of resource. */
export interface MatchPolicy {
  /** SCIM paths, tried in this order; the first that finds something decides. */
  readonly match: readonly string[];
  /** `also-foreign`: also accounts that carry the externalId of somebody else. */
  readonly adopt: 'first-match' | 'never' | 'also-foreign';
  /** Of groups that have members whom nobody of ours put there: they are reported, or adopted (after the first load once somebody approves it). `held` unless said. */
  readonly populated?: 'held' | 'refused' | undefined;
  /** Of groups: what happens to those in an adopted group whom the directory does not have in it. They stay unless said. */
  readonly adoptedMembers?: 'keep' | 'remove' | undefined;
  /** Of users: whether an adopted account is switched on that was switched off on the target. Not unless said. */
  readonly reactivateAdopted?: boolean | undefined;
  /** False: the target makes them itself, and only what it has can be kept in step. */
  readonly create: boolean;
}

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
  /** How many users may be active; undefined: as many as there are. */
  readonly seats?: SeatPolicy | undefined;
  /** DNs or source ids of entries without which no reading is believed. */
  readonly mustSee: readonly string[];
  readonly createInactive: boolean;
  /** Whether the provisioning log has the values that were sent. Not unless said. */
  readonly logValues?: boolean | undefined;
  /** Another text for another map, scope, source or removal policy; undefined: nobody wants to know whether they changed. */
  readonly fingerprint?: string | undefined;
  /** Another text for another version of the program. */
  readonly program?: string | undefined;
  /** The memory for what a cycle finds on the target and keeps until it ends. */
  readonly kept: Share;
}

/** By which SCIM paths accounts and groups are recognised. */
export function matchPaths({ policy }: Pick<TargetSetup, 'policy'>): Readonly<Record<ResourceType, readonly string[]>> {
  return { user: policy.user.match, group: policy.group.match };
}

/**
 * How persistent a cycle is. `due`: what failed before is left alone until its pause is over. `asked`: a person wants
 * it tried now. `everything`: and whoever was not found on the target is looked for again.
 */
export type AttemptMode = 'due' | 'asked' | 'everything';
