import { randomUUID } from 'node:crypto';
import { count, inWords } from '../../core/wording/count.ts';
import { countsToDo } from '../../core/wording/operation-counts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CycleEvent, CycleObserver } from '../../ports/cycle-observer.ts';
import type { Condition, Notification } from '../../ports/notifier.ts';
import type { Failing, TargetState } from '../../ports/state-records.ts';

/** So many cycles in a row fail before anybody is told: a restart of a target is no news. */
const cyclesThatCount = 3;

/** Which signs of each condition were told since it began: a hold's id, a code of an error. Empty: it does not last. */
type Told = Record<Exclude<Condition, 'recovered'>, Set<string>>;
/** Stands for whatever sign was told before this process began. */
const fromBefore = '';

type EventOf<Kind extends CycleEvent['kind']> = Extract<CycleEvent, { kind: Kind }>;

export interface Conditions {
  readonly observer: CycleObserver;
  /**
   * What the state says of a target when the process starts counts as told: a restart is no news. Of quarantine, what has
   * had cycles fail for so long that it was.
   */
  readonly recall: (target: string, state: TargetState) => void;
}

/**
 * Follows what condition each target is in, and tells each change once: held (another hold is another one), failing,
 * quarantined, and that it is over.
 *
 * @param typed completes a text with the commands that it names, as a person types them here
 */
export function createConditions(
  clock: Pick<Clock, 'now'>,
  tell: (notification: Notification) => void,
  typed: (text: string) => string,
): Conditions {
  const teller = new Teller(clock, tell, typed);
  /** Targets whose running cycle has held something. */
  const holding = new Set<string>();
  /** How many are in quarantine, and for how many cycles in a row somebody has been. */
  const quarantined = new Map<string, { number: number; cycles: number }>();

  return {
    observer(event) {
      switch (event.kind) {
        case 'cycle_started':
          holding.delete(event.target);
          return;
        case 'held':
          holding.add(event.target);
          teller.begin(event.target, 'held', event.hold.holdId, heldNotice(event));
          return;
        case 'resources_counted': {
          const { target, counts } = event;
          const number = counts.user.quarantined + counts.group.quarantined;
          quarantined.set(target, { number, cycles: number === 0 ? 0 : (quarantined.get(target)?.cycles ?? 0) });
          if (number === 0) teller.end(target, 'quarantined', `${target}: nobody is in quarantine any more`);
          return;
        }
        case 'cycle_finished': {
          const { target, result, failing, error } = event;
          if (result === 'interrupted') return;
          if (!holding.has(target) && result !== 'error')
            teller.end(target, 'held', `${target}: nothing is held any more`);
          if (failing === undefined) teller.end(target, 'failing', `${target}: nothing fails any more`);
          else if (failing.cycles >= cyclesThatCount)
            teller.begin(target, 'failing', error?.code ?? 'operations', failingNotice(target, failing, error));
          const count = quarantined.get(target);
          if (count === undefined || count.number === 0) return;
          count.cycles += 1;
          if (count.cycles >= cyclesThatCount)
            teller.begin(target, 'quarantined', 'some', quarantineNotice(target, count.number));
          return;
        }
        default:
      }
    },
    recall(target, { held, failing }) {
      if (teller.knows(target)) return;
      if (held !== undefined) teller.recall(target, 'held', held.holdId);
      if (failing === undefined || failing.cycles < cyclesThatCount) return;
      teller.recall(target, 'failing', fromBefore);
      if ((quarantined.get(target)?.number ?? 0) > 0) teller.recall(target, 'quarantined', fromBefore);
    },
  };
}

type Notice = Omit<Notification, 'id' | 'at' | 'target' | 'condition'>;

/** Remembers what was told of each target, so that it is told once. */
class Teller {
  readonly #told = new Map<string, Told>();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #tell: (notification: Notification) => void;
  readonly #typed: (text: string) => string;

  constructor(clock: Pick<Clock, 'now'>, tell: (notification: Notification) => void, typed: (text: string) => string) {
    this.#clock = clock;
    this.#tell = tell;
    this.#typed = typed;
  }

  begin(target: string, condition: keyof Told, sign: string, notice: Notice): void {
    const signs = this.#of(target)[condition];
    const isKnown = signs.has(sign) || signs.has(fromBefore);
    signs.delete(fromBefore);
    signs.add(sign);
    if (!isKnown) this.#send(target, { condition, ...notice });
  }

  end(target: string, condition: keyof Told, summary: string): void {
    const signs = this.#of(target)[condition];
    if (signs.size === 0) return;
    signs.clear();
    this.#send(target, { condition: 'recovered', from: condition, summary });
  }

  recall(target: string, condition: keyof Told, sign: string): void {
    this.#of(target)[condition].add(sign);
  }

  /** Whether this process has followed it already. */
  knows(target: string): boolean {
    return this.#told.has(target);
  }

  #of(target: string): Told {
    const known = this.#told.get(target) ?? { held: new Set(), failing: new Set(), quarantined: new Set() };
    this.#told.set(target, known);
    return known;
  }

  #send(target: string, rest: Notice & Pick<Notification, 'condition'>): void {
    const { remedy } = rest;
    this.#tell({
      id: `msg_${randomUUID()}`,
      at: new Date(this.#clock.now()).toISOString(),
      target,
      ...rest,
      ...(remedy === undefined ? {} : { remedy: this.#typed(remedy) }),
    });
  }
}

function failingNotice(target: string, failing: Failing, error: EventOf<'cycle_finished'>['error']): Notice {
  const why = error === undefined ? 'some of its operations fail' : `${error.code}: ${error.message}`;
  return {
    summary: `${target} has been failing since ${failing.since}, ${count(failing.cycles, 'cycle')} in a row: ${why}`,
    remedy: error?.remedy ?? 'dir2scim status says which, and why',
    failing: { since: failing.since, cycles: failing.cycles, code: error?.code },
  };
}

function heldNotice({ target, hold: { holdId, operations, findings, remark } }: EventOf<'held'>): Notice {
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  const because = remark === undefined ? '' : `; ${remark}`;
  return {
    summary: `${target}: ${countsToDo(operations)}, held because it looks like an accident (${inWords(kinds)})${because}`,
    remedy: `look at it with dir2scim plan; if it is right: dir2scim approve ${holdId}`,
    hold: {
      holdId,
      operations: Object.fromEntries(
        [...Map.groupBy(operations, ({ verb }) => verb)].map(([verb, all]) => [verb, all.length]),
      ),
      findings: kinds,
    },
  };
}

function quarantineNotice(target: string, number: number): Notice {
  return {
    summary: `${target}: ${count(number, 'entry')} in quarantine: what is to be done about them keeps failing`,
    remedy: 'dir2scim status names them, with the reason and the next try',
    quarantined: number,
  };
}
