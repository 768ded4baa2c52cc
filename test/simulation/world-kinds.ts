import { live as liveWithCommands } from './commands/live.ts';
import { live as liveWithDecisions } from './decisions/live.ts';
import { live } from './live.ts';
import { live as liveBeforeTarget } from './targets/live.ts';
import { createPlots } from './targets/worlds.ts';

/**
 * `directories`: everything in one process, with crashes. `targets`: the SCIM client before servers that lie and fail.
 * `decisions`: people who approve and reject what two targets hold. `commands`: administrators who verify, undo, apply, retry
 * and configure, with the state on a disk.
 */
export const worldKinds = ['directories', 'targets', 'decisions', 'commands'] as const;
export type WorldKind = (typeof worldKinds)[number];

let plots: ReturnType<typeof createPlots> | undefined;

/** Lives through one world. @throws Error with its story, and the command that replays it */
export async function liveThrough(kind: WorldKind, seed: number): Promise<void> {
  if (kind === 'directories') return live(seed);
  if (kind === 'decisions') return liveWithDecisions(seed);
  if (kind === 'commands') return liveWithCommands(seed);
  plots ??= createPlots();
  const plotFor = await plots;
  return liveBeforeTarget(plotFor(seed), `SIMULATION_SEED=${seed} node --test test/simulation/targets/worlds.test.ts`);
}
