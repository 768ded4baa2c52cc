import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openStage, type Stage } from '../scenarios/stage.ts';
import { behaviourOf, isVendorName, vendors, type Behaviour } from '../support/scim-server/index.ts';
import { after, before, groupsOf, groupsOn, ldifOf, peopleOf, peopleOn } from './companies.ts';

/** The whole program with each shipped profile, before a server that is like its vendor: what `sync` did, `plan` agrees to. */
const profiles = (await readdir(new URL('../../config/profiles/', import.meta.url)))
  .map((file) => file.replace(/\.yaml$/, ''))
  .sort();

/** Where attributes are for ever what they were at creation. */
const unchanging: ReadonlySet<string> = new Set(['gitlab', 'sentry']);

for (const name of profiles) {
  describe(`the program with the profile ${name}`, () => {
    it('follows a directory there and back, without a word that the target refuses, and has nothing left to do', async (context) => {
      assert.ok(isVendorName(name), 'there is no vendor of this name');
      const behaviour = behaviourOf(vendors[name], { pace: { buckets: [] } });
      const stage = await openStage({ behaviour }, 4);
      context.after(() => stage.close());
      await stage.configure(
        configuration(
          name,
          behaviour.users.deletion === 'refused' || behaviour.users.deactivation === 'reversible'
            ? 'deactivate'
            : 'delete',
        ),
      );
      if (!behaviour.groups.create) await makeGroups(stage, behaviour);
      for (const company of [before, after, before]) {
        await stage.place(ldifOf(company));
        await syncs(stage);
        const [held, wanted] = [peopleOn(stage.server), peopleOf(company)];
        if (unchanging.has(name)) assert.deepEqual(Object.keys(held).sort(), Object.keys(wanted).sort());
        else assert.deepEqual(held, wanted);
        if (behaviour.groups.supported)
          assert.deepEqual(groupsOn(stage.server), groupsOf(company, behaviour.users.deactivation === 'deletes'));
      }
      assert.deepEqual(
        { violations: stage.server.violations, refusals: stage.server.refusals },
        { violations: [], refusals: [] },
      );
    });
  });
}

function configuration(profile: string, leaves: string): string {
  const users =
    profile === 'salesforce' ? `users: { map: { 'entitlements[type eq "profile"].value': '"Standard"' } }` : '';
  return `directories:
  corp: {}
targets:
  wiki:
    profile: { extends: ${profile}, rate: [] }
    removal: { leaves: ${leaves} }
    guard: { reactivations: { percent: 100 } } # two of three come back, which is more than half
    ${users}
`;
}

/** What a target that makes its groups itself has from the start. */
async function makeGroups(stage: Stage, behaviour: Behaviour): Promise<void> {
  stage.server.setBehaviour({ ...behaviour, groups: { ...behaviour.groups, create: true } });
  for (const displayName of Object.keys(before.groups)) await stage.post('Group', { displayName });
  stage.server.setBehaviour(behaviour);
}

/** A sync that does everything, a plan after it that has nothing to do and asks for nothing, and a comparison that finds nothing. */
async function syncs(stage: Stage): Promise<void> {
  const { exit, errors } = await stage.command(['sync']);
  assert.deepEqual([exit, errors], [0, []]);
  stage.server.clearRequests();
  const plan = await stage.command(['plan']);
  assert.deepEqual([plan.exit, plan.errors], [0, []], JSON.stringify(plan.json).slice(0, 500));
  const verified = await stage.command(['verify']);
  assert.deepEqual([verified.exit, verified.errors], [0, []], JSON.stringify(verified.json).slice(0, 2_000));
}
