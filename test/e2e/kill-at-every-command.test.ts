import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { nodeFiles } from '../../src/adapters/lowdb/shared/node-files.ts';
import { failingFiles, moments } from '../support/failing-files.ts';
import { commandOf, errands, logOf, type Errand } from './support/commands.ts';
import { crash } from './support/crashing-files.ts';
import { quietContext, syncHere } from './support/in-process.ts';
import { checkConverged } from './support/journey.ts';
import { commandKilledAt } from './support/killed-sync.ts';
import { forEachOnSite } from './support/repeated-site.ts';
import { shapeOf } from './support/shape.ts';
import { ground, type Site } from './support/site.ts';

/*
 * Whatever an administrator does ends at each operation on the state's files, in this process, and for some of them in
 * children that are killed. Then the command is given again, as a person would, and a sync comes after it.
 */

/** Children of each command, spread evenly. */
const children = 5;

async function undisturbed({ make, args }: Errand): Promise<{ readonly operations: number; readonly shape: unknown }> {
  await using site = await make();
  const files = failingFiles(nodeFiles, () => undefined);
  const command = commandOf(await args(site));
  assert.equal(await command({ ...quietContext(site.config), parts: { files } }), 0);
  assert.equal((await syncHere(site.config)).code, 0);
  return { operations: files.operations.length, shape: shapeOf(site.target) };
}

/** Nothing that was logged is lost, and nothing is in the log twice. */
async function checkLogged(site: Site, name: string): Promise<void> {
  const { entries, flaws } = await logOf(site);
  assert.deepEqual(flaws, [], name);
  const created = entries.filter(({ verb, outcome }) => verb === 'create' && outcome === 'applied');
  const once = new Set(created.map(({ targetId }) => targetId));
  assert.equal(once.size, created.length, `${name}: each account was made once, and logged once`);
}

describe('a command that ends at any write', () => {
  let graveyard: string;
  before(async () => {
    graveyard = await mkdtemp(join(ground, 'dir2scim-e2e-dead-'));
  });
  after(() => rm(graveyard, { recursive: true }));
  for (const errand of errands) {
    it(`is given again, and comes to the same: ${errand.what}`, { timeout: 300_000 }, async (test) => {
      const { operations, shape } = await undisturbed(errand);
      test.diagnostic(`${operations} operations × ${moments.length} moments`);
      assert.ok(operations > 0);
      const cases = Array.from({ length: operations }, (_, index) =>
        moments.map((moment) => ({ at: index + 1, moment })),
      ).flat();
      await forEachOnSite(cases, 4, errand.make, async (site, { at, moment }) => {
        const name = `${errand.what}, ${at}:${moment}`;
        const command = commandOf(await errand.args(site));
        // Requests side by side share writes, so that there may be a few fewer.
        await crash(command, site, at, moment, graveyard);
        await command(quietContext(site.config)).catch(() => undefined);
        await checkConverged(site, shape, name);
        await checkLogged(site, name);
      });
    });

    it(`comes to the same when the process is killed: ${errand.what}`, { timeout: 200_000 }, async () => {
      const { operations, shape } = await undisturbed(errand);
      const cases = Array.from({ length: Math.min(children, operations) }, (_, index) => {
        const at = Math.floor((index * operations) / Math.min(children, operations)) + 1;
        return `${at}:${moments[index % 3] ?? ''}`;
      });
      await forEachOnSite(cases, 2, errand.make, async (site, at) => {
        const args = await errand.args(site);
        const { code, signal, stderr } = await commandKilledAt(site, args, at);
        assert.ok(signal === 'SIGKILL' || code === 0, `${at}: ${stderr}`);
        await commandOf(args)(quietContext(site.config)).catch(() => undefined);
        await checkConverged(site, shape, `${errand.what}, ${at}`);
        await checkLogged(site, `${errand.what}, ${at}`);
      });
    });
  }
});
