import type { Clock } from '../../ports/clock.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type { Notification, Notifier } from '../../ports/notifier.ts';

/** Between two tries of one notification; after the last one it is given up. */
const pauses = [1_000, 5_000, 30_000, 120_000, 600_000];
/** Somebody who does not answer is not told of more than this once they are back; the oldest go first. */
const mostWaiting = 100;

export interface NotificationQueue {
  /** Takes it for everybody who wants to know of its condition. Never waits. */
  readonly add: (notification: Notification) => void;
  /** Delivers until the signal. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Brings notifications to each notifier in order, with repetitions, beside everything else. */
export function createNotificationQueue(
  notifiers: readonly Notifier[],
  clock: Pick<Clock, 'sleep'>,
  tell: CycleObserver,
): NotificationQueue {
  const lanes = notifiers.map((notifier) => createLane(notifier, clock, tell));
  return {
    add(notification) {
      for (const lane of lanes) lane.add(notification);
    },
    async run(signal) {
      await Promise.all(lanes.map((lane) => lane.run(signal)));
    },
  };
}

function createLane(notifier: Notifier, clock: Pick<Clock, 'sleep'>, tell: CycleObserver): NotificationQueue {
  const waiting: Notification[] = [];
  let wake = (): void => undefined;
  const report = ({ condition }: Notification, outcome: 'sent' | 'failed' | 'dropped', problem?: string): void => {
    tell({ kind: 'notified', notifier: notifier.name, condition, outcome, problem });
  };

  const deliver = async (notification: Notification, signal: AbortSignal): Promise<void> => {
    for (const pause of [...pauses, undefined]) {
      const delivery = await notifier.deliver(notification, signal);
      if (signal.aborted) return;
      if (delivery.ok) {
        report(notification, 'sent');
        return;
      }
      if (!delivery.again || pause === undefined) {
        report(notification, 'failed', delivery.problem);
        return;
      }
      await clock.sleep(pause, signal);
    }
  };

  return {
    add(notification) {
      const { condition } = notification;
      if (condition !== 'test' && !notifier.conditions.has(condition)) return;
      const oldest = waiting.length >= mostWaiting ? waiting.shift() : undefined;
      if (oldest !== undefined) report(oldest, 'dropped');
      waiting.push(notification);
      wake();
    },
    async run(signal) {
      signal.addEventListener('abort', () => wake(), { once: true });
      while (!signal.aborted) {
        const next = waiting.shift();
        // A pause that the signal cuts short ends the loop, not the process.
        if (next !== undefined) await deliver(next, signal).catch(() => undefined);
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
