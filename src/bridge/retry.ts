import type { SourceId } from '../core/model/entry.ts';
import { quarantinedOn } from '../cycle/shared/quarantined.ts';
import { sha256 } from '../cycle/shared/sha256.ts';
import type { Decider } from '../ports/decisions.ts';
import type { QuarantineRecord } from '../ports/state-records.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { chosenTargets } from './targets.ts';
import { readWho } from './who.ts';

export interface RetryRequest {
  /** Undefined for everybody. */
  readonly who: string | undefined;
  readonly target?: string | undefined;
  readonly by: Decider;
}

/** What is tried again on one target. */
export interface Released {
  readonly target: string;
  readonly released: readonly QuarantineRecord[];
  /** The target itself, which was left alone as a whole. */
  readonly targetReleased: boolean;
}

/**
 * Ends the pauses of what failed: it is tried again by a running daemon at its next poll, and by the next `sync` when none
 * runs. Where nothing is in quarantine, nothing is left to do.
 *
 * @throws BridgeError D2S_NOT_FOUND, D2S_USAGE when several are meant
 */
export async function retry(app: App, { who, target, by }: RetryRequest, signal: AbortSignal): Promise<Released[]> {
  const targets = chosenTargets(app, target);
  const view = await app.openView();
  try {
    const all = await Promise.all(targets.map(async (name) => [name, await quarantinedOn(name, view)] as const));
    const id = who === undefined ? undefined : await idIn(who, all, app, view, targets, signal);
    const at = new Date(app.clock.now()).toISOString();
    const answers: Released[] = [];
    for (const [name, records] of all) {
      const released = records.filter(({ sourceId }) => id === undefined || sourceId === id);
      const targetReleased = id === undefined && (await view.target(name)).quarantine !== undefined;
      answers.push({ target: name, released, targetReleased });
      if (released.length === 0 && !targetReleased) continue;
      const holdId = id === undefined ? 'retry-all' : `retry-${sha256(id).slice(0, 12)}`;
      await view.decide({
        target: name,
        holdId,
        decision: 'retry',
        at,
        by,
        ...(id === undefined ? {} : { sourceId: id }),
      });
    }
    return answers;
  } finally {
    await view.close();
  }
}

/** Somebody in quarantine is known by source id without the directory. */
async function idIn(
  who: string,
  all: readonly (readonly [string, readonly QuarantineRecord[]])[],
  app: App,
  view: StateView,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<SourceId> {
  const id = who.trim().toLowerCase();
  const isKnown = all.some(([, records]) => records.some(({ sourceId }) => sourceId === id));
  return isKnown ? id : readWho(app, who, view, targets, signal);
}
