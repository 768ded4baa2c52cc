import { targetError } from '../cycle/shared/target-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { ProbeResult } from '../ports/scim-target.ts';

export interface ProbeParts {
  readonly clock: Clock;
  readonly targets: readonly string[];
  /** How long a target may be quiet before it is asked. */
  readonly everyMilliseconds: number;
  readonly tell: CycleObserver;
}

type Probe = (target: string) => Promise<ProbeResult>;

export interface Probing {
  /** Feed it with the events of requests: whoever was just asked need not be probed. */
  readonly observer: CycleObserver;
  /**
   * Runs until the signal.
   *
   * @param probe asks a target for next to nothing, in one request
   */
  readonly run: (probe: Probe, signal: AbortSignal) => Promise<void>;
}

/** How often to look who is quiet. */
const longestLookMilliseconds = 5_000;

/** A target with nothing to do is asked now and then, so that it is known to be there before something urgent is due. */
export function createProbing({ clock, targets, everyMilliseconds, tell }: ProbeParts): Probing {
  const heardAt = new Map(targets.map((target) => [target, clock.monotonic()]));

  const probeOne = async (target: string, probe: Probe): Promise<void> => {
    heardAt.set(target, clock.monotonic());
    const result = await probe(target);
    // One that asked to be left alone is there.
    const isThere = result.kind === 'answers' || result.failure.class === 'throttled';
    const error = isThere ? undefined : targetError(target, result.failure);
    tell({
      kind: 'target_probed',
      target,
      error: error && { code: error.code, message: error.message, remedy: error.remedy },
    });
  };
  const keepProbing = async (target: string, probe: Probe, signal: AbortSignal): Promise<void> => {
    for (;;) {
      const quiet = clock.monotonic() - (heardAt.get(target) ?? 0);
      if (quiet >= everyMilliseconds) await probeOne(target, probe);
      else await clock.sleep(Math.min(longestLookMilliseconds, everyMilliseconds - quiet), signal);
    }
  };

  return {
    observer(event) {
      if (event.kind === 'scim_request' || event.kind === 'scim_request_started')
        heardAt.set(event.target, clock.monotonic());
    },
    async run(probe, signal) {
      // Each ends with the signal, by its error.
      await Promise.allSettled(targets.map((target) => keepProbing(target, probe, signal)));
    },
  };
}
