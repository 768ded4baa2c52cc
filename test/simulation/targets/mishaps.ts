import type { World } from './world.ts';

/** What befalls a whole target, once: it is wiped, put back from a backup that lacks some of ours, or from a dump under new ids. */
export const mishaps = ['loses everybody', 'loses some', 'gives new ids'] as const;
export type Mishap = (typeof mishaps)[number];

/** Of others nothing is lost, so that what is seen is what becomes of ours. */
export function strike(world: World): void {
  const { plot, server, strangers, random, trace } = world;
  if (plot.mishap === undefined) return;
  world.isSetBack = true;
  trace.push(`the target ${plot.mishap}`);
  const kept = new Set([...strangers.untouched.keys(), ...strangers.byHand]);
  server.restore((_kind, { id }) => {
    if (kept.has(String(id)) || (plot.mishap === 'loses some' && random.chance(0.6))) return String(id);
    return plot.mishap === 'gives new ids' ? `9${String(id)}` : undefined;
  });
}
