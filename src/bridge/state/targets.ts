import { BridgeError } from '../../core/model/errors.ts';
import { endpointOf } from '../../cycle/bind-target.ts';
import { rebindTarget, type Rebound } from '../../cycle/rebind-target.ts';
import type { App } from '../app.ts';
import { unknownTarget } from '../targets.ts';
import { linksOfTarget, withStore } from './with-store.ts';

/** The service of a target moved: the links are kept, after a look at some of them at the new place. */
export function rebind(app: App, target: string, signal: AbortSignal): Promise<Rebound> {
  return withStore(app, async (store) => rebindTarget(await app.prepare(target, signal), store, signal));
}

export interface Reset {
  readonly target: string;
  /** How many links are forgotten. */
  readonly links: number;
  /** False for a target that the configuration does not name any more. */
  readonly isConfigured: boolean;
}

/**
 * A target is another service now, or is to begin anew: what is known about it is forgotten. Also for one that the
 * configuration does not name any more.
 *
 * @param isWanted asked once with what would be forgotten: nothing is, unless it says so
 * @returns undefined when it was not wanted
 */
export function reset(
  app: App,
  target: string,
  isWanted: (loss: Reset) => Promise<boolean>,
): Promise<Reset | undefined> {
  return withStore(app, async (store) => {
    const { targets } = app.configuration;
    const section = targets.get(target);
    const totals = (await store.linkTotals()).filter((total) => total.target === target);
    if (section === undefined && totals.length === 0) throw unknownTarget(target, [...targets.keys()]);
    const loss = { target, links: await linksOfTarget(target, store), isConfigured: section !== undefined };
    if (!(await isWanted(loss))) return undefined;
    const bound = section === undefined ? [] : [{ kind: 'bound', target, endpoint: endpointOf(section.url) } as const];
    await store.record([{ kind: 'reset', target }, ...bound]);
    return loss;
  });
}

/**
 * A target has another name in the configuration: what is known about it goes along.
 *
 * @returns how many links it has
 */
export function rename(app: App, before: string, now: string): Promise<number> {
  return withStore(app, async (store) => {
    const { targets } = app.configuration;
    if (!targets.has(now)) throw unknownTarget(now, [...targets.keys()]);
    const links = await linksOfTarget(before, store);
    const own = await linksOfTarget(now, store);
    if (targets.has(before) || links === 0 || own > 0) {
      const why = targets.has(before)
        ? `the configuration still names target "${before}"`
        : own > 0
          ? `target "${now}" has links of its own`
          : `the state knows no target "${before}"`;
      throw new BridgeError(
        'D2S_USAGE',
        why,
        'give the name that the target had, and the one that it has in the configuration now',
      );
    }
    await store.record([{ kind: 'renamed', target: before, to: now }]);
    return links;
  });
}

/**
 * Something was put back or lost that nobody noticed: every account is looked at once, in the next cycle.
 *
 * @returns how many those are
 */
export function recheck(app: App): Promise<number> {
  return withStore(app, async (store) => {
    await store.record([{ kind: 'content_forgotten' }]);
    return (await store.linkTotals()).reduce((sum, total) => sum + total.links, 0);
  });
}
