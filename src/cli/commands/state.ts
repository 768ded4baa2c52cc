import type { App } from '../../bridge/app.ts';
import { reboundJson, recheckJson, renamedJson, repinnedJson, resetJson } from '../../bridge/json/state.ts';
import { repin as repinDirectory, type DirectoryLook } from '../../bridge/state/repin.ts';
import * as targets from '../../bridge/state/targets.ts';
import { describeIdentity } from '../../core/directory/identity.ts';
import { count } from '../../core/wording/count.ts';
import { isConfirmed } from '../confirm.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

export interface StateOptions {
  readonly json: boolean;
  readonly yes: boolean;
}

/** The service of a target moved. */
export function rebind(target: string, options: StateOptions, context: CommandContext): Promise<number> {
  return onState(context, options, async (app, signal) => {
    const rebound = await targets.rebind(app, target, signal);
    const { recognised, sampled, links, to } = rebound;
    const others = recognised < sampled ? '; the next cycle looks at every account, because some are missing' : '';
    return {
      json: reboundJson(target, rebound),
      text: `${target} is at ${to} now: ${recognised} of ${sampled} accounts that were looked at are there, and ${count(links, 'link')} are kept${others}`,
    };
  });
}

/** A target is another service now, or is to begin anew. */
export function reset(target: string, options: StateOptions, context: CommandContext): Promise<number> {
  const after = ({ isConfigured }: targets.Reset): string =>
    isConfigured
      ? '; the next cycle matches and adopts anew, and removes nothing: accounts of people who left meanwhile stay as they are'
      : '';
  const isWanted = (loss: targets.Reset) =>
    isConfirmed(
      `This forgets ${count(loss.links, 'link')} of target ${target}${after(loss)}`,
      options.yes,
      context.terminal,
    );
  return onState(context, options, async (app) => {
    const loss = await targets.reset(app, target, isWanted);
    return loss && { json: resetJson(loss), text: `${target}: ${count(loss.links, 'link')} forgotten${after(loss)}` };
  });
}

/** A target has another name in the configuration. */
export function rename(before: string, now: string, options: StateOptions, context: CommandContext): Promise<number> {
  return onState(context, options, async (app) => {
    const links = await targets.rename(app, before, now);
    return {
      json: renamedJson(before, now, links),
      text: `${count(links, 'link')} of target ${before} are target ${now}'s from now on`,
    };
  });
}

/** Something was put back or lost that nobody noticed. */
export function recheck(options: StateOptions, context: CommandContext): Promise<number> {
  return onState(context, options, async (app) => {
    const links = await targets.recheck(app);
    return {
      json: recheckJson(links),
      text: `${count(links, 'account')} will be looked at in the next cycle, and what differs is sent`,
    };
  });
}

/** A directory is another one now. */
export function repin(directory: string, options: StateOptions, context: CommandContext): Promise<number> {
  const textOf = ({ before, now, linked, found }: DirectoryLook): string =>
    `${directory} was ${before === undefined ? 'not pinned' : describeIdentity(before)} and is ${describeIdentity(now)}; ${found} of ${linked} who are linked from it are there${found < linked ? `; the other ${linked - found} depart in the next cycle, within the limits of the guard` : ''}`;
  return onState(context, options, async (app, signal) => {
    const look = await repinDirectory(
      app,
      directory,
      (loss) => isConfirmed(textOf(loss), options.yes, context.terminal),
      signal,
    );
    return look && { json: repinnedJson(directory, look), text: textOf(look) };
  });
}

interface Done {
  readonly json: unknown;
  readonly text: string;
}

/** Runs it, and prints what was done; nothing, where it was not wanted. */
async function onState(
  context: CommandContext,
  options: StateOptions,
  work: (app: App, signal: AbortSignal) => Promise<Done | undefined>,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const done = await work(app, stopping);
      if (done === undefined) return 0;
      if (options.json) printJson(terminal, done.json);
      else terminal.print(done.text);
      return 0;
    }),
  );
}
