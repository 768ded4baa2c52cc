import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import type { ScimTarget } from '../../../src/ports/scim-target.ts';
import type { Stage } from '../../support/decision-stage.ts';
import { cycleStage, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `p${at}`);
const refusal = (status: number, detail = 'no'): Failure => ({ class: 'rejected', status, detail });

describe('a group that cannot be changed', () => {
  for (const status of [400, 403, 404, 428]) {
    it(`costs a few requests for three hundred members (${status})`, async () => {
      const stage = cycleStage([...names(300).map((name) => person(name)), team('staff', names(300))]);
      stage.target.setHook(({ method }) =>
        method === 'changeMembers' ? { when: 'before', result: refusal(status) } : undefined,
      );
      const { report, calls } = await stage.cycle();
      assert.equal(report.failed.length, 1);
      const sent = calls.filter(({ method }) => method === 'changeMembers' || method === 'read').length;
      assert.ok(sent <= 20, String(sent));
    });
  }
});

describe('a member whom the target does not take', () => {
  it('keeps nobody else out', async () => {
    const stage = cycleStage([...names(60).map((name) => person(name)), team('staff', names(60))]);
    await stage.cycle({ isStopping: () => stage.target.groups().length > 0 });
    const bad = new Set(
      stage.target
        .users()
        .filter(({ userName }) => ['p7@example.org', 'p33@example.org'].includes(String(userName)))
        .map(({ id }) => String(id)),
    );
    stage.target.setHook((call) =>
      call.method === 'changeMembers' && call.add.some((id) => bad.has(id))
        ? { when: 'before', result: refusal(400, `no licence for ${call.add.find((id) => bad.has(id)) ?? ''}`) }
        : undefined,
    );
    await stage.clock.advance(minute);
    await stage.cycle();
    const held = stage.target.groups()[0]?.['members'];
    assert.equal(Array.isArray(held) ? held.length : 0, 58);
  });

  it('and has lost is made again, and everybody else is in', async () => {
    const stage = cycleStage(names(30).map((name) => person(name)));
    await stage.cycle();
    const lost = new Set(
      stage.target
        .users()
        .slice(3)
        .map(({ id }) => String(id)),
    );
    const gone: Failure = { class: 'gone', status: 404, detail: 'there is none' };
    stage.target.setHook((call) => {
      if (call.method === 'changeMembers' && call.add.some((id) => lost.has(id)))
        return { when: 'before', result: refusal(404, 'no such member') };
      if (call.method === 'read' && lost.has(call.id)) return { when: 'before', result: gone };
      return undefined;
    });
    stage.source.put(team('staff', names(30)));
    await stage.clock.advance(10 * minute);
    const first = await stage.cycle();
    const held = stage.target.groups()[0]?.['members'];
    assert.equal(Array.isArray(held) ? held.length : 0, 3);
    assert.deepEqual(
      first.report.failed.map(({ failure }) => failure.class),
      ['gone'],
    );
    const links = await stage.store.links('wiki', names(30));
    assert.equal([...links.values()].filter(({ lifecycle }) => lifecycle === 'lost').length, 27);
  });
});

describe('a group of which an added member takes the place of the others', () => {
  it('is given everybody at once in the end', async () => {
    const stage = cycleStage([...names(4).map((name) => person(name)), team('staff', ['p0', 'p1'])]);
    await stage.cycle();
    let held: readonly string[] = [];
    let sent = 0;
    const changeMembers: ScimTarget['changeMembers'] = (id, { add, remove }) => {
      sent += 1;
      held = add.length > 0 ? add.map((member) => member.id) : held.filter((member) => !remove.includes(member));
      return Promise.resolve({ kind: 'applied', id, shown: { members: held } });
    };
    const prepare = () =>
      Promise.resolve({
        ...stage.setup,
        target: Object.assign(Object.create(stage.target) as ScimTarget, { changeMembers }),
      });
    stage.source.put(team('staff', ['p0', 'p1', 'p2']));
    const { report } = await stage.cycle({ prepare });
    assert.deepEqual([report.failed, held.length, sent], [[], 3, 3]);
    await stage.cycle({ prepare });
    assert.equal(sent, 3);
  });
});

describe('a deletion that is refused', () => {
  for (const failure of [
    { class: 'conflict', status: 409 },
    { class: 'transient', status: 500 },
    { class: 'rejected', status: 403 },
    { class: 'unsupported', status: 405 },
    { class: 'protocol', status: 404 },
    { class: 'protocol', status: 200 },
    { class: 'protocol', status: 302 },
    { class: 'transient', status: 202 },
    { class: 'transient', status: undefined },
    { class: 'unknown', status: undefined },
    { class: 'auth', status: 401 },
  ] as const) {
    it(`switches the account off (${failure.class} ${failure.status ?? 'without an answer'})`, async () => {
      const stage = cycleStage([person('anna'), person('ben')], { removal: { leaves: 'delete', groups: 'keep' } });
      await stage.cycle();
      stage.target.setHook(({ method }) =>
        method === 'remove' ? { when: 'before', result: { ...failure, detail: 'not possible' } } : undefined,
      );
      stage.source.remove('anna');
      await stage.clock.advance(minute);
      const { report } = await stage.cycle();
      assert.deepEqual(
        report.failed.map(({ operation, failure: said }) => [operation.verb, said.detail]),
        [['delete', 'DELETE failed (not possible); the account was switched off instead']],
      );
      assert.deepEqual(
        stage.target
          .users()
          .map(({ active }) => active)
          .sort(),
        [false, true],
      );
      stage.target.setHook(undefined);
      await stage.clock.advance(24 * 60 * minute);
      assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['delete anna']);
    });
  }

  it('does not cost another wait where it was waited for long', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    stage.target.setHook(({ method }) =>
      method === 'remove'
        ? { when: 'before', result: { class: 'transient', late: true, detail: 'no answer within 30 s' } }
        : undefined,
    );
    stage.source.remove('anna');
    await stage.clock.advance(minute);
    assert.deepEqual(inShort((await stage.cycle()).calls), ['remove user-1', 'probe']);
  });

  it('is tried although the credentials are refused for the group that the account is in', async () => {
    const stage = cycleStage([person('anna'), person('ben'), team('crew', ['anna', 'ben'])], {
      removal: { leaves: 'delete', groups: 'keep' },
    });
    await stage.cycle();
    stage.target.setHook(({ method }) =>
      method === 'changeMembers'
        ? { when: 'before', result: { class: 'auth', status: 401, detail: 'not for groups' } }
        : undefined,
    );
    stage.source.remove('anna');
    stage.source.put(person('ben', { title: 'Captain' }));
    await stage.clock.advance(minute);
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['delete anna']);
    assert.deepEqual(
      report.failed.map(({ operation }) => operation.verb),
      ['members'],
    );
    assert.equal(report.notStarted, 1);
  });

  it('empties the group, once', async () => {
    const stage = cycleStage([person('anna'), team('crew', ['anna']), team('deck', ['anna'])], {
      removal: { leaves: 'delete', groups: 'delete' },
    });
    await stage.cycle();
    stage.target.setHook(({ method }) =>
      method === 'remove'
        ? { when: 'before', result: { class: 'rejected', status: 403, detail: 'not possible' } }
        : undefined,
    );
    stage.source.remove('crew');
    await stage.clock.advance(minute);
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.failed.map(({ failure: said }) => said.detail),
      ['DELETE failed (not possible); the group was emptied instead'],
    );
    assert.deepEqual(
      stage.target
        .groups()
        .map(({ displayName, members }) => [displayName, Array.isArray(members) ? members.length : 0]),
      [
        ['crew', 0],
        ['deck', 1],
      ],
    );
    await stage.clock.advance(24 * 60 * minute);
    const { calls } = await stage.cycle();
    assert.deepEqual(
      calls.map(({ method }) => method).filter((method) => method !== 'read'),
      ['remove'],
    );
    stage.target.setHook(undefined);
    await stage.clock.advance(24 * 60 * minute);
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['delete crew']);
  });

  it('sends nothing more to a target that does not answer', async () => {
    const stage = cycleStage([person('anna')], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    stage.target.setHook(({ method }) =>
      method === 'remove' ? { when: 'before', result: { class: 'transient', detail: 'no answer' } } : undefined,
    );
    stage.source.remove('anna');
    const { calls } = await stage.cycle();
    assert.equal(
      calls.some(({ method }) => method === 'update'),
      false,
    );
  });
});

describe("an id that is somebody else's now", () => {
  it('stops the target, and is not written to again', async () => {
    const stage = cycleStage([person('anna'), person('ben')]);
    await stage.cycle();
    stage.target.setHook(({ method }) =>
      method === 'update' ? { when: 'after', result: { class: 'renumbered', detail: 'somebody else' } } : undefined,
    );
    stage.source.put(person('anna', { title: 'Chief' }));
    const { report } = await stage.cycle();
    assert.equal(report.error?.code, 'D2S_TARGET_RENUMBERED');
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'lost');
  });

  for (const [what, change] of [
    ['of somebody who has left', (stage: Stage) => stage.source.remove('anna')],
    ['of somebody who is still there', (stage: Stage) => stage.source.put(person('anna', { title: 'Chief' }))],
  ] as const) {
    it(`stops the target in every later cycle too, ${what}: nobody is forgotten`, async () => {
      const stage = cycleStage([person('anna'), person('ben'), person('cleo')]);
      await stage.cycle();
      const give = (id: string, name: string) =>
        stage.target.putBack(
          'user',
          id,
          new Map<string, ScimValue>([
            ['externalId', name],
            ['userName', name],
            ['active', true],
          ]),
        );
      give('user-1', 'ben');
      give('user-2', 'anna');
      stage.target.setHook(({ method }) =>
        method === 'update' ? { when: 'after', result: { class: 'renumbered', detail: 'somebody else' } } : undefined,
      );
      change(stage);
      assert.equal((await stage.cycle()).report.error?.code, 'D2S_TARGET_RENUMBERED');
      stage.target.setHook(undefined);
      for (const attempt of ['asked', 'due'] as const) {
        const { report, calls } = await stage.cycle({ attempt });
        assert.equal(report.error?.code, 'D2S_TARGET_RENUMBERED');
        assert.equal(
          calls.some(({ method }) => ['update', 'create', 'remove'].includes(method)),
          false,
        );
      }
      assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'lost');
    });
  }
});

describe('what is remembered of a failure', () => {
  const saidOf = async (failure: Failure) => {
    const stage = cycleStage([person('ada')]);
    await stage.cycle();
    stage.source.put(person('ada', { title: 'Chief' }));
    stage.target.setHook(({ method }) => (method === 'update' ? { when: 'before', result: failure } : undefined));
    await stage.cycle();
    return (await stage.store.quarantined('wiki', ['ada'])).get('ada')?.said;
  };

  it('are our own words as they are, where the target promised or claimed something', async () => {
    const detail = 'the target accepted it, and has not done it yet';
    assert.equal(await saidOf({ class: 'transient', status: 202, detail }), detail);
  });

  it('are of the words of a target those that can name nobody', async () => {
    assert.equal(
      await saidOf({ class: 'rejected', status: 400, detail: 'the title of Zoë Q. is not allowed' }),
      'the title of … is not allowed',
    );
  });
});
