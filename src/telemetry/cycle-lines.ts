import { count as numberOf } from '../core/wording/count.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';
import type { Repetition } from './repetition.ts';

type EventOf<Kind extends CycleEvent['kind']> = Extract<CycleEvent, { kind: Kind }>;
type CycleLineEvent = EventOf<
  | 'cycle_started'
  | 'plan_made'
  | 'held'
  | 'decided'
  | 'operation_finished'
  | 'operations_given_up'
  | 'search_failed'
  | 'throttled'
  | 'rate_limit_wait'
  | 'cycle_finished'
>;

/** Failed operations of a cycle that get a line of their own; the sum is in the cycle's line, all of them are at debug. */
const failuresTold = 20;

/** What happened in the running cycle of a target. */
interface Tally {
  readonly cycle: string;
  /** Applied, by verb. */
  readonly applied: Record<string, number>;
  /** Failed, by failure class. */
  readonly failed: Record<string, number>;
  failures: number;
  /** Failures that got a line of their own. */
  told: number;
  throttled: number;
  rejected: number;
  heldId: string | undefined;
}

/** Lines about targets: their cycles, plans, holds and operations. */
export function cycleLines(log: Log, repetition: Repetition): (event: CycleLineEvent) => void {
  const tallies = new Map<string, Tally>();
  const tallyOf = (target: string): Tally => {
    const known = tallies.get(target);
    if (known !== undefined) return known;
    const fresh = emptyTally('');
    tallies.set(target, fresh);
    return fresh;
  };

  return (event) => {
    const { target } = event;
    switch (event.kind) {
      case 'cycle_started':
        tallies.set(target, emptyTally(event.cycle));
        log.debug({ event: event.kind, target, cycle: event.cycle, mode: event.mode }, 'cycle started');
        return;
      case 'plan_made':
        tallyOf(target).rejected = event.rejected;
        planLine(log, repetition, event);
        return;
      case 'held':
        tallyOf(target).heldId = event.hold.holdId;
        heldLine(log, repetition, event);
        return;
      case 'decided':
        decidedLine(log, event);
        return;
      case 'operation_finished':
        operationLine(log, repetition, tallyOf(target), event);
        return;
      case 'search_failed':
        searchLine(log, repetition, event);
        return;
      case 'operations_given_up':
        givenUpLine(log, repetition, tallyOf(target), event);
        return;
      case 'throttled':
        tallyOf(target).throttled += 1;
        log.debug({ event: event.kind, target, milliseconds: event.milliseconds }, `target ${target} asks for a pause`);
        return;
      case 'rate_limit_wait':
        log.trace({ event: event.kind, target, milliseconds: event.milliseconds });
        return;
      case 'cycle_finished':
        finishedLine(log, repetition, tallyOf(target), event);
    }
  };
}

function emptyTally(cycle: string): Tally {
  return { cycle, applied: {}, failed: {}, failures: 0, told: 0, throttled: 0, rejected: 0, heldId: undefined };
}

/** Entries that cannot be written do not make a cycle fail; without a line of their own nobody would hear of them. */
function planLine(
  log: Log,
  repetition: Repetition,
  { kind, target, planId, counts, rejected }: EventOf<'plan_made'>,
): void {
  const fields = { event: kind, target, plan: planId, counts: positive(counts), rejected };
  const subject = `rejected ${target}`;
  if (rejected === 0) repetition.over(subject);
  const repeated = rejected === 0 ? undefined : repetition.tell(subject, String(rejected));
  if (repeated === undefined) log.debug(fields, `target ${target}: plan made`);
  else
    log.warn(
      { ...fields, ...(repeated > 0 ? { repeated } : {}) },
      `target ${target}: ${numberOf(rejected, 'entry')} in scope cannot be written; dir2scim plan says why`,
    );
}

/** The same failure of the same operation is a line only once in 15 minutes, however often it is tried. */
function operationLine(log: Log, repetition: Repetition, tally: Tally, event: EventOf<'operation_finished'>): void {
  const { target, type, sourceId, verb, outcome, status, failure, detail, delayMilliseconds } = event;
  const fields = { event: event.kind, target, cycle: tally.cycle, type, sourceId, verb, outcome };
  const subject = `operation ${target} ${sourceId} ${verb}`;
  if (outcome !== 'failed') {
    repetition.over(subject);
    if (outcome === 'applied') tally.applied[verb] = (tally.applied[verb] ?? 0) + 1;
    log.debug({ ...fields, delayMilliseconds });
    return;
  }
  const reason = failure ?? 'unknown';
  tally.failed[reason] = (tally.failed[reason] ?? 0) + 1;
  tally.failures += 1;
  log.debug({ ...fields, class: reason, status, detail });
  if (tally.told >= failuresTold) return;
  const repeated = repetition.tell(subject, `${reason} ${String(status)}`);
  if (repeated === undefined) return;
  tally.told += 1;
  log.warn(
    { ...fields, class: reason, status, ...(repeated > 0 ? { repeated } : {}) },
    `target ${target}: ${verb} of ${type} ${sourceId} failed (${status === undefined ? reason : `${reason}, HTTP ${status}`})`,
  );
}

function searchLine(
  log: Log,
  repetition: Repetition,
  { kind, target, type, count, failure, status }: EventOf<'search_failed'>,
): void {
  const repeated = repetition.tell(`search ${target} ${type}`, failure);
  const fields = { event: kind, target, type, count, class: failure, status, ...(repeated ? { repeated } : {}) };
  log[repeated === undefined ? 'debug' : 'warn'](
    fields,
    `target ${target}: the search for ${numberOf(count, type)} failed; they wait, everything else goes on`,
  );
}

function givenUpLine(log: Log, repetition: Repetition, { cycle }: Tally, event: EventOf<'operations_given_up'>): void {
  const { kind, target, verb, type, failure, status, inARow, notStarted } = event;
  const repeated = repetition.tell(`given up ${target} ${verb} ${type}`, failure);
  const fields = {
    event: kind,
    target,
    cycle,
    verb,
    type,
    class: failure,
    status,
    inARow,
    notStarted,
    ...(repeated ? { repeated } : {}),
  };
  log[repeated === undefined ? 'debug' : 'warn'](
    fields,
    `target ${target} answers, but ${verb} of ${type}s failed ${inARow} times in a row; ${notStarted} of them were not tried and wait for the next cycle`,
  );
}

function heldLine(log: Log, repetition: Repetition, { kind, target, hold }: EventOf<'held'>): void {
  const repeated = repetition.tell(`hold ${target}`, hold.holdId);
  const counts: Record<string, number> = {};
  for (const { verb } of hold.operations) counts[verb] = (counts[verb] ?? 0) + 1;
  // The findings' own sentences stay out: they are written for terminals.
  const findings = hold.findings.map(({ kind: reason, type, sourceId, planned, recent, population, allowed }) => ({
    reason,
    type,
    sourceId,
    planned,
    recent,
    population,
    allowed,
  }));
  const number = hold.operations.length;
  log[repeated === undefined ? 'debug' : 'warn'](
    { event: kind, target, hold: hold.holdId, counts, findings, ...(repeated ? { repeated } : {}) },
    `target ${target}: ${numberOf(number, 'operation')} ${number === 1 ? 'is' : 'are'} held, because together they look like an accident${hold.remark === undefined ? '' : ` (${hold.remark})`}; approve with: dir2scim approve ${hold.holdId}`,
  );
}

/** A decision is logged once, when a cycle goes by it or it ends. */
function decidedLine(log: Log, { kind, target, record }: EventOf<'decided'>): void {
  const { holdId, decision, at, by, end, counts } = record;
  const fields = { event: kind, target, hold: holdId, decision, end, by: by?.user, via: by?.via, at, counts };
  const who = `target ${target}: ${decision} of ${holdId} by ${by?.user ?? 'somebody'}`;
  switch (end) {
    case 'taken':
      log.info(fields, `${who} is followed from now on`);
      return;
    case 'expired':
      log.warn(fields, `${who} is ignored: it is older than a day, or dated in the future`);
      return;
    case 'void':
      log.warn(fields, `${who} is ignored: nothing is held under this id any more`);
  }
}

function finishedLine(log: Log, repetition: Repetition, tally: Tally, event: EventOf<'cycle_finished'>): void {
  const { target, mode, cycle, result, error, deferred, failing } = event;
  if (tally.heldId === undefined && result !== 'error' && result !== 'interrupted') repetition.over(`hold ${target}`);
  const did = tally.failures > 0 || Object.keys(tally.applied).length > 0;
  const fields = {
    event: event.kind,
    target,
    cycle,
    mode,
    result,
    milliseconds: event.milliseconds,
    counts: tally.applied,
    ...(tally.failures > 0 ? { failed: tally.failed } : {}),
    ...(deferred > 0 ? { deferred } : {}),
    ...(failing === undefined ? {} : { consecutiveFailures: failing.cycles, failingSince: failing.since }),
    ...(tally.rejected > 0 ? { rejected: tally.rejected } : {}),
    ...(tally.throttled > 0 ? { throttled: tally.throttled } : {}),
    ...(tally.heldId === undefined ? {} : { hold: tally.heldId }),
    ...(error === undefined ? {} : { code: error.code }),
  };
  if (result === 'success') {
    const again = repetition.over(`cycle ${target}`);
    log[did || again ? 'info' : 'debug'](
      fields,
      again ? `target ${target}: cycle finished; nothing fails any more` : `target ${target}: cycle finished`,
    );
    return;
  }
  if (result === 'interrupted') {
    log.info(fields, `target ${target}: stopped before the work was done; the next run goes on`);
    return;
  }
  const repeated = repetition.tell(`cycle ${target}`, signatureOf(event, tally));
  const level = result === 'error' ? 'error' : 'warn';
  const message = messageOf(event, tally);
  if (repeated !== undefined) log[level]({ ...fields, ...(repeated > 0 ? { repeated } : {}) }, message);
  else log[Object.keys(tally.applied).length > 0 ? 'info' : 'debug'](fields, message);
}

function messageOf({ target, result, error, deferred }: EventOf<'cycle_finished'>, { failures }: Tally): string {
  if (error !== undefined)
    return error.remedy === undefined || error.remedy === '' ? error.message : `${error.message}; ${error.remedy}`;
  if (result === 'held') return `target ${target}: cycle finished; the rest is held`;
  const parts = [
    ...(failures > 0 ? [`${numberOf(failures, 'operation')} failed`] : []),
    ...(deferred > 0
      ? [`${numberOf(deferred, 'change')} ${deferred === 1 ? 'waits' : 'wait'} for the next attempt`]
      : []),
  ];
  return `target ${target}: cycle finished, but ${parts.length === 0 ? 'not everything was done' : parts.join(' and ')}`;
}

/**
 * Two cycles with the same signature have the same problem. What was applied does not count, nor how many failed: they
 * are tried at different times. A cycle that only waits for the next attempt has the problem of the one before.
 */
function signatureOf({ result, error, deferred }: EventOf<'cycle_finished'>, tally: Tally): string | undefined {
  if (result === 'partial' && tally.failures === 0 && deferred > 0) return undefined;
  if (error !== undefined) return error.code;
  return JSON.stringify([result, Object.keys(tally.failed).sort(), tally.heldId]);
}

function positive(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
