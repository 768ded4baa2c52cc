import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';

/** A directory or target that has been asked and has not answered yet. */
export interface Awaited {
  /** `directory corp`, `target wiki`. */
  readonly name: string;
  /** Since when nothing was heard of it. */
  readonly milliseconds: number;
}

/** Which requests are on their way, as the event stream tells. */
export interface InFlight {
  readonly observer: CycleObserver;
  /** Requests that change something on a target. What only reads may be ended at any time. */
  readonly writes: () => number;
  /** Everyone who owes an answer. */
  readonly awaited: () => Awaited[];
}

export function createInFlight(clock: Pick<Clock, 'monotonic'>): InFlight {
  const open = new Map<string, { count: number; heardAt: number }>();
  let writes = 0;
  const countWrite = (method: string, change: 1 | -1): void => {
    if (method !== 'GET') writes = Math.max(0, writes + change);
  };
  const of = (name: string) => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const fresh = { count: 0, heardAt: 0 };
    open.set(name, fresh);
    return fresh;
  };
  const begin = (name: string): void => {
    const one = of(name);
    if (one.count === 0) one.heardAt = clock.monotonic();
    one.count += 1;
  };
  const end = (name: string): void => {
    const one = of(name);
    one.count = Math.max(0, one.count - 1);
    one.heardAt = clock.monotonic();
  };
  return {
    observer(event) {
      if (event.kind === 'scim_request_started') {
        begin(`target ${event.target}`);
        countWrite(event.method, 1);
      } else if (event.kind === 'scim_request') {
        end(`target ${event.target}`);
        countWrite(event.method, -1);
      } else if (event.kind === 'ldap_request_started') begin(`directory ${event.directory}`);
      else if (event.kind === 'ldap_request') end(`directory ${event.directory}`);
      else if (event.kind === 'entries_read') of(`directory ${event.directory}`).heardAt = clock.monotonic();
    },
    writes: () => writes,
    awaited: () =>
      [...open].flatMap(([name, { count, heardAt }]) =>
        count > 0 ? [{ name, milliseconds: clock.monotonic() - heardAt }] : [],
      ),
  };
}
