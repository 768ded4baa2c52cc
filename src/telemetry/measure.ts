import { shortPath } from '../core/mapping/scim-path.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleEvent, CycleObserver } from '../ports/cycle-observer.ts';
import {
  clearHeld,
  ldapOperations,
  resourceStates,
  resultLabel,
  setCycleError,
  setDrift,
  setDirectoryError,
  setFailing,
  setHeld,
  setProbeError,
  setRejected,
  setUnresolved,
} from './initial-series.ts';
import type { Instruments } from './instruments.ts';
import { serverLabel } from './server-label.ts';

type EventOf<Kind extends CycleEvent['kind']> = Extract<CycleEvent, { kind: Kind }>;

/** Of a cycle that its target ended. */
const gone: ReadonlySet<string> = new Set(['D2S_TARGET_UNREACHABLE', 'D2S_TARGET_AUTH', 'D2S_TARGET_PROTOCOL']);

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Writes events into the instruments. */
export function metricsObserver(instruments: Instruments, clock: Clock): CycleObserver {
  /** Targets whose running cycle has held something. */
  const holding = new Set<string>();

  return (event) => {
    switch (event.kind) {
      case 'cycle_started':
        holding.delete(event.target);
        instruments.inProgress.set({ target: event.target }, 1);
        return;
      case 'cycle_finished':
        finish(instruments, clock, event, holding.has(event.target));
        return;
      case 'target_probed':
        setUp(instruments, event);
        return;
      case 'plan_made':
        setRejected(instruments, event.target, event.reasons);
        return;
      case 'held':
        holding.add(event.target);
        setHeld(instruments, event.target, event.hold);
        return;
      case 'reading_started':
      case 'directory_failed':
      case 'directory_read':
      case 'directory_failover':
      case 'ldap_request':
        countDirectory(instruments, event, clock);
        return;
      case 'verified':
      case 'unresolved_counted':
      case 'resources_counted':
        countWhatIs(instruments, event);
        return;
      case 'state_written':
      case 'notified':
        countOwn(instruments, event);
        return;
      case 'operation_finished':
      case 'scim_request':
      case 'throttled':
      case 'rate_limit_wait':
        countWork(instruments, event);
        return;
      case 'state_opened':
      case 'absent_entries':
      case 'entries_read':
      case 'still_reading':
      case 'open_to_all':
      case 'decided':
      case 'decision_unusable':
      case 'operations_given_up':
      case 'search_failed':
      case 'scim_request_started':
      case 'ldap_request_started':
      case 'link_forgotten':
      case 'verify_failed':
      case 'answer_unusable':
    }
  };
}

function setUp(instruments: Instruments, { target, error }: EventOf<'target_probed'>): void {
  instruments.up.set({ target }, error === undefined ? 1 : 0);
  setProbeError(instruments, target, error?.code);
}

function countWhatIs(
  instruments: Instruments,
  event: EventOf<'verified' | 'unresolved_counted' | 'resources_counted'>,
): void {
  if (event.kind === 'verified') setDrift(instruments, event.target, event.verified);
  else if (event.kind === 'unresolved_counted') setUnresolved(instruments, event.target, event.counts);
  else countResources(instruments, event);
}

/** @param isHolding whether the cycle has held something */
function finish(instruments: Instruments, clock: Clock, event: EventOf<'cycle_finished'>, isHolding: boolean): void {
  const { target, mode, result } = event;
  instruments.cycles.inc({ target, mode, result: resultLabel(result, event.error?.code) });
  instruments.inProgress.set({ target }, 0);
  // It says nothing of what is.
  if (result === 'interrupted') return;
  if (event.error !== undefined && gone.has(event.error.code)) instruments.up.set({ target }, 0);
  setFailing(instruments, target, event.failing);
  setQuarantined(instruments, target, event.quarantined);
  setCycleError(instruments, target, event.error?.code);
  instruments.cycleDuration.observe({ target, mode }, event.milliseconds / 1000);
  if (result === 'success') instruments.lastSuccess.set({ target }, clock.now() / 1000);
  // A cycle that failed may not have come as far as the guard: what was held before still is.
  if (!isHolding && result !== 'error') clearHeld(instruments, target);
}

function countWork(
  instruments: Instruments,
  event: EventOf<'operation_finished' | 'scim_request' | 'throttled' | 'rate_limit_wait'>,
): void {
  const { target } = event;
  switch (event.kind) {
    case 'operation_finished':
      instruments.operations.inc({ target, type: event.type, operation: event.verb, outcome: event.outcome });
      if (event.outcome === 'applied') {
        instruments.propagationDelay.observe({ target }, event.delayMilliseconds / 1000);
      }
      return;
    case 'scim_request':
      if (event.status >= 200 && event.status < 300) instruments.up.set({ target }, 1);
      instruments.scimDuration.observe(
        { target, method: oneOf(methods, event.method), status: statusLabel(event.status) },
        event.milliseconds / 1000,
      );
      return;
    case 'throttled':
      instruments.throttled.inc({ target });
      return;
    case 'rate_limit_wait':
      instruments.rateLimitWait.inc({ target }, event.milliseconds / 1000);
  }
}

/** What it did for itself. */
function countOwn(instruments: Instruments, event: EventOf<'state_written' | 'notified'>): void {
  if (event.kind === 'notified') {
    instruments.notifications.inc({ condition: event.condition, outcome: event.outcome });
    return;
  }
  instruments.stateWrites.inc({ result: event.result });
  if (event.result === 'success') instruments.journalBytes.set(event.journalBytes);
}

function countDirectory(
  instruments: Instruments,
  event: EventOf<'reading_started' | 'directory_failed' | 'directory_read' | 'directory_failover' | 'ldap_request'>,
  clock: Clock,
): void {
  const { directory } = event;
  switch (event.kind) {
    case 'reading_started':
      instruments.readingStarted.set({ directory }, clock.now() / 1000);
      return;
    case 'directory_failed':
      instruments.readingStarted.remove({ directory });
      if (event.code !== 'D2S_INTERRUPTED') setDirectoryError(instruments, directory, event.code);
      return;
    case 'directory_read':
      countEntries(instruments, event, clock);
      return;
    case 'directory_failover':
      instruments.ldapFailovers.inc({ directory });
      return;
    case 'ldap_request':
      instruments.ldapDuration.observe(
        { directory, operation: oneOf(ldapOperations, event.operation), outcome: event.outcome },
        event.milliseconds / 1000,
      );
      countServer(instruments, event);
  }
}

/** Which server of a directory takes connections and lets us in. */
function countServer(
  instruments: Instruments,
  { directory, operation, server: url, outcome }: EventOf<'ldap_request'>,
): void {
  if (url === undefined) return;
  const server = serverLabel(instruments, directory, url);
  if (operation === 'connect') instruments.serverConnections.inc({ directory, server, outcome });
  if (operation === 'bind') instruments.serverBinds.inc({ directory, server, outcome });
}

/** After a delta, as much is known as after a complete reading. */
function countEntries(
  instruments: Instruments,
  { directory, users, groups }: EventOf<'directory_read'>,
  clock: Clock,
): void {
  instruments.readingStarted.remove({ directory });
  setDirectoryError(instruments, directory, undefined);
  instruments.lastCompleteRead.set({ directory }, clock.now() / 1000);
  instruments.sourceEntries.set({ directory, type: 'user' }, users);
  instruments.sourceEntries.set({ directory, type: 'group' }, groups);
}

function setQuarantined(instruments: Instruments, target: string, quarantined: boolean | undefined): void {
  if (quarantined !== undefined) instruments.targetQuarantined.set({ target }, quarantined ? 1 : 0);
}

function countResources(
  instruments: Instruments,
  { target, counts, pending, pendingResources, unstored, strangers, seats, quarantined }: EventOf<'resources_counted'>,
): void {
  countUnstored(instruments, target, unstored);
  setQuarantined(instruments, target, quarantined);
  instruments.pending.set({ target }, pending);
  instruments.waitingForSeat.set({ target }, seats?.waiting ?? 0);
  if (seats === undefined) instruments.seats.remove({ target });
  else instruments.seats.set({ target }, seats.of);
  instruments.keptMembers.set({ target }, strangers);
  for (const type of ['user', 'group'] as const) {
    for (const [state, label] of Object.entries(resourceStates)) {
      instruments.resources.set({ target, type, state: label }, counts[type][state as keyof typeof resourceStates]);
    }
    instruments.resources.set({ target, type, state: 'pending' }, pendingResources?.[type] ?? 0);
  }
}

/** Paths come from the map. What a target stores by now stays as 0, so that nobody misses the end of it. */
function countUnstored(
  { unstored: gauge }: Instruments,
  target: string,
  unstored: Readonly<Record<string, number>>,
): void {
  const known = unstoredPaths.get(gauge) ?? new Map<string, Set<string>>();
  unstoredPaths.set(gauge, known);
  const paths = known.get(target) ?? new Set();
  known.set(target, paths);
  for (const path of Object.keys(unstored)) paths.add(path);
  for (const path of paths) gauge.set({ target, attribute: shortPath(path) }, unstored[path] ?? 0);
}
const unstoredPaths = new WeakMap<object, Map<string, Set<string>>>();

/** The value itself when it is one of the known ones: a target or a directory must not be able to invent labels. */
function oneOf(known: readonly string[], value: string): string {
  return known.includes(value) ? value : 'other';
}

/** The class of a status (RFC 9110 §15), so that no target can make series: `2xx`; 0 where there was no answer. */
function statusLabel(status: number): string {
  if (status === 0) return '0';
  return status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : 'other';
}
