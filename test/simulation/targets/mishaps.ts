import { randomUUID } from 'node:crypto';
import type { World } from './world.ts';

/** What befalls a whole target, once: it is wiped, put back from a backup that lacks some of ours, or moved to another machine. */
export const mishaps = ['loses everybody', 'loses some', 'gives everybody a new id'] as const;
export type Mishap = (typeof mishaps)[number];

/** Of others nothing is lost, so that what is seen is what becomes of ours. */
export function strike(world: World): void {
  const { plot, server, strangers, random, trace } = world;
  if (plot.mishap === undefined) return;
  world.isSetBack = true;
  trace.push(`the target ${plot.mishap}`);
  const before = new Set([...strangers.untouched.keys(), ...strangers.byHand]);
  server.restore((_kind, { id: held }) => {
    const id = String(held);
    if (before.has(id) && (strangers.untouched.has(id) || plot.mishap !== 'gives everybody a new id')) return id;
    if (plot.mishap === 'gives everybody a new id') return randomUUID();
    return plot.mishap === 'loses some' && random.chance(0.6) ? id : undefined;
  });
}
