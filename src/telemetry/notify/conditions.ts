import { randomUUID } from 'node:crypto';
import { count, inWords } from '../../core/wording/count.ts';
import { countsToDo } from '../../core/wording/operation-counts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CycleEvent, CycleObserver } from '../../ports/cycle-observer.ts';
import type { Condition, Notification } from '../../ports/notifier.ts';
import type { TargetState } from '../../ports/state-records.ts';

/** So many cycles in a row fail before anybody is told: a restart of a target is no news. */
const cyclesThatCount = 3;

/** Which signs of each condition were told since it began: a hold's id, a code of an error. Empty: it does not last. */
type Told = Record<Exclude<Condition, 'recovered'>, Set<string>>;
/** Stands for whatever sign was told before this process began. */
const fromBefore = '';

type EventOf<Kind extends CycleEvent['kind']> = Extract<CycleEvent, { kind: Kind }>;

export interface Conditions {
  readonly observer: CycleObserver;
  /** What the state says of a target counts as told: a restart is no news. */
  readonly recall: (target: string, state: TargetState, quarantined: number) => void;
}

/**
 * Follows what condition each target is in, and tells each change once: held (another hold is another one), failing,
 * quarantined, and that it is over.
 *
 * @param approveCommand what a person types here to approve a hold
 */
export function createConditions(
  clock: Pick<Clock, 'now'>,
  tell: (notification: Notification) => void,
  approveCommand: (holdId: string) => string,
): Conditions {
  const told = new Map<string, Told>();
  /** Targets whose running cycle has held something. */
  const holding = new Set<string>();
  /** In how many counts in a row somebody was in quarantine. */
  const quarantinedFor = new Map<string, number>();

  const of = (target: string): Told => {
    const known = told.get(target) ?? { held: new Set(), failing: new Set(), quarantined: new Set() };
    told.set(target, known);
    return known;
  };
  const send = (target: string, rest: Omit<Notification, 'id' | 'at' | 'target'>): void => {
    tell({ id: `msg_${randomUUID()}`, at: new Date(clock.now()).toISOString(), target, ...rest });
  };
  const begin = (
    target: string,
    condition: keyof Told,
    sign: string,
    rest: Omit<Notification, 'id' | 'at' | 'target' | 'condition'>,
  ): void => {
    const signs = of(target)[condition];
    const isKnown = signs.has(sign) || signs.has(fromBefore);
    signs.delete(fromBefore);
    signs.add(sign);
    if (!isKnown) send(target, { condition, ...rest });
  };
  const end = (target: string, condition: keyof Told, summary: string): void => {
    const signs = of(target)[condition];
    if (signs.size === 0) return;
    signs.clear();
    send(target, { condition: 'recovered', from: condition, summary });
  };

  const finish = ({ target, result, failing, error }: EventOf<'cycle_finished'>): void => {
    if (!holding.has(target) && result !== 'error') end(target, 'held', `${target}: nothing is held any more`);
    if (failing === undefined) {
      end(target, 'failing', `${target}: nothing fails any more`);
    } else if (failing.cycles >= cyclesThatCount) {
      const why = error === undefined ? 'some of its operations fail' : `${error.code}: ${error.message}`;
      begin(target, 'failing', error?.code ?? 'operations', {
        summary: `${target} has been failing since ${failing.since}, ${count(failing.cycles, 'cycle')} in a row: ${why}`,
        remedy: error?.remedy ?? 'dir2scim status says which, and why',
        failing: { since: failing.since, cycles: failing.cycles, code: error?.code },
      });
    }
  };
  const hold = ({ target, hold: { holdId, operations, findings, remark } }: EventOf<'held'>): void => {
    holding.add(target);
    const kinds = [...new Set(findings.map(({ kind }) => kind))];
    begin(target, 'held', holdId, {
      summary: `${target}: ${countsToDo(operations)}, held because it looks like an accident (${inWords(kinds)})${remark === undefined ? '' : `; ${remark}`}`,
      remedy: `look at it with dir2scim plan; if it is right: ${approveCommand(holdId)}`,
      hold: {
        holdId,
        operations: Object.fromEntries(
          [...Map.groupBy(operations, ({ verb }) => verb)].map(([verb, all]) => [verb, all.length]),
        ),
        findings: kinds,
      },
    });
  };
  const quarantine = (target: string, number: number): void => {
    const inARow = number === 0 ? 0 : (quarantinedFor.get(target) ?? 0) + 1;
    quarantinedFor.set(target, inARow);
    if (number === 0) end(target, 'quarantined', `${target}: nobody is in quarantine any more`);
    else if (inARow >= cyclesThatCount)
      begin(target, 'quarantined', 'some', {
        summary: `${target}: ${count(number, 'entry')} in quarantine: what is to be done about them keeps failing`,
        remedy: 'dir2scim status names them, with the reason and the next try',
        quarantined: number,
      });
  };

  return {
    observer(event) {
      switch (event.kind) {
        case 'cycle_started':
          holding.delete(event.target);
          return;
        case 'held':
          hold(event);
          return;
        case 'resources_counted':
          quarantine(event.target, event.counts.user.quarantined + event.counts.group.quarantined);
          return;
        case 'cycle_finished':
          finish(event);
          return;
        default:
      }
    },
    recall(target, { held, failing }, quarantined) {
      const known = of(target);
      if (held !== undefined) known.held.add(held.holdId);
      if (failing !== undefined && failing.cycles >= cyclesThatCount) known.failing.add(fromBefore);
      if (quarantined > 0) known.quarantined.add(fromBefore);
    },
  };
}
