import type { ScimTargetOptions } from '../../../src/adapters/scim/http/options.ts';
import { createScimTarget } from '../../../src/adapters/scim/target.ts';
import type { ScimTarget } from '../../../src/ports/scim-target.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { targetOptions } from '../../contract/scim-target-options.ts';

/** When a client was told to come later, and how many of its requests had left by then. */
export interface TurnedAway {
  readonly at: number;
  readonly departures: number;
}

/** What all processes of a world sent, counted through. */
export interface Departures {
  count: number;
  /** When each left, by its number. */
  readonly times: number[];
  readonly turnedAway: TurnedAway[];
  /** When processes died: what was asked of them alone is forgotten. */
  readonly deaths: number[];
}

/** The header by which a request says how many left before it. */
export const departureHeader = 'x-departure';

export function createClient(
  url: string,
  clock: FakeClock,
  departures: Departures,
  rest: Partial<ScimTargetOptions>,
): ScimTarget {
  const isTurnedAway = (): void => void departures.turnedAway.push({ at: clock.now(), departures: departures.count });
  return createScimTarget({
    ...targetOptions(url, '', { clock, ...rest }),
    dialect: rest.dialect ?? [],
    auth: {
      headers() {
        departures.count += 1;
        departures.times[departures.count] = clock.now();
        return Promise.resolve({ headers: { [departureHeader]: String(departures.count) } });
      },
      renew: () => Promise.resolve(false),
      close: () => Promise.resolve(),
    },
    // Not when its status came: a packed answer is unpacked first, and others leave meanwhile.
    onThrottled: isTurnedAway,
  });
}
