import type { App } from '../../bridge/app.ts';
import { unknownTarget } from '../../bridge/targets.ts';
import { describeIdentity } from '../../core/directory/identity.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { endpointOf } from '../../cycle/bind-target.ts';
import { rebindTarget } from '../../cycle/rebind-target.ts';
import { lookAtDirectory } from '../../cycle/repin-directory.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { isConfirmed } from '../confirm.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';
import { count } from '../../core/wording/count.ts';

export interface StateOptions {
  readonly json: boolean;
  readonly yes: boolean;
}

interface Work {
  readonly app: App;
  readonly store: StateStore;
  readonly signal: AbortSignal;
}

/** The service of a target moved: the links are kept, after a look at some of them at the new place. */
export function rebind(target: string, options: StateOptions, context: CommandContext): Promise<number> {
  return withState(context, async ({ app, store, signal }) => {
    const setup = await app.prepare(target, signal);
    const rebound = await rebindTarget(setup, store, signal);
    if (options.json) printJson(context.terminal, { target, ...rebound });
    else {
      const { recognised, sampled, links, to } = rebound;
      const others = recognised < sampled ? '; the next cycle looks at every account, because some are missing' : '';
      context.terminal.print(
        `${target} is at ${to} now: ${recognised} of ${sampled} accounts that were looked at are there, and ${count(links, 'link')} are kept${others}`,
      );
    }
    return 0;
  });
}

/** A target is another service now, or is to begin anew: what is known about it is forgotten. Also for one that the configuration does not name any more. */
export function reset(target: string, options: StateOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withState(context, async ({ app, store }) => {
    const totals = (await store.linkTotals()).filter((total) => total.target === target);
    const section = app.configuration.targets.get(target);
    if (section === undefined && totals.length === 0)
      throw unknownTarget(target, [...app.configuration.targets.keys()]);
    const links = totals.reduce((sum, total) => sum + total.links, 0);
    const after =
      section === undefined
        ? ''
        : '; the next cycle matches and adopts anew, and removes nothing: accounts of people who left meanwhile stay as they are';
    if (
      !(await isConfirmed(`This forgets ${count(links, 'link')} of target ${target}${after}`, options.yes, terminal))
    ) {
      terminal.note('Nothing was changed.');
      return 0;
    }
    const bound = section === undefined ? [] : [{ kind: 'bound', target, endpoint: endpointOf(section.url) } as const];
    await store.record([{ kind: 'reset', target }, ...bound]);
    if (options.json) printJson(terminal, { target, forgotten: links });
    else terminal.print(`${target}: ${count(links, 'link')} forgotten${after}`);
    return 0;
  });
}

/** A target has another name in the configuration: what is known about it goes along. */
export function rename(before: string, now: string, options: StateOptions, context: CommandContext): Promise<number> {
  return withState(context, async ({ app, store }) => {
    const { targets } = app.configuration;
    if (!targets.has(now)) throw unknownTarget(now, [...targets.keys()]);
    const totals = await store.linkTotals();
    const linksOf = (name: string): number =>
      totals.filter(({ target }) => target === name).reduce((sum, { links }) => sum + links, 0);
    if (targets.has(before) || linksOf(before) === 0 || linksOf(now) > 0) {
      const why = targets.has(before)
        ? `the configuration still names target "${before}"`
        : linksOf(now) > 0
          ? `target "${now}" has links of its own`
          : `the state knows no target "${before}"`;
      throw new BridgeError(
        'D2S_USAGE',
        why,
        'give the name that the target had, and the one that it has in the configuration now',
      );
    }
    await store.record([{ kind: 'renamed', target: before, to: now }]);
    if (options.json) printJson(context.terminal, { from: before, to: now, links: linksOf(before) });
    else
      context.terminal.print(`${count(linksOf(before), 'link')} of target ${before} are target ${now}'s from now on`);
    return 0;
  });
}

/** Something was put back or lost that nobody noticed: every account is looked at once, in the next cycle. */
export function recheck(options: StateOptions, context: CommandContext): Promise<number> {
  return withState(context, async ({ store }) => {
    await store.record([{ kind: 'content_forgotten' }]);
    const links = (await store.linkTotals()).reduce((sum, total) => sum + total.links, 0);
    if (options.json) printJson(context.terminal, { links });
    else
      context.terminal.print(
        `${count(links, 'account')} will be looked at in the next cycle, and what differs is sent`,
      );
    return 0;
  });
}

/** A directory is another one now: it is taken as it is. Those whom it does not have depart, within the guard's limits. */
export function repin(directory: string, options: StateOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withState(context, async ({ app, store, signal }) => {
    const source = app.sources.get(directory);
    if (source === undefined) {
      throw new BridgeError(
        'D2S_USAGE',
        `there is no directory "${directory}" in the configuration`,
        `there are: ${[...app.sources.keys()].join(', ')}`,
      );
    }
    const look = await lookAtDirectory(source, store, signal);
    const { before, now, linked, found } = look;
    const what = `${directory} was ${before === undefined ? 'not pinned' : describeIdentity(before)} and is ${describeIdentity(now)}; ${found} of ${linked} who are linked from it are there`;
    const isLoss = found < linked;
    const after = isLoss
      ? `; the other ${linked - found} depart in the next cycle, within the limits of the guard`
      : '';
    if (isLoss && !(await isConfirmed(`${what}${after}`, options.yes, terminal))) {
      terminal.note('Nothing was changed.');
      return 0;
    }
    await store.record([{ kind: 'identity', directory, identity: now }]);
    if (options.json) printJson(terminal, { directory, ...look });
    else terminal.print(`${what}${after}`);
    return 0;
  });
}

/** With the state open for writing: there is no daemon beside it. */
async function withState(context: CommandContext, work: (parts: Work) => Promise<number>): Promise<number> {
  return withApp(context, progressObserver(context.terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const store = await app.openStore();
      try {
        return await work({ app, store, signal: stopping });
      } finally {
        await store.close();
      }
    }),
  );
}
