import { SingleBar } from 'cli-progress';
import type { CycleEvent, CycleObserver } from '../ports/cycle-observer.ts';
import { openingLines } from '../telemetry/opening-text.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import { durationText } from './words.ts';

/**
 * Shows what a cycle is doing, on standard error: a bar while operations are sent on a terminal, a line for each step
 * elsewhere.
 */
export function progressObserver(terminal: Terminal): CycleObserver {
  const bars = new Map<string, SingleBar>();
  const finish = (target: string) => {
    bars.get(target)?.stop();
    bars.delete(target);
  };
  const timeouts = new Map<string, number>();
  return (event) => {
    if (event.kind === 'operation_finished') bars.get(event.target)?.increment();
    if (event.kind === 'cycle_finished') finish(event.target);
    if (event.kind === 'plan_made' && terminal.interactive && bars.size === 0) {
      const total = Object.values(event.counts).reduce((sum, number) => sum + number, 0);
      if (total > 0) bars.set(event.target, startBar(event.target, total));
    }
    if (event.kind === 'state_opened') for (const { text } of openingLines(event)) terminal.note(text);
    const line = event.kind === 'scim_request' ? silenceLine(event, timeouts) : stepLine(event);
    if (line !== undefined && bars.size === 0) terminal.note(line);
  };
}

/** Requests that nobody answered are waited for so long that it has to be said: the first, the second, the fourth, … */
function silenceLine(
  { target, method, status, milliseconds }: Extract<CycleEvent, { kind: 'scim_request' }>,
  timeouts: Map<string, number>,
): string | undefined {
  if (status !== 0 || milliseconds < longMilliseconds) return undefined;
  const times = (timeouts.get(target) ?? 0) + 1;
  timeouts.set(target, times);
  if (!Number.isInteger(Math.log2(times))) return undefined;
  return `  ${target}: no answer to ${method} in ${durationText(milliseconds)}${times === 1 ? '' : `; ${count(times, 'request')} without an answer so far`}`;
}

const longMilliseconds = 10_000;

function startBar(target: string, total: number): SingleBar {
  const bar = new SingleBar({
    format: `  ${target} {bar} {value}/{total} {eta_formatted}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: true,
  });
  bar.start(total, 0);
  return bar;
}

function stepLine(event: CycleEvent): string | undefined {
  switch (event.kind) {
    case 'entries_read':
      return `  ${event.directory}: ${count(event.entries, 'entry')} so far`;
    case 'directory_read':
      return `  ${event.directory}: read ${count(event.users, 'user')} and ${count(event.groups, 'group')} in ${durationText(event.milliseconds)}`;
    case 'open_to_all':
      return `  ${event.directory}: warning: every user of this host may write to ${event.paths.map(printable).join(' and ')}, and so decide who has access: chmod o-w`;
    case 'decided': {
      const { decision, holdId, end } = event.record;
      return end === 'taken'
        ? undefined
        : `  ${event.target}: ${decision} of ${holdId} does not count: ${end === 'void' ? 'what it was for does not stand any more' : 'older than a day, or dated ahead'}`;
    }
    case 'decision_unusable':
      return `  decisions/${event.file} ${event.because === 'untrusted' ? 'may have been written by somebody else: others may write there' : event.because === 'no_target' ? 'is of an earlier version and names no target; decide again' : 'is no decision that can be read'}; it is passed over`;
    case 'throttled':
      return `  ${event.target}: asked to wait ${durationText(event.milliseconds)}`;
    default:
      return undefined;
  }
}
