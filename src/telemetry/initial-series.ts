import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { ResourceType } from '../core/model/entry.ts';
import { driftKinds } from '../core/model/drift.ts';
import { errorCodes } from '../core/model/errors.ts';
import type { GuardFinding, Verb } from '../core/model/plan.ts';
import { reasonCodes, type ReasonCounts } from '../core/model/resource.ts';
import type { CycleEvent, CycleMode, CycleResult } from '../ports/cycle-observer.ts';
import type { Condition } from '../ports/notifier.ts';
import type { Failing, VerifiedRecord } from '../ports/state-records.ts';
import type { LinkCounts } from '../ports/state-store.ts';
import type { Instruments } from './instruments.ts';
import { serverLabel } from './server-label.ts';

type OperationOutcome = Extract<CycleEvent, { kind: 'operation_finished' }>['outcome'];

/** Written as records, so that the compiler finds what is missing when a union grows. */
const verbs = keys<Verb>({
  create: 0,
  adopt: 0,
  relink: 0,
  update: 0,
  reactivate: 0,
  members: 0,
  deactivate: 0,
  delete: 0,
});
const findingKinds = keys<GuardFinding['kind']>({
  removals: 0,
  deletions: 0,
  members: 0,
  memberships: 0,
  emptied: 0,
  updates: 0,
  clears: 0,
  reactivations: 0,
  adoptions: 0,
  creations: 0,
  relinks: 0,
  first_run: 0,
  empty_reading: 0,
  empty_scope: 0,
  unread_directory: 0,
  moved_directory: 0,
  adopted_groups: 0,
  older_data: 0,
  unresolved_members: 0,
  clock_leap: 0,
  lookalike: 0,
});
const conditions = keys<Condition>({ held: 0, quarantined: 0, failing: 0, recovered: 0 });
const types = keys<ResourceType>({ user: 0, group: 0 });
const modes = keys<CycleMode>({ full: 0, incremental: 0 });
const results = keys<CycleResultLabel>({
  success: 0,
  partial: 0,
  held: 0,
  interrupted: 0,
  directory_error: 0,
  target_error: 0,
  error: 0,
});
const outcomes = keys<OperationOutcome>({ applied: 0, failed: 0, skipped: 0 });

/** A cycle's result, with errors by what failed. */
export type CycleResultLabel = CycleResult | 'directory_error' | 'target_error';

/** Codes begin with what they are about. */
export function resultLabel(result: CycleResult, code: string | undefined): CycleResultLabel {
  if (result !== 'error') return result;
  if (code?.startsWith('D2S_TARGET_') === true) return 'target_error';
  return code !== undefined && directoryCodes.test(code) ? 'directory_error' : 'error';
}
const directoryCodes = /^D2S_(?:DIRECTORY|ENTRY|LDIF|SCOPE_GROUP)_/;

/** How `resources` calls what the store counts. */
export const resourceStates: Readonly<Record<keyof LinkCounts[ResourceType], string>> = {
  active: 'active',
  deactivated: 'deactivated',
  lost: 'lost',
  adopted: 'adopted',
  quarantined: 'quarantined',
  leftDisabled: 'left_disabled',
};

const ldapOutcomes = ['success', 'refused', 'failed'] as const;
export const ldapOperations = ['connect', 'bind', 'root_dse', 'search', 'range'] as const;

/**
 * Gives every combination of labels that is known beforehand a first value: a counter that appears with its first
 * failure hides that failure from `rate()` (prometheus.io/docs/practices/instrumentation, "avoid missing metrics").
 * Timestamps stay absent until they are known: 1970 would be a lie that alerts.
 */
export function initialise(
  instruments: Instruments,
  options: {
    version: string;
    targets: readonly string[];
    directories: readonly string[];
    servers?: ReadonlyMap<string, readonly string[]>;
    pollSeconds: number;
  },
): void {
  instruments.buildInfo.set({ version: options.version, node_version: process.version }, 1);
  instruments.pollInterval.set(options.pollSeconds);
  for (const condition of conditions) {
    for (const outcome of ['sent', 'failed', 'dropped']) instruments.notifications.inc({ condition, outcome }, 0);
  }
  instruments.journalBytes.set(0);
  for (const result of ['success', 'error']) instruments.stateWrites.inc({ result }, 0);
  for (const directory of options.directories) {
    instruments.ldapFailovers.inc({ directory }, 0);
    for (const type of types) instruments.sourceEntries.set({ directory, type }, 0);
    for (const url of options.servers?.get(directory) ?? []) {
      const server = serverLabel(instruments, directory, url);
      for (const outcome of ['success', 'failed']) instruments.serverConnections.inc({ directory, server, outcome }, 0);
      for (const outcome of ldapOutcomes) instruments.serverBinds.inc({ directory, server, outcome }, 0);
    }
    for (const operation of ldapOperations) {
      for (const outcome of ldapOutcomes) instruments.ldapDuration.zero({ directory, operation, outcome });
    }
  }
  for (const target of options.targets) initialiseTarget(instruments, target);
}

function initialiseTarget(instruments: Instruments, target: string): void {
  for (const mode of modes) {
    instruments.cycleDuration.zero({ target, mode });
    for (const result of results) instruments.cycles.inc({ target, mode, result }, 0);
  }
  for (const type of types) {
    for (const state of [...Object.values(resourceStates), 'pending'])
      instruments.resources.set({ target, type, state }, 0);
    for (const operation of verbs) {
      for (const outcome of outcomes) instruments.operations.inc({ target, type, operation, outcome }, 0);
    }
  }
  clearHeld(instruments, target);
  setUnresolved(instruments, target, { members: 0, references: 0 });
  setRejected(instruments, target, {});
  instruments.failures.set({ target }, 0);
  instruments.inProgress.set({ target }, 0);
  instruments.pending.set({ target }, 0);
  instruments.waitingForSeat.set({ target }, 0);
  instruments.targetQuarantined.set({ target }, 0);
  instruments.propagationDelay.zero({ target });
  instruments.throttled.inc({ target }, 0);
  instruments.rateLimitWait.inc({ target }, 0);
}

/** What the last comparison came to. */
export function setDrift(
  { drift, foreign, lastVerify }: Instruments,
  target: string,
  verified: Pick<VerifiedRecord, 'drift' | 'foreign' | 'at'>,
): void {
  for (const type of types) {
    for (const kind of driftKinds) drift.set({ target, type, kind }, verified.drift[type][kind] ?? 0);
    const others = verified.foreign[type];
    if (others !== undefined) foreign.set({ target, type }, others);
  }
  lastVerify.set({ target }, Date.parse(verified.at) / 1000);
}

export function setUnresolved(
  instruments: Instruments,
  target: string,
  { members, references }: Pick<UnresolvedCounts, 'members' | 'references'>,
): void {
  instruments.unresolved.set({ target, kind: 'member' }, members);
  instruments.unresolved.set({ target, kind: 'reference' }, references);
}

export function setRejected(instruments: Instruments, target: string, counts: ReasonCounts): void {
  for (const reason of reasonCodes) instruments.rejected.set({ target, reason }, counts[reason] ?? 0);
}

/** Since when a target fails, and in how many cycles in a row. */
export function setFailing(instruments: Instruments, target: string, failing: Failing | undefined): void {
  instruments.failures.set({ target }, failing?.cycles ?? 0);
  if (failing === undefined) instruments.failingSince.remove({ target });
  else instruments.failingSince.set({ target }, Date.parse(failing.since) / 1000);
}

/** Nothing is held. */
export function clearHeld(instruments: Instruments, target: string): void {
  for (const operation of verbs) instruments.held.set({ target, operation }, 0);
  for (const kind of findingKinds) instruments.heldFindings.set({ target, kind }, 0);
}

/** What is held now. */
export function setHeld(
  instruments: Instruments,
  target: string,
  {
    operations,
    findings,
  }: { readonly operations: readonly { verb: Verb }[]; readonly findings: readonly { kind: string }[] },
): void {
  clearHeld(instruments, target);
  for (const { verb } of operations) instruments.held.inc({ target, operation: verb });
  const known: ReadonlySet<string> = new Set(findingKinds);
  for (const { kind } of findings) if (known.has(kind)) instruments.heldFindings.inc({ target, kind });
}

/** What ended a target's last cycle; one code at a time. */
export function setCycleError({ cycleError }: Instruments, target: string, code: string | undefined): void {
  for (const other of Object.keys(errorCodes)) cycleError.remove({ target, code: other });
  if (code !== undefined && code in errorCodes) cycleError.set({ target, code }, 1);
}

/** What a probe found: news of the target itself, and of nothing else. */
export function setProbeError({ cycleError }: Instruments, target: string, code: string | undefined): void {
  for (const other of Object.keys(errorCodes)) {
    if (other.startsWith('D2S_TARGET_')) cycleError.remove({ target, code: other });
  }
  if (code !== undefined && code in errorCodes) cycleError.set({ target, code }, 1);
}

/** Why a directory could not be read; one code at a time. */
export function setDirectoryError({ directoryError }: Instruments, directory: string, code: string | undefined): void {
  for (const other of Object.keys(errorCodes)) directoryError.remove({ directory, code: other });
  if (code !== undefined && code in errorCodes) directoryError.set({ directory, code }, 1);
}

function keys<K extends string>(record: Readonly<Record<K, 0>>): readonly K[] {
  return Object.keys(record).filter((key): key is K => key in record);
}
