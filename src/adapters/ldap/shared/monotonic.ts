import type { LdapSourceOptions } from './options.ts';

/** Milliseconds of a clock that never jumps. */
export function monotonic({ clock }: Pick<LdapSourceOptions, 'clock'>): number {
  return clock === undefined ? performance.now() : clock.monotonic();
}
