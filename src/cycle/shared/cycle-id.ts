import type { Clock } from '../../ports/clock.ts';

/** Sortable by time, and unique enough to be looked up in logs. */
export function cycleId(clock: Pick<Clock, 'now' | 'random'>): string {
  const random = Math.floor(clock.random() * 36 ** 4);
  return `${clock.now().toString(36)}-${random.toString(36).padStart(4, '0')}`;
}
