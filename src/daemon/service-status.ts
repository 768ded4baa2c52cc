import type { Clock } from '../ports/clock.ts';
import type { CycleObserver, CycleResult } from '../ports/cycle-observer.ts';
import type { ServiceManager } from '../ports/service-manager.ts';

export interface ServiceStatus {
  /** Feed it with all events: how each target's last cycle ended becomes the status text. */
  readonly observer: CycleObserver;
  readonly ready: () => void;
  readonly reloading: () => void;
  readonly stopping: () => void;
  /** Another configuration has these targets: the others are not shown any more. */
  readonly keep: (targets: readonly string[]) => void;
  /** Tells the watchdog that the loop runs, until the signal. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A loop that is older hangs: as `/livez` sees it. */
const staleMilliseconds = 60_000;

const words: Readonly<Record<Exclude<CycleResult, 'interrupted'>, string>> = {
  success: 'in step',
  partial: 'something failed',
  held: 'something is held',
  error: 'failing',
};

/** What systemd shows in `systemctl status`. Names of targets and results, never a person. */
export function createServiceStatus(
  manager: ServiceManager | undefined,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  heartbeat: () => number,
): ServiceStatus {
  const results = new Map<string, keyof typeof words>();
  let told = '';
  const tell = (): void => {
    const text = [...results].map(([target, result]) => `${target}: ${words[result]}`).join('; ');
    if (text === told) return;
    told = text;
    manager?.tell(`STATUS=${text}`);
  };
  return {
    observer(event) {
      if (event.kind !== 'cycle_finished' || event.result === 'interrupted') return;
      results.set(event.target, event.result);
      tell();
    },
    keep(targets) {
      for (const target of results.keys()) if (!targets.includes(target)) results.delete(target);
      tell();
    },
    ready: () => manager?.tell('READY=1'),
    reloading: () => manager?.tell('RELOADING=1'),
    stopping: () => manager?.tell('STOPPING=1', 'STATUS=stopping: requests in flight may finish'),
    async run(signal) {
      const every = manager?.watchdogMilliseconds;
      if (every === undefined) return;
      while (!signal.aborted) {
        if (clock.monotonic() - heartbeat() <= staleMilliseconds) manager?.tell('WATCHDOG=1');
        await clock.sleep(every / 2, signal).catch(() => undefined);
      }
    },
  };
}
