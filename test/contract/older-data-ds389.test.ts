import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../src/cycle/plan/clean-cycles.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import { cycleStage, operationsOf } from '../support/cycle-stage.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { startDs389Pair, type Ds389Pair } from '../support/ds389-pair.ts';
import { definition } from '../support/entries.ts';
import { until } from '../support/until.ts';
import { ldapOptions } from './ldap-fixture.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
};
let units = 0;

/** Three people in a container of their own, on a target that went by them, and what happens afterwards. */
async function begin(
  account: 'reader' | 'other',
  [server, ...others]: readonly [Ds389, ...Ds389[]],
  way: () => Partial<CyclesInput>,
  prepare: () => Promise<void> = () => Promise.resolve(),
) {
  const people = `ou=Unit${(units += 1)},${ds389Suffix}`;
  const person = (name: string): string =>
    entry(
      `dn: uid=${name},${people}`,
      'changetype: add',
      'objectClass: inetOrgPerson',
      `uid: ${name}`,
      `cn: ${name}`,
      'sn: x',
    );
  await server.change(
    entry(`dn: ${people}`, 'changetype: add', 'objectClass: organizationalUnit') +
      ['ann', 'ben', 'cem'].map(person).join(''),
  );
  await prepare();
  const source = createLdapSource(
    ldapOptions(server.url, server[account], {
      urls: [server, ...others].map(({ url }) => url),
      users: { bases: [people] },
      groups: { bases: [people] },
    }),
  );
  const stage = cycleStage([], {
    removal: { leaves: 'delete', groups: 'delete' },
    definition: definition({ users: { userName: 'uid', active: 'employeeType != "off"' } }),
  });
  const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
  const cycle = async () => (await stage.cycle(how)).report;
  assert.equal((await cycle()).result, 'success');
  const change = async () => {
    // Two changes of one second have one modifyTimestamp.
    const second = Math.floor(Date.now() / 1_000);
    await until('the next second', () => Math.floor(Date.now() / 1_000) > second);
    await server.change(
      person('new') +
        entry(`dn: uid=ben,${people}`, 'changetype: modify', 'replace: employeeType', 'employeeType: off'),
    );
    const { result, applied, hold } = await cycle();
    assert.deepEqual(
      [result, applied.map(({ verb }) => verb).sort()],
      ['success', ['create', 'deactivate']],
      JSON.stringify(hold?.findings),
    );
  };
  const heldBecauseOf = async ({ url }: Ds389) => {
    const report = await cycle();
    assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
    assert.ok(
      report.hold?.findings.some(({ kind, text }) => kind === 'older_data' && text.includes(url)),
      JSON.stringify(report.hold?.findings),
    );
  };
  return { cycle, change, heldBecauseOf };
}

describe('older data of a 389 Directory Server', () => {
  let server: Ds389;
  before(async () => void (server = await startDs389()));
  after(() => server.dispose());

  for (const [name, way] of Object.entries(ways)) {
    it(`takes nothing away when it was set back to a backup, and a restart sets nothing back, in ${name}`, async () => {
      const { change, heldBecauseOf } = await begin('reader', [server], way);
      await server.stop();
      const setBack = await server.snapshot();
      await server.start();
      await change();
      await server.stop();
      await setBack();
      await server.start();
      await heldBecauseOf(server);
    });
  }
});

/** How far each replica has come is told by an entry that few accounts are shown. */
const accounts = {
  'shows how far replicas have come': 'reader',
  'does not show how far replicas have come': 'other',
} as const;

describe('older data of two 389 Directory Servers', () => {
  let pair: Ds389Pair;
  before(async () => {
    pair = await startDs389Pair();
    for (const server of [pair.first, pair.second]) {
      await server.change(
        entry(
          `dn: cn="${ds389Suffix}",cn=mapping tree,cn=config`,
          'changetype: modify',
          'add: aci',
          `aci: (targetattr="*")(version 3.0; acl "replicas"; allow (read,search,compare) userdn="ldap:///${server.reader.dn}";)`,
        ),
      );
    }
  });
  after(() => pair.dispose());

  for (const [shown, account] of Object.entries(accounts)) {
    for (const [name, way] of Object.entries(ways)) {
      it(`takes nothing away when another one answers that lags behind, to an account to which it ${shown}, in ${name}`, async () => {
        const { cycle, change, heldBecauseOf } = await begin(account, [pair.first, pair.second], way, () =>
          pair.replicate(true),
        );
        await pair.replicate(false);
        await change();
        await pair.first.stop();
        await heldBecauseOf(pair.second);
        await heldBecauseOf(pair.second);
        await pair.first.start();
        await pair.replicate(true);
        const healed = await cycle();
        assert.deepEqual([healed.result, operationsOf(healed.applied)], ['success', []]);
      });
    }
  }
});
