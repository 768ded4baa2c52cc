import type { Clock } from '../ports/clock.ts';
import type { CycleEvent, CycleObserver } from '../ports/cycle-observer.ts';
import { cycleLines } from './cycle-lines.ts';
import { directoryLines } from './directory-lines.ts';
import type { Log } from './log.ts';
import { verifyLine } from './verify-line.ts';
import { unresolvedLine } from './unresolved-line.ts';
import { openingLines } from './opening-text.ts';
import { createRepetition, type Repetition } from './repetition.ts';
import { stackFrames } from './scrub.ts';
import { count } from '../core/wording/count.ts';
import type { AbsenceReason } from '../core/model/reading.ts';

/**
 * Turns the stream of events into log lines. `event` in each line is stable; docs/logs.md lists them. A quiet cycle logs
 * nothing, a cycle that did something one line; a persistent problem is logged once, then every 15 minutes.
 * Source ids are the only trace of a person in it, but for who decided about a hold; what a target says about one appears
 * at debug only.
 */
export function logObserver(log: Log, clock: Clock): CycleObserver {
  const repetition = createRepetition(clock);
  const cycles = cycleLines(log, repetition);
  const directories = directoryLines(log, repetition);

  return (event) => {
    switch (event.kind) {
      case 'reading_started':
      case 'still_reading':
      case 'directory_read':
      case 'directory_failed':
      case 'directory_failover':
      case 'open_to_all':
        directories(event);
        return;
      case 'absent_entries':
        absentLine(log, repetition, event);
        return;
      case 'decision_unusable':
        unusableLine(log, repetition, event);
        return;
      case 'link_forgotten':
      case 'answer_unusable':
        oddityLine(log, event);
        return;
      case 'verified':
      case 'verify_failed':
        verifyLine(log, event);
        return;
      case 'unresolved_counted':
        unresolvedLine(log, event);
        return;
      case 'state_written':
        stateLine(log, repetition, event);
        return;
      case 'state_opened':
        openedLine(log, event);
        return;
      case 'notified':
        notifiedLine(log, repetition, event);
        return;
      case 'target_probed':
        probedLine(log, repetition, event);
        return;
      case 'entries_read':
      case 'ldap_request':
      case 'scim_request':
      case 'scim_request_started':
      case 'ldap_request_started':
      case 'resources_counted': {
        const { kind, ...fields } = event;
        log.trace({ event: kind, ...fields });
        return;
      }
      default:
        cycles(event);
    }
  };
}

function probedLine(
  log: Log,
  repetition: Repetition,
  { kind, target, error }: Extract<CycleEvent, { kind: 'target_probed' }>,
): void {
  const subject = `probe ${target}`;
  if (error === undefined) {
    const again = repetition.over(subject);
    log[again ? 'info' : 'debug'](
      { event: kind, target },
      again ? `target ${target} answers again` : `target ${target} answers`,
    );
    return;
  }
  const repeated = repetition.tell(subject, error.code);
  log[repeated === undefined ? 'debug' : 'error'](
    { event: kind, target, code: error.code, ...(repeated ? { repeated } : {}) },
    `${error.message}; ${error.remedy}`,
  );
}

function stateLine(
  log: Log,
  repetition: Repetition,
  { kind, ...fields }: Extract<CycleEvent, { kind: 'state_written' }>,
): void {
  if (fields.result === 'success') {
    if (repetition.over('state')) log.info({ event: kind, ...fields }, 'the state can be written again');
    return;
  }
  const repeated = repetition.tell('state', fields.result);
  log[repeated === undefined ? 'debug' : 'error'](
    { event: kind, ...fields, ...(repeated ? { repeated } : {}) },
    'the state could not be written',
  );
}

function unusableLine(
  log: Log,
  repetition: Repetition,
  { kind, ...fields }: Extract<CycleEvent, { kind: 'decision_unusable' }>,
): void {
  const { file, because } = fields;
  const repeated = repetition.tell(`decision ${file}`, because);
  const why =
    because === 'untrusted'
      ? 'may have been written by somebody else: others may write there'
      : because === 'no_target'
        ? 'was written by an earlier version and names no target; decide again'
        : 'cannot be read as a decision';
  log[repeated === undefined ? 'debug' : 'warn'](
    { event: kind, ...fields, ...(repeated ? { repeated } : {}) },
    `decisions/${file} ${why}; it is ignored`,
  );
}

function openedLine(log: Log, event: Extract<CycleEvent, { kind: 'state_opened' }>): void {
  for (const { level, text } of openingLines(event)) log[level]({ event: event.kind, ...event.opening }, text);
}

function oddityLine(log: Log, event: Extract<CycleEvent, { kind: 'link_forgotten' | 'answer_unusable' }>): void {
  if (event.kind === 'link_forgotten') forgottenLine(log, event);
  else faultLine(log, event);
}

function forgottenLine(log: Log, { kind, ...fields }: Extract<CycleEvent, { kind: 'link_forgotten' }>): void {
  log.warn(
    { event: kind, ...fields },
    `target ${fields.target}: ${fields.type} ${fields.sourceId} had left the directory, and the target no longer has the account; the link is removed`,
  );
}

function faultLine(log: Log, { kind, target, thrown }: Extract<CycleEvent, { kind: 'answer_unusable' }>): void {
  log.debug(
    { event: kind, target, error: nameOf(thrown), stack: stackFrames(thrown) },
    'an answer of the target could not be worked with',
  );
}

/** The class of an error: its message could quote anything. */
function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

/** What arrived is nothing to tell; what did not is told once, until something arrives there again. */
function notifiedLine(
  log: Log,
  repetition: Repetition,
  { kind, notifier, condition, outcome, problem }: Extract<CycleEvent, { kind: 'notified' }>,
): void {
  const fields = { event: kind, notifier, condition, outcome, ...(problem === undefined ? {} : { problem }) };
  if (outcome === 'sent') {
    const isBack = repetition.over(`notifier ${notifier}`);
    log[isBack ? 'info' : 'debug'](fields, `${notifier} was told: ${condition}`);
    return;
  }
  const repeated = repetition.tell(`notifier ${notifier}`, problem ?? outcome);
  log[repeated === undefined ? 'debug' : 'warn'](
    { ...fields, ...(repeated ? { repeated } : {}) },
    outcome === 'dropped'
      ? `${notifier} does not answer, and the oldest of what it should be told (${condition}) was left out`
      : `${notifier} could not be told (${condition}): ${problem ?? 'no answer'}; dir2scim notify test tries it`,
  );
}

/**
 * What became of entries that are not shown any more: numbers, and at debug the source ids. Those who only cannot be
 * read are looked up again and again, and logged like any persistent problem.
 */
function absentLine(
  log: Log,
  repetition: Repetition,
  { kind, directory, absenceReasons }: Extract<CycleEvent, { kind: 'absent_entries' }>,
): void {
  const sources: Record<AbsenceReason, string[]> = {
    deleted: [],
    moved: [],
    filtered: [],
    missing: [],
    unreadable: [],
    present: [],
  };
  for (const [id, absenceReason] of absenceReasons) sources[absenceReason].push(id);
  const { deleted, moved, filtered, missing, unreadable } = sources;
  const left = deleted.length + moved.length + filtered.length + missing.length;
  const fields = {
    event: kind,
    directory,
    deleted: deleted.length,
    moved: moved.length,
    filtered: filtered.length,
    missing: missing.length,
    unreadable: unreadable.length,
  };
  const repeated = repetition.tell(`absent ${directory}`, unreadable.join());
  const level = left > 0 || repeated !== undefined ? 'info' : 'debug';
  log[level](
    { ...fields, ...(repeated ? { repeated } : {}) },
    unreadable.length === 0
      ? `directory ${directory}: ${count(left, 'entry')} left`
      : `directory ${directory}: ${count(left, 'entry')} left; ${count(unreadable.length, 'entry')} can no longer be read, and ${unreadable.length === 1 ? 'stays' : 'stay'} as before on the targets`,
  );
  log.debug({ event: kind, directory, sources });
}
