import type { RateBudget } from '../../../core/dialect/dialect.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { TargetNotes } from '../../../ports/scim-target.ts';
import { createAlarm, type Alarm } from './alarm.ts';
import { createBudget, type Budget } from './budget.ts';
import { createConcurrency, type Concurrency, type Ending } from './concurrency.ts';
import type { ScimRequest } from '../shared/message.ts';
import { notePace, restorePace } from './pace-notes.ts';
import { createPause, type Pause } from './pause.ts';
import type { Quota } from './quota.ts';

/** To be given back when the request has ended, or keeps nobody waiting any more; only the first time counts. */
export interface Permit {
  /** Milliseconds that budgets or a pause held it up. */
  readonly waited: number;
  leave(ending: Ending): void;
}

/**
 * Why somebody was not let through: the target wants to be left alone, or a budget is spent, for too long a time; it
 * answers nobody (`down`); or it refused the credentials that all of us have (`refused`).
 */
export type Turned = 'paused' | 'spent' | 'down' | 'refused';

/** So many failures without an answer between them, and nobody waits in line any more: each would wait for a timeout. */
const downAfter = 20;
/** The same of one kind of request, of which so many failed after so long a wait. */
const lateAfter = 3;
const longMilliseconds = 10_000;

interface Waiter {
  readonly kind: string;
  readonly budgets: readonly Budget[];
  readonly patience: number;
  readonly deadline: number;
  /** Budgets that it had to wait longest for: nobody behind it takes from them. */
  readonly claims: Set<Budget>;
  /** Since when a budget or a pause keeps it: waiting for others to end is not counted. */
  heldSince: number | undefined;
  readonly settle: (result: Permit | Turned) => void;
}

/**
 * The gate before one target, shared by all who send to it: nobody asked for a pause, every budget that a request
 * counts against has room, and not too many are in flight. First come, first served, but for those whom a budget holds
 * up that others don't need. A waiter claims the budget that it has to wait longest for, so that no stream of others
 * can keep it waiting for ever.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #onPause: () => void;
  readonly #budgets: readonly Budget[];
  readonly #concurrency: Concurrency;
  readonly #pause: Pause;
  readonly #alarm: Alarm;
  #queue: Waiter[] = [];
  #inFlight = 0;
  #version = 0;
  /** Since the last answer. */
  #failures = 0;
  /** By kind, of what took long, since the last answer to that kind. */
  readonly #late = new Map<string, number>();

  /**
   * @param most requests in flight
   * @param onPause the target asked for a pause that is worth a note
   */
  constructor(clock: Clock, rates: readonly RateBudget[], most: number, onPause: () => void = () => undefined) {
    this.#clock = clock;
    this.#onPause = onPause;
    this.#budgets = rates.map(createBudget);
    this.#concurrency = createConcurrency(most);
    this.#pause = createPause(clock);
    this.#alarm = createAlarm(clock, () => {
      this.#admit();
    });
  }

  /**
   * Waits for this request's turn. Says why not, at once, when a pause or an empty budget lasts longer than the caller
   * is ready to wait. Rejects with the signal's reason.
   */
  async enter(
    request: Pick<ScimRequest, 'method' | 'path'>,
    patienceMilliseconds: number,
    signal: AbortSignal,
  ): Promise<Permit | Turned> {
    signal.throwIfAborted();
    const { method, path } = request;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiter);
        const reason: unknown = signal.reason;
        reject(reason instanceof Error ? reason : new Error(String(reason)));
        this.#admit();
      };
      const waiter: Waiter = {
        kind: `${method} ${path.split(/[/?]/, 2)[1] ?? ''}`,
        budgets: this.#budgets.filter((budget) => budget.counts(request)),
        patience: patienceMilliseconds,
        deadline: this.#clock.monotonic() + patienceMilliseconds,
        claims: new Set(),
        heldSince: undefined,
        settle: (result) => {
          signal.removeEventListener('abort', onAbort);
          resolve(result);
        },
      };
      this.#queue.push(waiter);
      this.#admit();
      if (this.#queue.includes(waiter)) signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Nobody sends before the time is over. */
  pause(milliseconds: number): void {
    if (this.#pause.ask(milliseconds)) {
      this.#version += 1;
      this.#onPause();
    }
    this.#admit();
  }

  /** The credentials were refused: whoever waits would only be refused too, and accounts get locked for less. */
  refuse(): void {
    for (const waiter of this.#queue.splice(0)) waiter.settle('refused');
    this.#alarm.cancel();
  }

  /** An answer said what is left for us: so many more leave until then, and no more. */
  expect(quota: Quota): void {
    this.#pause.expect(quota, this.#inFlight - 1);
  }

  /** Grows when the notes should be written anew. */
  version(): number {
    return this.#version;
  }

  notes(): Pick<TargetNotes, 'pace'> {
    return notePace(this.#budgets, this.#pause, this.#clock);
  }

  restore({ pace }: Pick<TargetNotes, 'pace'>): void {
    if (pace !== undefined) restorePace(pace, this.#budgets, this.#pause, this.#clock);
  }

  /** Lets everybody through who may go, turns away whom it would take too long, and sets the alarm for the rest. */
  #admit(): void {
    const now = this.#clock.monotonic();
    const claimed = new Set<Budget>();
    const waiting = this.#queue;
    this.#queue = [];
    let next = Infinity;
    for (const [index, waiter] of waiting.entries()) {
      const rest = this.#pause.rest();
      const isFull = this.#inFlight >= this.#concurrency.limit;
      if (rest > 0) {
        next = rest;
        waiter.heldSince ??= now;
        if (this.#pause.askedUntil() > waiter.deadline) waiter.settle('paused');
        else this.#queue.push(waiter);
      } else if (this.#isDown(waiter, isFull)) waiter.settle('down');
      else if (isFull) {
        for (const one of waiting.slice(index)) this.#queue.push(one); // some request that ends lets them in
        break;
      } else {
        const { wait, scarcest, isBehind } = roomFor(waiter, claimed, now);
        if (wait > waiter.patience) waiter.settle('spent');
        else if (wait === 0 && !isBehind) this.#begin(waiter, now);
        else {
          waiter.heldSince ??= now;
          if (scarcest !== undefined) waiter.claims.add(scarcest);
          for (const budget of waiter.claims) claimed.add(budget);
          if (!isBehind) next = Math.min(next, wait);
          this.#queue.push(waiter);
        }
      }
    }
    if (this.#queue.length === 0) this.#alarm.cancel();
    else this.#alarm.set(next);
  }

  /** Whoever comes while nothing is in flight finds out whether it is still so. */
  #isDown({ kind }: Waiter, isFull: boolean): boolean {
    return (isFull && this.#failures >= downAfter) || (this.#inFlight > 0 && (this.#late.get(kind) ?? 0) >= lateAfter);
  }

  #begin(waiter: Waiter, now: number): void {
    for (const budget of waiter.budgets) {
      budget.spend(now);
      if (budget.isNoteDue()) this.#version += 1;
    }
    this.#pause.took();
    this.#inFlight += 1;
    const { fallen } = this.#concurrency;
    let isOver = false;
    waiter.settle({
      waited: now - (waiter.heldSince ?? now),
      leave: (ending) => {
        if (isOver) return;
        isOver = true;
        const isFull = this.#inFlight >= this.#concurrency.limit;
        this.#inFlight -= 1;
        const milliseconds = this.#clock.monotonic() - now;
        if (ending !== 'given_up') this.#failures = ending === 'failed' ? this.#failures + 1 : 0;
        if (ending === 'failed' && milliseconds >= longMilliseconds)
          this.#late.set(waiter.kind, (this.#late.get(waiter.kind) ?? 0) + 1);
        else if (ending !== 'given_up') this.#late.delete(waiter.kind);
        this.#concurrency.ended(ending, { kind: waiter.kind, milliseconds, fallen }, isFull);
        if (this.#queue.length > 0) this.#admit();
      },
    });
  }
}

/** How long a waiter's budgets keep it, which of them longest, and whether somebody before it has claimed one. */
function roomFor(
  { budgets }: Waiter,
  claimed: ReadonlySet<Budget>,
  now: number,
): { readonly wait: number; readonly scarcest: Budget | undefined; readonly isBehind: boolean } {
  let wait = 0;
  let scarcest: Budget | undefined;
  for (const budget of budgets) {
    const own = budget.wait(now);
    if (own > wait) [wait, scarcest] = [own, budget];
  }
  return { wait, scarcest, isBehind: budgets.some((budget) => claimed.has(budget)) };
}
