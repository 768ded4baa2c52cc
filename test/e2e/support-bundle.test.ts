import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePort } from '../support/process.ts';
import { runProgram } from '../support/program.ts';
import { startDaemon } from './support/daemon.ts';
import { office, officeWithout } from './support/people.ts';
import { childEnvironment, createSite } from './support/site.ts';

interface Bundle {
  readonly versions: Record<string, unknown>;
  readonly configuration: { readonly targets?: unknown; readonly error?: string };
  readonly error?: string;
  readonly secretsError?: string;
  readonly stateError?: string;
  readonly status?: { readonly targets: readonly Record<string, unknown>[] };
  readonly log?: readonly Record<string, unknown>[];
  readonly metrics?: readonly string[];
}

describe('support-bundle', { concurrency: 2 }, () => {
  it('has how dir2scim is and what it did, in one file that only its owner can read, and nobody in it', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    await using site = await createSite({
      company: office,
      sections: `http: { listen: "${listen}" }\nlog: { values: true }`,
    });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    await using daemon = await startDaemon({ config: site.config });
    await daemon.moreCycles(2);
    const out = join(site.folder, 'bundle.json');
    const made = await site.run('support-bundle', '--out', out);
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await stat(out)).mode & 0o777, 0o600);
    const text = await readFile(out, 'utf8');
    for (const [login, { name }] of Object.entries(office.people))
      for (const one of [`"${login}"`, name]) assert.ok(!text.includes(one), `${one} is in the bundle`);
    assert.ok(!text.includes(site.token), 'a secret');
    assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-/, "somebody's id");
    const bundle = JSON.parse(text) as Bundle;
    assert.equal(bundle.versions['node'], process.versions.node);
    const [target] = bundle.status?.targets ?? [];
    assert.equal(target?.['lastResult'], 'held');
    assert.match(JSON.stringify(target['held']), /6 users to deactivate/);
    assert.ok(
      bundle.log?.some(({ verb, outcome, subject }) => verb === 'create' && outcome === 'applied' && subject === 1),
    );
    assert.ok(bundle.metrics?.some((line) => line.startsWith('dir2scim_cycles_total{target="wiki"')));
    const again = await site.run('support-bundle', '--out', out);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /D2S_USAGE: there is a file .*bundle\.json already/);
  });

  it('is there when nothing else works, and says what is missing by its code', async () => {
    await using site = await createSite({ company: office });
    const bundleOf = async (): Promise<Bundle> => {
      const { code, stdout, stderr } = await site.run('support-bundle', '--json');
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout) as Bundle;
    };
    await writeFile(join(site.folder, 'token'), '');
    assert.equal((await bundleOf()).secretsError, 'D2S_SECRET_UNREADABLE');
    await site.reconfigure((text) => text.replace('leaves: deactivate', 'leaves: Ada Canary'));
    const invalid = await bundleOf();
    assert.equal(invalid.error, 'D2S_CONFIG_INVALID');
    assert.ok(invalid.configuration.targets !== undefined);
    assert.doesNotMatch(JSON.stringify(invalid), /canary/i);
    await site.reconfigure(() => 'a: [b');
    assert.equal((await bundleOf()).configuration.error, 'D2S_CONFIG_INVALID');
    const nowhere = await runProgram(['support-bundle', '--json', '--config', '/nowhere/a.yaml'], childEnvironment);
    assert.equal(nowhere.code, 0, nowhere.stderr);
    assert.match(nowhere.stdout, /ENOENT/);
  });
});
