import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openStateView } from '../../../src/adapters/lowdb/open-view.ts';
import { apply } from '../../../src/cli/commands/apply.ts';
import { decide } from '../../../src/cli/commands/decide.ts';
import { plan } from '../../../src/cli/commands/plan.ts';
import { retry } from '../../../src/cli/commands/retry.ts';
import { run } from '../../../src/cli/commands/run.ts';
import { sync } from '../../../src/cli/commands/sync.ts';
import { undo } from '../../../src/cli/commands/undo.ts';
import { verify } from '../../../src/cli/commands/verify.ts';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import { disturb } from './by-hand.ts';
import type { Command } from './crashing-files.ts';
import { quietContext, syncHere } from './in-process.ts';
import { office, officeWith, officeWithout } from './people.ts';
import { createSite, type Site, type SiteOptions } from './site.ts';

/** Something an administrator does on a site, and what was there before. */
export interface Errand {
  readonly what: string;
  /** As on the command line. */
  readonly args: (site: Site) => Promise<readonly string[]>;
  readonly make: () => Promise<Site>;
}

/** The command of these arguments, for a process in which it is run. */
export function commandOf([name = '', word = '']: readonly string[]): Command {
  const json = false;
  const commands: Readonly<Record<string, Command>> = {
    sync: (context) => sync({ full: false, json }, context),
    verify: (context) => verify({ repair: true, json }, context),
    undo: (context) => undo(word, { json }, context),
    apply: (context) => apply(word, { json }, context),
    approve: (context) => decide('approve', word, { json }, context),
    retry: (context) => retry(undefined, { all: true, json }, context),
    run,
  };
  const command = commands[name];
  if (command === undefined) throw new Error(`which command is ${name}?`);
  return command;
}

async function synced(options: SiteOptions = {}): Promise<Site> {
  const site = await createSite({ company: office, ...options });
  assert.equal((await syncHere(site.config)).code, 0);
  return site;
}

async function afterLeavers(code: number, options: SiteOptions = {}): Promise<Site> {
  const site = await synced(options);
  await site.show(officeWithout('celeste', 'dorian'));
  assert.equal((await syncHere(site.config)).code, code);
  return site;
}

const planPath = ({ folder }: Site): string => join(folder, 'plan.json');
const limited = { target: '    guard: { removals: { percent: 0, atLeast: 1 } }' };

export const errands: readonly Errand[] = [
  {
    what: 'verify --repair',
    args: () => Promise.resolve(['verify', '--repair']),
    make: async () => {
      const site = await synced();
      await disturb(site);
      return site;
    },
  },
  { what: 'undo', args: async (site) => ['undo', await lastCycle(site)], make: () => afterLeavers(0) },
  {
    what: 'the sync that carries an undo out',
    args: () => Promise.resolve(['sync']),
    make: async () => {
      const site = await afterLeavers(0);
      assert.equal(await undo(await lastCycle(site), { json: false }, quietContext(site.config)), 0);
      return site;
    },
  },
  {
    what: 'apply',
    args: (site) => Promise.resolve(['apply', planPath(site)]),
    make: async () => {
      const site = await synced();
      await site.show(
        officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' }, newcomer: { name: 'Nora Newcomer' } }),
      );
      assert.equal(await plan({ full: false, json: false, out: planPath(site) }, quietContext(site.config)), 10);
      return site;
    },
  },
  { what: 'approve', args: async (site) => ['approve', await heldOn(site)], make: () => afterLeavers(3, limited) },
  {
    what: 'retry',
    args: () => Promise.resolve(['retry', '--all']),
    make: async () => {
      const site = await synced();
      site.target.setBehaviour({ users: { refused: ['title'] } });
      await site.show(officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' } }));
      assert.equal((await syncHere(site.config)).code, 1);
      site.target.setBehaviour({});
      return site;
    },
  },
];

export async function logOf({ state }: Site): Promise<{ readonly entries: LoggedEntry[]; readonly flaws: unknown }> {
  const view = await openStateView({ folder: state });
  try {
    const entries: LoggedEntry[] = [];
    for await (const batch of view.logged(0)) entries.push(...batch);
    return { entries, flaws: (await view.checkLog()).flaws };
  } finally {
    await view.close();
  }
}

async function lastCycle(site: Site): Promise<string> {
  const { entries } = await logOf(site);
  return entries.at(-1)?.cycle ?? '';
}

async function heldOn({ state }: Site): Promise<string> {
  const view = await openStateView({ folder: state });
  const { held } = await view.target('wiki');
  await view.close();
  return held?.holdId ?? '';
}
