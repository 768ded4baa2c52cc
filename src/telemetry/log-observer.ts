import type { Clock } from '../ports/clock.ts';
import type { CycleEvent, CycleObserver } from '../ports/cycle-observer.ts';
import { absentLine } from './absent-line.ts';
import { cycleLines } from './cycle-lines.ts';
import type { Log } from './log.ts';
import { createRepetition } from './repetition.ts';

/**
 * Turns the stream of events into log lines. `event` in each line is stable; docs/logs.md lists them. Quiet when
 * nothing happens, one line a cycle when something did, a standing trouble once and then every 15 minutes.
 * Source ids are the only trace of a person in it; what a target says about one appears at debug only.
 */
export function logObserver(log: Log, clock: Clock): CycleObserver {
  const repetition = createRepetition(clock);
  const cycles = cycleLines(log, repetition);
  /** How changes of each directory were found last. */
  const ways = new Map<string, string>();

  return (event) => {
    switch (event.kind) {
      case 'directory_read': {
        const { kind, ...fields } = event;
        const again = repetition.over(`directory ${event.directory}`);
        const isOtherWay = event.changes !== undefined && event.changes !== ways.get(event.directory);
        if (event.changes !== undefined) ways.set(event.directory, event.changes);
        if (again) log.info({ event: kind, ...fields }, `directory ${event.directory} can be read again`);
        else if (isOtherWay) log.info({ event: kind, ...fields }, `directory ${event.directory} read; changes are found by ${event.changes ?? ''}`);
        else log.debug({ event: kind, ...fields }, `directory ${event.directory} read`);
        return;
      }
      case 'directory_failed': {
        const { kind, message, ...fields } = event;
        const repeated = repetition.tell(`directory ${event.directory}`, event.code);
        const level = repeated === undefined ? 'debug' : 'error';
        log[level]({ event: kind, ...fields, ...(repeated ? { repeated } : {}) }, message);
        return;
      }
      case 'directory_failover': {
        const { kind, ...fields } = event;
        log.warn({ event: kind, ...fields }, `directory ${event.directory}: ${event.to} answers in place of ${event.from}`);
        return;
      }
      case 'absent_entries':
        absentLine(log, repetition, event);
        return;
      case 'link_forgotten': {
        const { kind, ...fields } = event;
        log.warn({ event: kind, ...fields }, `the target has nobody any more who could be ${event.type} ${event.sourceId}, who had left: forgotten`);
        return;
      }
      case 'state_written':
        stateLine(event);
        return;
      case 'entries_read':
      case 'ldap_request':
      case 'scim_request':
      case 'resources_counted': {
        const { kind, ...fields } = event;
        log.trace({ event: kind, ...fields });
        return;
      }
      default:
        cycles(event);
    }
  };

  function stateLine({ kind, ...fields }: Extract<CycleEvent, { kind: 'state_written' }>): void {
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
}
