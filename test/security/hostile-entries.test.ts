import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, operationsOf, person, team } from '../support/cycle-stage.ts';
import { definition } from '../support/entries.ts';

/*
 * A person who may write one attribute of their own (mail, on many servers), and writes a colleague's value into it.
 */

const map = { userName: 'uid', 'emails[type eq "work"].value': 'mail', title: 'title', active: 'status != "off"' };
const match = ['externalId', 'userName', 'emails[type eq "work"].value'];
const stageOf = () =>
  cycleStage([person('ceo', { uid: 'ceo' }), person('eve', { uid: 'eve' })], {
    definition: definition({ users: map, match: { user: match } }),
    match,
  });

describe("whoever takes a colleague's login", () => {
  it('puts them out of no group that names people by login', async () => {
    const crew = {
      ...team('crew'),
      attributes: new Map([
        ['cn', ['crew']],
        ['objectclass', ['posixGroup']],
        ['memberuid', ['ceo']],
      ]),
    };
    const stage = cycleStage([person('ceo', { uid: 'ceo' }), person('eve', { uid: 'eve' }), crew]);
    await stage.cycle();
    stage.source.put(person('eve', { uid: ['eve', 'ceo'] }));
    const { report, calls } = await stage.cycle();
    assert.deepEqual([calls, report.hold?.findings.map(({ kind }) => kind)], [[], ['unresolved_members']]);
  });
});

describe("whoever takes a colleague's value", () => {
  it('is rejected alone: the colleague goes on, and is switched off when the directory says so', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('eve', { uid: 'eve', mail: 'CEO@example.org' }));
    stage.source.put(person('ceo', { uid: 'ceo', title: 'Chief' }));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code])],
      [['update ceo'], [['eve', 'duplicate_match']]],
    );
    assert.match(report.rejected[0]?.reasons[0]?.text ?? '', /it is the account of ceo that has it/);
    assert.deepEqual((await stage.cycle()).calls, []);
    stage.source.put(person('ceo', { uid: 'ceo', title: 'Chief', status: 'off' }));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['deactivate ceo']);
  });

  it('does not get it as a newcomer either', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('new', { uid: 'ceo' }));
    const { report } = await stage.cycle();
    assert.deepEqual([report.applied, report.rejected.map(({ sourceId }) => sourceId)], [[], ['new']]);
  });

  it('gets it once the colleague has another one', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('eve', { uid: 'eve', mail: 'ceo@example.org' }));
    await stage.cycle();
    stage.source.put(person('ceo', { uid: 'ceo', mail: 'chief@example.org' }));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied).sort(), ['update ceo', 'update eve']);
  });

  it('is rejected like the other where no account has the value yet', async () => {
    const stage = cycleStage([person('ann', { uid: 'x' }), person('bea', { uid: 'X' })], {
      definition: definition({ users: map, match: { user: match } }),
      match,
    });
    const { report } = await stage.cycle();
    assert.deepEqual([report.applied, report.rejected.map(({ sourceId }) => sourceId)], [[], ['ann', 'bea']]);
  });
});
