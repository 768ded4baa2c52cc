import { BridgeError } from '../../core/model/errors.ts';
import type { NewState } from '../../ports/state-tools.ts';
import type { App } from '../app.ts';

/** What is there, and would be kept aside. */
export interface StateThere {
  /** How many links it has; undefined for one that cannot be used. */
  readonly links: number | undefined;
  /** Why it cannot be used. */
  readonly fault?: BridgeError | undefined;
}

/** A state that took the place of another. */
export interface Replaced<Made> {
  readonly made: Made;
  /** The folder with the one that there was; undefined where there was none. */
  readonly aside: string | undefined;
}

/**
 * Makes a state in place of the one there is, which is kept aside. Nobody else writes to it meanwhile.
 *
 * @param isWanted asked where there is something to lose: nothing is changed, unless it says so
 * @returns undefined when it was not wanted
 * @throws BridgeError D2S_STATE_LOCKED
 */
export async function replaceState<Made>(
  app: Pick<App, 'stateTools' | 'openView'>,
  isWanted: (there: StateThere) => Promise<boolean>,
  make: (state: NewState) => Promise<Made>,
): Promise<Replaced<Made> | undefined> {
  const state = await app.stateTools.begin();
  try {
    const there = await lookAtState(app);
    if (there.links !== 0 && !(await isWanted(there))) return undefined;
    const made = await make(state);
    return { made, aside: await state.putInPlace() };
  } finally {
    await state.close();
  }
}

async function lookAtState(app: Pick<App, 'openView'>): Promise<StateThere> {
  try {
    const view = await app.openView();
    const totals = await view.linkTotals().finally(() => view.close());
    return { links: totals.reduce((sum, { links }) => sum + links, 0) };
  } catch (error) {
    if (error instanceof BridgeError) return { links: undefined, fault: error };
    throw error;
  }
}
