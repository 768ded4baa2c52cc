import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unmanaged } from '../../../src/core/model/link.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import { cycleStage, inShort, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { definition, type MapText } from '../../support/entries.ts';

const signal = new AbortController().signal;
const base = { userName: 'lower(mail)', active: 'status != "off"' };
const mapped = (users: MapText): TargetSetup['definition'] =>
  definition({ users: { ...base, ...users }, match: { user: ['userName'] } });
const account = (id: string, more: readonly (readonly [string, ScimValue])[] = []) =>
  new Map<string, ScimValue>([['externalId', id], ['userName', `${id}@example.org`], ['active', true], ...more]);

/** The same directory, target and state, with one map after the other. */
function stageOf(first: MapText, people = [person('anna')]) {
  const stage = cycleStage(people, { definition: mapped(first), match: ['userName'] });
  return {
    ...stage,
    remap: (users: MapText) =>
      stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, definition: mapped(users) }) }),
  };
}

describe('a path that becomes managed', () => {
  it('is looked at once: what an adopted account had there does not survive beside it', async () => {
    const stage = stageOf({});
    await stage.target.create('user', account('anna', [['roles', [{ value: 'admin' }]]]), signal);
    await stage.cycle();
    const { calls, report } = await stage.remap({ roles: '["reader"]' });
    assert.deepEqual([inShort(calls), operationsOf(report.applied)], [['read', 'update user-1'], ['update anna']]);
    assert.deepEqual(stage.target.users()[0]?.['roles'], [{ value: 'reader' }]);
    assert.deepEqual((await stage.remap({ roles: '["reader"]' })).calls, []);
  });

  it('is cleared where nobody wants a value', async () => {
    const stage = stageOf({});
    await stage.target.create('user', account('anna', [['title', 'Admin']]), signal);
    await stage.cycle();
    await stage.remap({ title: 'title' });
    assert.equal(stage.target.users()[0]?.['title'], undefined);
  });

  it('is put right when somebody edited it while it was not managed', async () => {
    const stage = stageOf({ title: 'title' }, [person('anna', { title: 'Boss' })]);
    await stage.cycle();
    await stage.remap({});
    await stage.target.update('user', 'user-1', [{ path: 'title', change: 'set', value: 'Edited', had: true }], signal);
    await stage.remap({ title: 'title' });
    assert.equal(stage.target.users()[0]?.['title'], 'Boss');
  });

  it('costs nothing more when it is as wanted already', async () => {
    const stage = stageOf({});
    await stage.target.create('user', account('anna', [['title', 'Boss']]), signal);
    stage.source.put(person('anna', { title: 'Boss' }));
    await stage.cycle();
    assert.deepEqual(inShort((await stage.remap({ title: 'title' })).calls), ['read']);
    assert.deepEqual((await stage.remap({ title: 'title' })).calls, []);
  });

  it('takes the place of what was entered there by hand, in the same element', async () => {
    const map = { 'phoneNumbers[type eq "mobile"].value': 'ignoreIfEmpty(mobile)' };
    const stage = stageOf(map);
    await stage.cycle();
    await stage.target.update(
      'user',
      'user-1',
      [{ path: 'phoneNumbers', change: 'set', value: [{ type: 'mobile', value: '1' }], had: false }],
      signal,
    );
    stage.source.put(person('anna', { mobile: '2' }));
    const { calls } = await stage.remap(map);
    const update = calls.find((call) => call.method === 'update');
    assert.deepEqual(update?.method === 'update' && update.changes, [
      { path: 'phoneNumbers[type eq "mobile"].value', change: 'set', value: '2', had: true },
    ]);
  });

  it('is looked at in one list where there are many', async () => {
    const ids = ['anna', 'ben', 'cleo', 'dora'];
    const stage = stageOf(
      {},
      ids.map((id) => person(id)),
    );
    await stage.cycle();
    assert.deepEqual(inShort((await stage.remap({ title: 'title' })).calls), ['inventory user']);
  });

  it('waits for a target that does not answer, and everything else goes on', async () => {
    const stage = stageOf({}, [person('anna'), person('ben')]);
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'read' ? { when: 'before', result: { class: 'transient', detail: 'no' } } : undefined,
    );
    stage.source.put(person('ben', { status: 'off' }));
    stage.source.put(person('anna', { title: 'Boss' }));
    const { report } = await stage.remap({ title: 'title' });
    assert.deepEqual(operationsOf(report.applied), ['deactivate ben']);
    assert.ok(report.waiting > 0);
    stage.target.setHook(undefined);
    await stage.remap({ title: 'title' });
    assert.equal(stage.target.users().find(({ userName }) => userName === 'anna@example.org')?.['title'], 'Boss');
  });

  it('is written in place of whatever is there where the target shows nobody', async () => {
    const stage = stageOf({}, [person('anna', { title: 'Boss' })]);
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'read'
        ? { when: 'before', result: { class: 'unsupported', status: 501, detail: 'no' } }
        : undefined,
    );
    const { calls } = await stage.remap({ title: 'title' });
    const update = calls.find((call) => call.method === 'update');
    assert.deepEqual(update?.method === 'update' && update.changes, [
      { path: 'title', change: 'set', value: 'Boss', had: true },
    ]);
  });
});

describe('a value that is sent once, at the creation', () => {
  it('is looked at when it becomes managed', async () => {
    const stage = stageOf({ title: { value: 'title', apply: 'create' } }, [person('anna', { title: 'Boss' })]);
    await stage.cycle();
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.attributes['title'], unmanaged);
    await stage.target.update('user', 'user-1', [{ path: 'title', change: 'set', value: 'Edited', had: true }], signal);
    assert.deepEqual(inShort((await stage.remap({ title: 'title' })).calls), ['read', 'update user-1']);
  });
});

describe('a state from before', () => {
  it('is opened, and asks the target once about those whose newly managed path it cannot know', async () => {
    const people = [person('anna', { title: 'Boss' }), person('ben')];
    const stage = stageOf({}, people);
    await stage.cycle();
    for (const id of ['anna', 'ben']) {
      const link = (await stage.store.links('wiki', [id])).get(id) ?? assert.fail();
      const { externalId = '', userName = '', active = '' } = link.attributes;
      await stage.store.record([
        { kind: 'link', link: { ...link, marksEmpty: undefined, attributes: { externalId, userName, active } } },
      ]);
    }
    assert.deepEqual(inShort((await stage.remap({ title: 'title' })).calls), ['read', 'update user-1']);
    assert.deepEqual((await stage.remap({ title: 'title' })).calls, []);
  });
});

describe('a group that was made a moment ago and is not shown yet', () => {
  it('is looked at again after as long a pause as all the time before, in each cycle only when a person asks', async () => {
    const stage = cycleStage([person('anna'), team('crew', ['anna'])]);
    await stage.cycle();
    const link = (await stage.store.links('wiki', ['crew'])).get('crew');
    assert.ok(link !== undefined);
    await stage.store.record([
      { kind: 'link', link: { ...link, attributes: { ...link.attributes, members: unmanaged } } },
    ]);
    stage.target.setHook((call) =>
      call.method === 'read' ? { when: 'before', result: { class: 'gone', status: 404, detail: 'none' } } : undefined,
    );
    const looked: number[] = [];
    const began = stage.clock.now();
    for (let poll = 0; poll < 28; poll += 1) {
      await stage.clock.advance(10_000);
      const { calls } = await stage.cycle();
      if (calls.some(({ method }) => method === 'read')) looked.push((stage.clock.now() - began) / 1_000);
    }
    assert.deepEqual(looked, [10, 20, 40, 80, 160]);
    assert.ok((await stage.cycle({ attempt: 'asked' })).calls.some(({ method }) => method === 'read'));
  });
});
