import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { groupDn, idOf } from './support/company.ts';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

interface Row {
  readonly person?: string;
  readonly login?: string;
  readonly state: string;
  readonly standing: string;
  readonly grants: readonly { readonly kind: string; readonly text: string; readonly groups: readonly string[] }[];
  readonly remains?: string;
  readonly since?: string;
  readonly ended?: string;
  readonly deleteAt?: string;
  readonly groups: readonly { readonly label?: string; readonly sourceId: string }[];
  readonly sourceId: string;
}

interface Reported {
  readonly isComplete: boolean;
  readonly users: Readonly<Record<string, number>>;
  readonly access: readonly Row[];
}

async function reported(site: Site, code = 0): Promise<Reported> {
  const { stdout, stderr, code: was } = await site.run('report', 'access', '--json');
  assert.equal(was, code, stderr);
  const [target] = (JSON.parse(stdout) as { targets: Reported[] }).targets;
  assert.ok(target !== undefined);
  return target;
}

const rowOf = ({ access }: Reported, uid: string): Row => {
  const row = access.find(({ sourceId }) => sourceId === idOf(uid));
  assert.ok(row !== undefined, uid);
  return row;
};

/** By the words of the configuration: leavers have thirty days. */
const grace = 'leaves: deactivate, deleteAfter: 30d';
const day = 24 * 60 * 60_000;

describe('report access', { concurrency: 2 }, () => {
  it('says who has what and which group gives it, without a request, with the numbers of status', async () => {
    await using site = await createSite({
      company: office,
      removal: grace,
      target: `    scope:
      users: { memberOf: ["${groupDn('oslo-sales')}", "${groupDn('oslo-support')}"], where: 'cn != "Nobody"' }`,
    });
    await site.run('sync');
    await site.show(
      officeWith({ dorian: { name: 'Dorian Applethwaite', disabled: true } }, { 'oslo-sales': ['amara', 'bastian'] }),
    );
    const synced = await site.run('sync');
    assert.equal(synced.code, 0, synced.stderr);
    site.target.clearRequests();
    const report = await reported(site);
    assert.deepEqual(site.target.requests, []);
    assert.deepEqual(report.users, { active: 3, leftDisabled: 0, deactivated: 2, lost: 0, adopted: 0 });
    assert.match((await site.run('status')).stdout, /users +3 active, 2 deactivated/);
    const amara = rowOf(report, 'amara');
    assert.equal(amara.person, 'Amara Osterholm');
    assert.equal(amara.login, 'amara');
    assert.deepEqual([amara.state, amara.standing], ['active', 'in_scope']);
    assert.deepEqual(
      amara.grants.map(({ kind, groups }) => [kind, groups]),
      [
        ['memberOf', [groupDn('oslo-sales')]],
        ['where', []],
      ],
    );
    assert.deepEqual(
      amara.groups.map(({ label }) => label),
      ['oslo-sales'],
    );
    assert.ok(Date.parse(amara.since ?? '') <= Date.now());
    const celeste = rowOf(report, 'celeste');
    assert.deepEqual([celeste.state, celeste.standing, celeste.grants], ['deactivated', 'out_of_scope', []]);
    assert.equal(celeste.login, 'celeste');
    const left = Date.parse(celeste.deleteAt ?? '') - Date.parse(celeste.ended ?? '');
    assert.ok(Math.abs(left - 30 * day) < 60_000, String(left));
    const dorian = rowOf(report, 'dorian');
    assert.deepEqual([dorian.state, dorian.standing, dorian.deleteAt], ['deactivated', 'inactive', undefined]);
    const table = await site.run('report', 'access');
    assert.equal(table.code, 0, table.stderr);
    assert.match(table.stdout, /^wiki: 3 users active, 2 deactivated \(1 with time to come back\)/);
    assert.match(table.stdout, /Celeste Wainwright {2}celeste {2}deactivated, out of scope/);
    assert.deepEqual(site.target.requests, []);
  });

  it('is a table for spreadsheets in which no name is a formula', async () => {
    await using site = await createSite({ company: officeWith({ elodie: { name: '=HYPERLINK("x") Brightwater' } }) });
    await site.run('sync');
    const { stdout, code } = await site.run('report', 'access', '--format', 'csv');
    assert.equal(code, 0);
    const lines = stdout.split('\r\n');
    assert.equal(lines.length, 10);
    assert.match(lines[0] ?? '', /^"target","person","login","state",/);
    assert.ok(lines.some((line) => line.includes(`,"'=HYPERLINK(""x"") Brightwater",`)));
    assert.ok(lines.every((line) => !/,"?[=+@-]/.test(line)));
    assert.equal((await site.run('report', 'access', '--format', 'xls')).code, 2);
  });

  it('shows an account that nothing gives any more, and why it is there', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    assert.equal((await site.run('sync')).code, 3);
    const report = await reported(site);
    const hector = rowOf(report, 'hector');
    assert.deepEqual([hector.state, hector.standing, hector.remains], ['active', 'not_read', 'held']);
    assert.match((await site.run('report', 'access')).stdout, /the removal is held/);
  });

  it('says what the state alone knows while a directory is down', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    await rm(site.ldif);
    const report = await reported(site, 1);
    assert.equal(report.isComplete, false);
    assert.deepEqual(report.users, { active: 8, leftDisabled: 0, deactivated: 0, lost: 0, adopted: 0 });
    const amara = rowOf(report, 'amara');
    assert.deepEqual([amara.person, amara.standing, amara.grants], [undefined, 'unknown', []]);
    assert.deepEqual(amara.groups, [{ sourceId: idOf('group oslo-sales') }]);
    const table = await site.run('report', 'access');
    assert.match(table.stdout, /this is what the state alone knows/);
    assert.match(table.stderr, /^D2S_/m);
    const csv = await site.run('report', 'access', '--format', 'csv');
    assert.match(csv.stderr, /what the state alone knows/);
  });
});
