import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';

/*
 * Active Directory locks an account after a few wrong passwords (ten within ten minutes in Microsoft's security
 * baseline, often three to five elsewhere), and a poll every ten seconds would keep it locked for ever. After a refusal
 * a directory is left alone for 1, 2, 4, 8 and then always 15 minutes.
 */
const firstRest = 60_000;
const longestRest = 15 * 60_000;

export interface AuthBackOff {
  /** Feed it with the cycle's events: `directory_failed` with D2S_DIRECTORY_AUTH starts a rest, a reading ends it. */
  readonly observer: CycleObserver;
  /** Milliseconds during which this directory must not be asked. 0: go ahead. */
  readonly rest: (directory: string) => number;
}

export function createAuthBackOff(clock: Clock): AuthBackOff {
  const refusals = new Map<string, { readonly rest: number; readonly until: number }>();

  const refused = (directory: string): void => {
    const before = refusals.get(directory);
    const rest = before === undefined ? firstRest : Math.min(before.rest * 2, longestRest);
    refusals.set(directory, { rest, until: clock.monotonic() + rest });
  };

  return {
    observer(event) {
      if (event.kind === 'directory_read') refusals.delete(event.directory);
      else if (event.kind === 'directory_failed' && event.code === 'D2S_DIRECTORY_AUTH') refused(event.directory);
    },
    rest(directory) {
      const refusal = refusals.get(directory);
      return refusal === undefined ? 0 : Math.max(0, refusal.until - clock.monotonic());
    },
  };
}
