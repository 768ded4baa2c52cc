import type { Verb } from '../model/plan.ts';

/** Who comes to the target: they get a link. */
export const arrivals: ReadonlySet<Verb> = new Set<Verb>(['create', 'adopt', 'relink']);

/** Who comes to the target, or comes back. */
export const comebacks: ReadonlySet<Verb> = new Set<Verb>([...arrivals, 'reactivate']);
