import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../../src/core/model/entry.ts';
import { cycleStage, inShort, operationsOf, person, team, type StageOptions } from '../support/cycle-stage.ts';
import { decide } from '../support/decision-stage.ts';
import { definition } from '../support/entries.ts';
import { createFakeSource } from '../support/fake-source.ts';

/*
 * Two directories feed one target: our own, and a partner's, whose administrators write any id, DN and value into it.
 */

type Text = Parameters<typeof definition>[0];

const users = {
  userName: 'lower(mail)',
  title: 'title',
  active: 'status != "off"',
  'enterprise.manager': 'ref(manager)',
};

async function beside(
  ours: readonly Entry[],
  theirs: readonly Entry[],
  {
    text = {},
    trust = {},
    ...rest
  }: StageOptions & { readonly text?: Text; readonly trust?: Partial<ReturnType<typeof definition>> } = {},
) {
  const stage = cycleStage(ours, {
    definition: { ...definition({ directories: ['corp', 'partner'], users, ...text }), ...trust },
    ...rest,
  });
  const partner = createFakeSource('partner');
  const put = (...entries: readonly Entry[]) =>
    entries.forEach((entry) => partner.put({ ...entry, directory: 'partner' }));
  put(...theirs);
  const cycle = async () => {
    const { report, calls } = await stage.cycle({
      sources: new Map([
        ['corp', stage.source],
        ['partner', partner],
      ]),
    });
    return { report, calls: inShort(calls) };
  };
  const link = async (id: string) => (await stage.store.links('wiki', [id])).get(id);
  const { report: first } = await cycle();
  return { ...stage, stage, partner, put, cycle, link, first };
}

const partnerDn = (id: string) => `CN=${id},OU=Staff,DC=partner`;
const stranger = (id: string, values: Parameters<typeof person>[1] = {}): Entry => ({
  ...person(id, values),
  dn: partnerDn(id),
});

describe('an entry of ours with the same id in the directory of a partner', () => {
  it('changes nothing while ours is there, not even where the partner comes first', async () => {
    const { cycle, put, link } = await beside([person('ceo')], [stranger('pia')], {
      text: { directories: ['partner', 'corp'] },
    });
    put(stranger('ceo', { mail: 'evil@example.org', title: 'Owner' }));
    const { calls, report } = await cycle();
    assert.deepEqual(
      [calls, report.rejected.map(({ directory, reasons }) => [directory, reasons[0]?.code])],
      [[], [['partner', 'duplicate_entry']]],
    );
    assert.equal((await link('ceo'))?.directory, 'corp');
  });

  it('is switched off with ours, whatever the partner says', async () => {
    const { cycle, put, source } = await beside([person('ceo')], [stranger('ceo')]);
    source.put(person('ceo', { status: 'off' }));
    put(stranger('ceo', { title: 'Owner' }));
    assert.deepEqual(operationsOf((await cycle()).report.applied), ['deactivate ceo']);
  });

  it("does not become the partner's when ours leaves: it is held, and nothing that the partner says counts", async () => {
    const { cycle, put, source, link } = await beside([person('ceo'), person('ann')], []);
    source.remove('ceo');
    put(stranger('ceo', { mail: 'evil@example.org' }));
    const { calls, report } = await cycle();
    assert.deepEqual(
      [calls, report.result, report.hold?.findings.map(({ kind }) => kind)],
      [[], 'held', ['moved_directory']],
    );
    assert.equal((await link('ceo'))?.directory, 'corp');
    assert.match(
      report.hold?.findings[0]?.text ?? '',
      /^1 user linked from directory corp would be the entries of directory partner/,
    );
  });

  it("is the partner's once somebody approves it", async () => {
    const { cycle, put, source, link, stage, target } = await beside([person('ann'), person('bea')], []);
    source.remove('ann');
    put(stranger('ann', { title: 'Guest' }));
    await decide(stage, (await cycle()).report.hold?.holdId, 'approve');
    assert.deepEqual(operationsOf((await cycle()).report.applied), ['relink ann']);
    assert.deepEqual(
      [(await link('ann'))?.directory, target.users().find(({ externalId }) => externalId === 'ann')?.['title']],
      ['partner', 'Guest'],
    );
    assert.deepEqual((await cycle()).calls, []);
  });

  it('costs no request where nothing differs, and is held all the same', async () => {
    const { cycle, put, source, link, stage } = await beside([person('ann'), person('bea')], []);
    source.remove('ann');
    put(stranger('ann'));
    await decide(stage, (await cycle()).report.hold?.holdId, 'approve');
    const { calls, report } = await cycle();
    assert.deepEqual(
      [calls, operationsOf(report.applied), (await link('ann'))?.directory],
      [[], ['relink ann'], 'partner'],
    );
  });

  it('does not come back to life: whoever was switched off stays so', async () => {
    const { cycle, put, source } = await beside([person('ceo'), person('ann')], []);
    source.remove('ceo');
    assert.deepEqual(operationsOf((await cycle()).report.applied), ['deactivate ceo']);
    put(stranger('ceo'));
    const { calls, report } = await cycle();
    assert.deepEqual([calls, report.result], [[], 'held']);
  });

  it("is held as well where the partner's cannot even be mapped", async () => {
    const { cycle, put, source, link } = await beside([person('ceo'), person('ann')], []);
    source.remove('ceo');
    put({ ...stranger('ceo'), attributes: new Map() });
    const { calls, report } = await cycle();
    assert.deepEqual([calls, report.result, (await link('ceo'))?.directory], [[], 'held', 'corp']);
  });

  it('moves without a word with overlap: allowed', async () => {
    const { cycle, put, source, link } = await beside([person('ann'), person('bea')], [], {
      trust: { overlap: 'allowed' },
    });
    source.remove('ann');
    put(stranger('ann'));
    assert.deepEqual([(await cycle()).calls, (await link('ann'))?.directory], [[], 'partner']);
  });
});

describe('a newcomer in the directory of a partner', () => {
  it('with the login of somebody of ours who left does not get their account', async () => {
    const { cycle, put, source } = await beside([person('ceo'), person('ann')], [], { match: ['userName'] });
    source.remove('ceo');
    put(stranger('new', { mail: 'ceo@example.org' }));
    const { report } = await cycle();
    assert.deepEqual(
      [operationsOf(report.applied), report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code])],
      [['deactivate ceo'], [['new', 'match_taken']]],
    );
  });
});

describe('a group of a partner', () => {
  const board = team('board', ['ceo']);
  const scope: Text = { scope: { user: { memberOf: ['CN=board,OU=Groups,DC=corp'] } } };

  it('with the DN of a group by which the scope goes lets nobody in', async () => {
    const theirs = [
      stranger('eve'),
      {
        ...team('fake'),
        dn: board.dn,
        attributes: new Map([
          ['cn', ['board']],
          ['member', [partnerDn('eve')]],
        ]),
      },
    ];
    const { first } = await beside([person('ceo'), board], theirs, { text: scope });
    assert.deepEqual(
      operationsOf(first.applied).filter((one) => !one.includes('board') && !one.includes('fake')),
      ['create ceo'],
    );
  });

  it('does not take its place when ours is gone', async () => {
    const { cycle, put, source } = await beside([person('ceo'), board], [stranger('eve')], { text: scope });
    source.remove('board');
    put({
      ...team('fake'),
      dn: board.dn,
      attributes: new Map([
        ['cn', ['board']],
        ['member', [partnerDn('eve')]],
      ]),
    });
    const { report } = await cycle();
    assert.deepEqual([report.result, report.error?.code, report.applied], ['error', 'D2S_SCOPE_GROUP_MISSING', []]);
  });

  it('has no members of ours, and ours has none of theirs, however they are named', async () => {
    const ours = [
      person('ceo'),
      {
        ...team('admins'),
        attributes: new Map([
          ['cn', ['admins']],
          ['member', [partnerDn('eve')]],
        ]),
      },
    ];
    const { target } = await beside(ours, [
      stranger('eve'),
      { ...team('guests', ['ceo']), dn: 'CN=guests,DC=partner' },
    ]);
    assert.deepEqual(
      target.groups().map(({ members }) => members ?? []),
      [[], []],
    );
  });

  it('with the id of one of ours that is gone neither empties nor fills it', async () => {
    const { cycle, put, source, target } = await beside(
      [person('ann'), person('bea'), team('board', ['ann', 'bea'])],
      [stranger('eve')],
    );
    const before = target.groups();
    source.remove('board');
    put({
      ...team('board'),
      dn: 'CN=board,DC=partner',
      attributes: new Map([
        ['cn', ['board']],
        ['member', [partnerDn('eve')]],
      ]),
    });
    const { calls, report } = await cycle();
    assert.deepEqual([calls, report.result, target.groups()], [[], 'held', before]);
  });

  it('has those of a directory that ours sees', async () => {
    const ours = [
      {
        ...team('admins'),
        attributes: new Map([
          ['cn', ['admins']],
          ['member', [partnerDn('eve')]],
        ]),
      },
    ];
    const { target } = await beside(ours, [stranger('eve')], {
      trust: { sees: new Map([['corp', new Set(['partner'])]]) },
    });
    assert.equal((target.groups()[0]?.['members'] as unknown[]).length, 1);
  });

  it('gives nobody a place in one of ours by an id that somebody of ours has', async () => {
    const ours = [person('ceo', { site: 'far' }), team('admins', ['ceo'])];
    const { target } = await beside(ours, [stranger('ceo', { site: 'near' })], {
      text: { scope: { user: { where: 'site == "near"' } } },
    });
    assert.deepEqual([target.users().length, target.groups().map(({ members }) => members ?? [])], [1, [[]]]);
  });
});

describe('a manager in the directory of a partner', () => {
  it('is nobody of ours', async () => {
    const { target } = await beside([person('ceo')], [stranger('eve', { manager: 'CN=ceo,OU=Staff,DC=corp' })]);
    assert.deepEqual(
      target.users().map((user) => user['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User']),
      [undefined, undefined],
    );
  });
});
