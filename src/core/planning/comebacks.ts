import type { Verb } from '../model/plan.ts';

/** Who comes to the target, or comes back. */
export const comebacks: ReadonlySet<Verb> = new Set(['create', 'adopt', 'relink', 'reactivate']);
