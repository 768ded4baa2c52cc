import type { Clock } from '../../ports/clock.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type { Notification, Notifier } from '../../ports/notifier.ts';

/** Between two tries of one notification; after the last one it is given up. */
const pauses = [1_000, 5_000, 30_000, 120_000, 600_000];
/** Somebody who does not answer is not told of more than this once they are back; the oldest go first. */
const mostWaiting = 100;

/** Brings notifications to each notifier in order, with repetitions, beside everything else. It lives as long as the process. */
export interface NotificationQueue {
  /** Takes it for everybody who wants to know of its condition. Never waits. */
  readonly add: (notification: Notification) => void;
  /**
   * Delivers until the signal. What waits then is delivered by the next run, to whoever stands at the same place under the
   * same name; for whoever does not any more, it is left out.
   */
  readonly run: (notifiers: readonly Notifier[], signal: AbortSignal) => Promise<void>;
}

export function createNotificationQueue(clock: Pick<Clock, 'sleep'>, tell: CycleObserver): NotificationQueue {
  const lanes = new Map<string, Lane>();
  return {
    add(notification) {
      for (const lane of lanes.values()) lane.add(notification);
    },
    async run(notifiers, signal) {
      const now = new Map(notifiers.map((notifier, index) => [`${index} ${notifier.name}`, notifier]));
      for (const [key, lane] of lanes) {
        if (now.has(key)) continue;
        lane.drop();
        lanes.delete(key);
      }
      const running = [...now].map(([key, notifier]) => {
        const lane = lanes.get(key) ?? new Lane(clock, tell);
        lanes.set(key, lane);
        return lane.run(notifier, signal);
      });
      await Promise.all(running);
    },
  };
}

type Outcome = 'sent' | 'failed' | 'dropped';

/** What waits for one notifier. */
class Lane {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #tell: CycleObserver;
  readonly #waiting: Notification[] = [];
  #notifier: Notifier | undefined;
  #isUnderWay = false;
  #wake = (): void => undefined;

  constructor(clock: Pick<Clock, 'sleep'>, tell: CycleObserver) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(notification: Notification): void {
    const { condition } = notification;
    if (condition !== 'test' && this.#notifier?.conditions.has(condition) !== true) return;
    if (this.#waiting.length >= mostWaiting) this.#leaveOutOldest();
    this.#waiting.push(notification);
    this.#wake();
  }

  /** Not the one that is under way: it may have arrived. */
  #leaveOutOldest(): void {
    for (const oldest of this.#waiting.splice(this.#isUnderWay ? 1 : 0, 1)) this.#report(oldest, 'dropped');
  }

  drop(): void {
    for (const notification of this.#waiting.splice(0)) this.#report(notification, 'dropped');
  }

  async run(notifier: Notifier, signal: AbortSignal): Promise<void> {
    this.#notifier = notifier;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const [next] = this.#waiting;
      if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else {
        this.#isUnderWay = true;
        await this.#deliver(next, notifier, signal);
        this.#isUnderWay = false;
      }
    }
  }

  /** It waits until its outcome is known: a run that ends in the middle leaves it to the next one. */
  async #deliver(notification: Notification, notifier: Notifier, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    for (const pause of [...pauses, undefined]) {
      const delivery = await notifier.deliver(notification, signal);
      if (isOver()) return;
      if (delivery.ok) {
        this.#end(notification, 'sent');
        return;
      }
      if (!delivery.again || pause === undefined) {
        this.#end(notification, 'failed', delivery.problem);
        return;
      }
      await this.#clock.sleep(pause, signal).catch((error: unknown) => {
        if (!isOver()) throw error;
      });
      if (isOver()) return;
    }
  }

  #end(notification: Notification, outcome: Outcome, problem?: string): void {
    this.#waiting.shift();
    this.#report(notification, outcome, problem);
  }

  #report({ condition }: Notification, outcome: Outcome, problem?: string): void {
    this.#tell({ kind: 'notified', notifier: this.#notifier?.name ?? '', condition, outcome, problem });
  }
}
