import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isVendorName, vendors, type PartialBehaviour } from '../support/scim-server/index.ts';
import type { ProgramResult } from '../support/program.ts';
import { startScimmy } from '../support/scimmy.ts';
import { office, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

/** A vendor's server at the site's address, that may be asked as often as anybody likes. */
function settle(site: Site, name: string): void {
  assert.ok(isVendorName(name));
  const behaviour: PartialBehaviour = vendors[name];
  const { http } = behaviour;
  site.target.setBehaviour({ ...behaviour, http: { ...http, basePath: '/scim/v2' }, pace: { buckets: [] } });
}

const doctor = (site: Site, ...rest: readonly string[]): Promise<ProgramResult> =>
  site.run('doctor', '--target', 'wiki', ...rest);
const learned = (site: Site): string => join(site.folder, 'learned.yaml');

/** Reads its own profile from now on. */
async function useLearned(site: Site): Promise<void> {
  await site.reconfigure((text) => text.replace(/^ {4}removal:/m, '    profile: ./learned.yaml\n    removal:'));
}

/** Two cycles with a change between them, after which nothing is left to do. Nothing may be refused on the way. */
async function keepInStep(site: Site, people: number): Promise<void> {
  const [violations, refusals] = [site.target.violations.length, site.target.refusals.length];
  for (const company of [office, officeWithout('hector')]) {
    await site.show(company);
    const sync = await site.run('sync');
    assert.equal(sync.code, 0, sync.stderr + sync.stdout);
    const plan = await site.run('plan');
    assert.equal(plan.code, 0, plan.stderr + plan.stdout);
  }
  assert.equal(site.target.users().filter(({ active }) => active !== false).length, people - 1);
  assert.deepEqual(site.target.refusals.slice(refusals), []);
  assert.deepEqual(site.target.violations.slice(violations), []);
}

describe('dir2scim doctor', { concurrency: 2 }, () => {
  for (const name of [
    'aws-identity-center',
    'github-emu',
    'keycloak',
    'zoom',
    'new-relic',
    'wso2',
    'okta',
    'entra-optscim062020',
  ]) {
    it(`learns a profile with which a server like ${name} is kept in step without a refusal`, async () => {
      await using site = await createSite();
      settle(site, name);
      const result = await doctor(site, '--write-profile', learned(site));
      assert.equal(result.code, 0, result.stderr + result.stdout);
      assert.deepEqual([site.target.users(), site.target.groups()], [[], []]);
      await useLearned(site);
      await keepInStep(site, Object.keys(office.people).length);
    });
  }

  it('prints a table and the profile, which is what it writes', async () => {
    await using site = await createSite();
    settle(site, 'entra-legacy');
    const { code, stdout, stderr } = await doctor(site, '--write-profile', learned(site));
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /^Users\n {2}✓ create +is answered with 201/m);
    assert.match(stdout, /^ {2}✓ one attribute +displayName is changed with a path, op in capitals/m);
    assert.match(stdout, /^\d+ requests, half of them answered within \d+ ms, 95 % within \d+ ms$/m);
    assert.ok(stderr.includes(`to use it, say in the target: profile: ${learned(site)}`), stderr);
    const written = await readFile(learned(site), 'utf8');
    assert.match(written, /^patch:\n {2}operationCase: capital$/m);
    const printed = stdout
      .slice(stdout.indexOf('profile learned:'))
      .split('\n')
      .slice(1)
      .map((line) => line.slice(2))
      .join('\n');
    assert.equal(printed.trim(), written.trim());
    await writeFile(learned(site), 'patch: { operationCase: lower }\n');
    const again = await doctor(site, '--write-profile', learned(site));
    assert.equal(again.code, 2);
    assert.match(again.stderr, /^D2S_USAGE: .*exists and says something else/m);
    assert.equal(await readFile(learned(site), 'utf8'), 'patch: { operationCase: lower }\n');
  });

  it('prints findings and profile as JSON', async () => {
    await using site = await createSite();
    const { code, stdout } = await doctor(site, '--json');
    assert.equal(code, 0);
    const result = JSON.parse(stdout) as {
      findings: { subject: string; trial: string; verdict: string; milliseconds: number }[];
      profile: unknown;
      leftovers: unknown;
      traffic: { requests: number };
    };
    assert.ok(result.findings.length > 50 && result.traffic.requests > 100);
    assert.deepEqual(result.leftovers, []);
    assert.partialDeepStrictEqual(result.profile, { filter: { ignoresCase: true } });
  });

  it('ends with 1 where something is missing that the bridge needs, and says what', async () => {
    await using site = await createSite();
    site.target.setBehaviour({ users: { patch: 405, put: 405 } });
    const { code, stdout } = await doctor(site);
    assert.equal(code, 1);
    assert.match(stdout, /✗ deactivate +nobody can be deactivated: .* \(needed\)/);
  });

  it('makes nothing where it could not be removed, unless that is allowed', async () => {
    await using site = await createSite({ target: '    profile: slack' });
    settle(site, 'slack');
    const refused = await doctor(site);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^D2S_USAGE: .*DELETE only deactivates users.*--allow-leftovers/m);
    assert.equal(site.target.requests.length, 0);
  });

  it('names what stays, and ends with 1', async () => {
    await using site = await createSite();
    settle(site, 'slack');
    const { code, stdout } = await doctor(site);
    assert.equal(code, 1);
    const [user] = site.target.users();
    assert.match(
      stdout,
      new RegExp(`^left behind: user Dir2scim-doctor-\\w+-first@example.com \\(id ${String(user?.['id'])}\\)`, 'm'),
    );
  });

  it('is let in nowhere with a wrong token, and says so', async () => {
    await using site = await createSite();
    await writeFile(join(site.folder, 'token'), 'another');
    const { code, stderr, stdout } = await doctor(site);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^D2S_TARGET_AUTH: /m);
  });

  it('removes what it made when it is interrupted', async () => {
    await using site = await createSite();
    site.target.setBehaviour({ http: { latencyMilliseconds: 20 } });
    const program = await site.start('doctor', '--target', 'wiki');
    const deadline = Date.now() + 20_000;
    while (site.target.groups().length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(site.target.users().length > 0 && site.target.groups().length > 0);
    const { code, stderr } = await program.stop('SIGINT');
    assert.equal(code, 1);
    assert.match(stderr, /^D2S_INTERRUPTED: /m);
    assert.deepEqual([site.target.users(), site.target.groups()], [[], []]);
  });

  it('learns a profile for scimmy with which a first load and the plan after it agree', async (context) => {
    const scimmy = await startScimmy();
    context.after(() => scimmy.stop());
    await using site = await createSite({ company: office });
    await writeFile(join(site.folder, 'token'), scimmy.token);
    await site.reconfigure((text) => text.replace(/url: .*/, `url: ${scimmy.url}`));
    const result = await doctor(site, '--write-profile', learned(site));
    assert.equal(result.code, 0, result.stderr + result.stdout);
    await useLearned(site);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal((await site.run('plan')).code, 0);
  });
});
