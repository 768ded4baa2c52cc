import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../src/cycle/plan/clean-cycles.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import { cycleStage, operationsOf } from '../support/cycle-stage.ts';
import { definition } from '../support/entries.ts';
import { pairAdministrator, pairSuffix, startSambaPair, type SambaPair } from '../support/samba-pair.ts';
import { ldapOptions } from './ldap-fixture.ts';

const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n\n`;
const user = (name: string, people: string): string =>
  `dn: CN=${name},${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\n\n`;
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
};

describe('older data of domain controllers (Samba)', () => {
  let pair: SambaPair;
  before(async () => {
    pair = await startSambaPair();
  });
  after(() => pair.dispose());

  /** Three people on both domain controllers and on a target, of whom the first one changes afterwards. */
  async function begin(unit: string, way: () => Partial<CyclesInput>) {
    const people = `OU=${unit},${pairSuffix}`;
    const name = (who: string): string => `${who}-${unit}`;
    await pair.first.change(
      `dn: ${people}\nchangetype: add\nobjectClass: organizationalUnit\n\n${['anna', 'ben', 'cleo'].map((who) => user(name(who), people)).join('')}`,
    );
    await pair.replicate('first');
    const source = createLdapSource(
      ldapOptions(pair.first.url, pairAdministrator, {
        urls: [pair.first.url, pair.second.url],
        users: { bases: [people] },
        groups: { bases: [people] },
      }),
    );
    const stage = cycleStage([], {
      removal: { leaves: 'delete', groups: 'delete' },
      definition: definition({ users: { userName: 'sAMAccountName', active: '!bit(userAccountControl, 2)' } }),
    });
    const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
    const cycle = async () => (await stage.cycle(how)).report;
    assert.equal((await cycle()).result, 'success');
    const change = async () => {
      await pair.first.change(
        user(name('newcomer'), people) +
          modify(`CN=${name('ben')},${people}`, 'replace: userAccountControl', 'userAccountControl: 546'),
      );
      const { result, applied } = await cycle();
      assert.deepEqual([result, applied.map(({ verb }) => verb).sort()], ['success', ['create', 'deactivate']]);
    };
    return { cycle, change };
  }

  let unit = 0;
  for (const [name, way] of Object.entries(ways)) {
    it(`take nothing away when another one answers that lags behind, in ${name}`, async () => {
      const { cycle, change } = await begin(`Lag${(unit += 1)}`, way);
      await change();
      await pair.first.stop();
      const report = await cycle();
      assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
      assert.ok(
        report.hold?.findings.some(({ kind, text }) => kind === 'older_data' && text.includes(pair.second.url)),
        JSON.stringify(report.hold?.findings),
      );
      await pair.first.start();
      await pair.replicate('first');
      const healed = await cycle();
      assert.deepEqual([healed.result, operationsOf(healed.applied)], ['success', []]);
    });

    it(`take nothing away when one was set back to a snapshot, in ${name}`, async () => {
      const { cycle, change } = await begin(`Back${(unit += 1)}`, way);
      await pair.first.stop();
      const setBack = await pair.first.snapshot();
      await pair.first.start();
      await change();
      await pair.first.stop();
      await setBack();
      await pair.first.start();
      const report = await cycle();
      assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
      assert.ok(report.hold?.findings.some(({ kind, text }) => kind === 'older_data' && text.includes(pair.first.url)));
    });
  }
});
