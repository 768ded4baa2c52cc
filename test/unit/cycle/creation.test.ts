import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, hour, inShort, minute, person, team } from '../../support/cycle-stage.ts';

const lost: Failure = { class: 'unknown', detail: 'no answer' };
const conflict: Failure = { class: 'conflict', status: 409, detail: 'there is one' };

describe('a creation', () => {
  it('whose answer was lost is looked for by our own id, and not sent again', async () => {
    const stage = cycleStage([person('anna')], { match: ['userName'], target: { unique: false } });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'after', result: lost } : undefined));
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['find userName anna@example.org', 'create anna', 'find externalId anna']);
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.origin, 'created');
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('that never arrived is looked for with growing pauses, and sent again by a later cycle', async () => {
    const stage = cycleStage([person('anna')], { match: ['externalId'] });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'before', result: lost } : undefined));
    const first = await stage.cycle();
    assert.deepEqual(inShort(first.calls), [
      'find externalId anna',
      'create anna',
      ...Array.from({ length: 4 }, () => 'find externalId anna'),
    ]);
    assert.equal(first.report.result, 'partial');
    stage.target.setHook(undefined);
    await stage.clock.advance(minute);
    assert.deepEqual(inShort((await stage.cycle({ attempt: 'asked' })).calls), ['find externalId anna']);
    await stage.clock.advance(5 * minute);
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.equal(stage.target.users().length, 1);
  });

  for (const lag of [1_500, 30_000, 200_000]) {
    it(`makes no second one when a search shows what was made only ${lag} ms later`, async () => {
      const stage = cycleStage([person('anna')], { target: { unique: false } });
      let madeAt = Infinity;
      const isHidden = (): boolean => stage.clock.now() < madeAt + lag;
      stage.target.setHook((call) => {
        if (call.method === 'create') {
          madeAt = stage.clock.now();
          return { when: 'after', result: lost };
        }
        return call.method === 'find' && isHidden()
          ? { when: 'before', result: { class: 'unsupported', status: 404, detail: '' } }
          : undefined;
      });
      for (let cycle = 0; cycle < 40; cycle += 1) {
        await stage.cycle({ attempt: cycle % 2 === 0 ? 'due' : 'asked' });
        await stage.clock.advance(10_000);
      }
      assert.equal(stage.target.users().length, 1);
      assert.deepEqual(await stage.store.openIntents('wiki'), []);
    });
  }

  it('that was answered 201 without a word is not sent again, unless a person wants everything tried again', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create' ? { when: 'before', result: { ...lost, status: 201 } } : undefined,
    );
    for (let hours = 0; hours < 5; hours += 1) {
      await stage.cycle({ attempt: 'asked' });
      await stage.clock.advance(hour);
    }
    stage.target.setHook(undefined);
    assert.deepEqual(
      (await stage.cycle({ attempt: 'asked' })).calls.filter(({ method }) => method === 'create'),
      [],
    );
    await stage.cycle({ attempt: 'everything' });
    assert.equal(stage.target.users().length, 1);
  });

  it('of someone who leaves before it is found is not forgotten: what comes to light is switched off', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { target: { unique: false } });
    let isHidden = false;
    stage.target.setHook((call) => {
      if (call.method === 'create' && call.attributes.get('externalId') === 'anna') {
        isHidden = true;
        return { when: 'after', result: lost };
      }
      return isHidden && call.method === 'find'
        ? { when: 'before', result: { class: 'unsupported', status: 404, detail: '' } }
        : undefined;
    });
    await stage.cycle();
    stage.source.remove('anna');
    await stage.clock.advance(minute);
    await stage.cycle();
    isHidden = false;
    stage.target.setHook(undefined);
    for (let cycle = 0; cycle < 2; cycle += 1) {
      await stage.clock.advance(minute);
      await stage.cycle();
    }
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'anna')?.['active'], false);
  });

  it('of someone who leaves is found by its id, where a target makes our id its own and shows it as nothing else', async () => {
    const stage = cycleStage([person('anna'), person('ben')]);
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'anna'
        ? { when: 'before', result: lost }
        : undefined,
    );
    await stage.cycle();
    stage.source.remove('anna');
    await stage.clock.advance(hour);
    stage.target.setHook((call) =>
      call.method === 'find' ? { when: 'before', result: { class: 'unsupported', detail: '' } } : undefined,
    );
    const inventory: typeof stage.target.inventory = () =>
      Promise.resolve(['anna', 'user-1'].map((id) => ({ id, active: true, body: { id } })));
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { inventory });
    await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.targetId, 'anna');
  });

  it('that was found and could not be brought in step is not forgotten when its entry leaves', async () => {
    const stage = cycleStage([person('anna'), person('ben')], { target: { unique: false } });
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'anna'
        ? { when: 'after', result: lost }
        : undefined,
    );
    await stage.cycle();
    // Found again, and refused: what is in the way is not about whose it is.
    await stage.store.record([{ kind: 'unlink', target: 'wiki', sourceId: 'anna' }]);
    stage.source.put(person('anna', { title: 'Chief' }));
    stage.target.setHook((call) =>
      call.method === 'update' ? { when: 'before', result: { class: 'rejected', status: 413, detail: '' } } : undefined,
    );
    await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(
      (await stage.store.openIntents('wiki')).map(({ sourceId }) => sourceId),
      ['anna'],
    );
    stage.target.setHook(undefined);
    stage.source.remove('anna');
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'anna')?.['active'], false);
  });

  it('of someone who has an account that is switched off is looked for when they are switched off meanwhile', async () => {
    const stage = cycleStage([person('anna'), person('ben')]);
    await stage.cycle();
    stage.source.put(person('anna', { status: 'off' }));
    await stage.cycle();
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'deactivated');
    // They were to be made again, and were; the answer was lost.
    const at = new Date(stage.clock.now()).toISOString();
    await stage.store.record([
      {
        kind: 'intent',
        intent: { target: 'wiki', type: 'user', sourceId: 'anna', directory: 'corp', at, unclear: 'lost' },
      },
    ]);
    await stage.target.update(
      'user',
      'user-1',
      [{ path: 'active', change: 'set', value: true, had: true }],
      new AbortController().signal,
    );
    await stage.clock.advance(hour);
    stage.source.put(person('ben', { title: 'Chief' }));
    await stage.cycle();
    assert.equal(stage.target.users()[0]?.['active'], false);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('that meets someone with the same name adopts them, where that is allowed', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook(async (call) => {
      if (call.method !== 'create') return undefined;
      stage.target.setHook(undefined);
      await stage.target.create('user', new Map([['userName', 'anna@example.org']]), new AbortController().signal);
      return undefined;
    });
    const { report } = await stage.cycle();
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.origin, 'adopted');
    assert.deepEqual(
      stage.target.users().map(({ externalId }) => externalId),
      ['anna'],
    );
  });

  it('leaves its intent open when nobody can say what became of it, and settles it by the next search', async () => {
    const stage = cycleStage([person('anna')]);
    let isDown = false;
    stage.target.setHook((call) => {
      if (call.method === 'create') {
        isDown = true;
        return { when: 'after', result: lost };
      }
      return isDown ? { when: 'before', result: { class: 'transient', status: 503, detail: 'down' } } : undefined;
    });
    assert.notEqual((await stage.cycle()).report.result, 'success');
    assert.equal((await stage.store.openIntents('wiki')).length, 1);
    stage.target.setHook(undefined);
    await stage.clock.advance(60_000);
    assert.deepEqual(
      (await stage.cycle()).report.applied.map(({ verb }) => verb),
      ['adopt'],
    );
    assert.equal(stage.target.users().length, 1);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('is settled when it is certain that it left nothing', async () => {
    const stage = cycleStage([person('anna')], {
      policy: {
        user: { match: ['userName'], adopt: 'never', create: true },
        group: { match: [], adopt: 'never', create: true },
      },
    });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'before', result: conflict } : undefined));
    assert.equal((await stage.cycle()).report.failed[0]?.failure.class, 'conflict');
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('of someone inactive switches nobody on when its answer is lost', async () => {
    const stage = cycleStage([person('anna', { status: 'off' })], { createInactive: true });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'after', result: lost } : undefined));
    await stage.cycle();
    assert.deepEqual(
      stage.target.users().map(({ active }) => active),
      [false],
    );
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'deactivated');
  });

  it('of someone inactive that meets an active account ends its access in the same cycle, as a removal', async () => {
    const stage = cycleStage([person('anna', { status: 'off' })], { createInactive: true });
    stage.target.setHook(async (call) => {
      if (call.method !== 'create') return undefined;
      stage.target.setHook(undefined);
      await stage.target.create('user', new Map([['userName', 'anna@example.org']]), new AbortController().signal);
      return undefined;
    });
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.applied.map(({ verb }) => verb),
      ['create', 'deactivate'],
    );
    assert.deepEqual(
      stage.target.users().map(({ active }) => active),
      [false],
    );
  });

  it('of two who manage each other sends both, and then who manages whom', async () => {
    const manager = (id: string): string => `CN=${id},OU=Staff,DC=corp`;
    const stage = cycleStage([
      person('anna', { manager: manager('ben') }),
      person('ben', { manager: manager('anna') }),
    ]);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls).slice(1).sort(), ['create anna', 'create ben', 'update user-1', 'update user-2']);
    assert.equal(report.result, 'success');
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('that fails takes nothing else with it: who refers to the newcomer waits', async () => {
    const stage = cycleStage([person('anna'), person('ben', { manager: 'CN=anna,OU=Staff,DC=corp' })]);
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'anna'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.applied.map(({ sourceId }) => sourceId),
      ['ben'],
    );
    const again = await stage.cycle();
    assert.deepEqual([again.calls, again.report.waiting], [[], 1]);
  });

  it('that only adopts is remembered when its refusal came after a request that may have taken effect', async () => {
    const stage = cycleStage([person('anna'), person('ben')]);
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'anna@example.org'],
        ['active', true],
      ]),
      new AbortController().signal,
    );
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'after', result: { class: 'conflict', status: 409, inPart: true, detail: 'taken' } }
        : undefined,
    );
    assert.equal((await stage.cycle()).report.failed.length, 1);
    stage.target.setHook(undefined);
    stage.source.remove('anna');
    for (let cycle = 0; cycle < 2; cycle += 1) await stage.cycle();
    assert.deepEqual(
      stage.target
        .users()
        .filter(({ externalId }) => externalId === 'anna')
        .map(({ active }) => active),
      [false],
    );
  });

  it('that only adopts is remembered too: when the process ends in it and the entry leaves, the account does not stay', async () => {
    const stage = cycleStage([person('cy')]);
    await stage.cycle();
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'ann@example.org'],
        ['active', true],
      ]),
      new AbortController().signal,
    );
    stage.source.put(person('ann'));
    stage.target.setHook((call) =>
      call.method === 'update' ? { when: 'after', result: new Error('the process ended') } : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.remove('ann');
    await stage.cycle();
    const { origin, lifecycle } = (await stage.store.links('wiki', ['ann'])).get('ann') ?? {};
    assert.deepEqual([origin, lifecycle], ['adopted', 'deactivated']);
    assert.equal(stage.target.users().find((user) => user['userName'] === 'ann@example.org')?.['active'], false);
  });
});

describe("a creation that is answered with somebody else's id", () => {
  const ada = person('ada');
  const dan = person('dan', { mail: 'dan@example.org' });
  /** The target answers every creation of dan with the account of ada. */
  const answersAda = (stage: ReturnType<typeof cycleStage>, status: { existed?: true } = {}) => {
    const target = {
      ...stage.target,
      create: async (...args: Parameters<typeof stage.target.create>) =>
        args[1].get('externalId') === 'dan'
          ? ({ kind: 'applied', id: 'user-1', ...status } as const)
          : stage.target.create(...args),
    };
    return {
      prepare: () =>
        Promise.resolve({
          ...stage.setup,
          target: Object.assign(Object.create(stage.target) as typeof stage.target, target),
        }),
    };
  };

  it('is match_taken: nobody is linked to it, and when one leaves the other stays', async () => {
    const stage = cycleStage([ada], { removal: { leaves: 'delete', groups: 'keep' } });
    await stage.cycle();
    stage.source.put(dan);
    const first = await stage.cycle(answersAda(stage));
    assert.equal(first.report.failed[0]?.failure.reason, 'match_taken');
    assert.equal((await stage.store.links('wiki', ['dan'])).size, 0);
    assert.equal((await stage.store.quarantined('wiki', ['dan'])).get('dan')?.cause, 'match_taken');
    // The target may have written into her account: she is put right, and dan is not sent again.
    const second = await stage.cycle({ ...answersAda(stage), attempt: 'asked' });
    assert.deepEqual(inShort(second.calls), ['update user-1']);
    stage.source.remove('dan');
    await stage.cycle(answersAda(stage));
    assert.deepEqual(
      stage.target.users().map(({ externalId }) => externalId),
      ['ada'],
    );
  });

  it('is linked to nobody when the answer shows that it is not theirs, and whoever it belongs to gets it in the same cycle', async () => {
    const stage = cycleStage([person('abe'), ada], { target: { concurrency: 1, unique: false } });
    const made = { kind: 'applied', id: 'user-1', others: true } as const;
    const create: typeof stage.target.create = async (type, attributes, ...rest) => {
      if (attributes.get('externalId') === 'abe') return made;
      await stage.target.create(type, attributes, ...rest);
      return { kind: 'failed', failure: lost };
    };
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, { create });
    const { report } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    assert.deepEqual(
      report.failed.map(({ failure }) => failure.reason),
      ['match_foreign'],
    );
    assert.deepEqual([...(await stage.store.links('wiki', ['abe', 'ada'])).keys()], ['ada']);
    assert.deepEqual(
      (await stage.store.openIntents('wiki')).map(({ sourceId, unclear }) => [sourceId, unclear]),
      [['abe', 'lost']],
    );
  });

  it("is nobody else's within one cycle either", async () => {
    const stage = cycleStage([ada, dan]);
    const { report } = await stage.cycle(answersAda(stage));
    assert.equal(report.applied.length + report.failed.length, 2);
    assert.equal(report.failed.length, 1);
    assert.equal((await stage.store.links('wiki', ['ada', 'dan'])).size, 1);
  });

  it('of what was there before obeys adopt: never, also when the target has written our externalId into it', async () => {
    const stage = cycleStage([], {
      removal: { leaves: 'delete', groups: 'keep' },
      policy: {
        user: { match: ['userName'], adopt: 'never', create: true },
        group: { match: [], adopt: 'never', create: true },
      },
    });
    await stage.cycle();
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([['userName', 'older']]),
      new AbortController().signal,
    );
    stage.source.put(dan);
    const { report } = await stage.cycle(answersAda(stage, { existed: true }));
    assert.equal(report.failed[0]?.failure.reason, 'adoption_off');
    await stage.target.update(
      'user',
      'user-1',
      [{ path: 'externalId', change: 'set', value: 'dan', had: false }],
      new AbortController().signal,
    );
    for (const attempt of ['asked', 'everything'] as const)
      await stage.cycle({ ...answersAda(stage, { existed: true }), attempt });
    assert.equal((await stage.store.links('wiki', ['dan'])).size, 0);
    stage.source.remove('dan');
    await stage.cycle();
    assert.equal(stage.target.users().length, 1);
  });

  it('is an adoption, where adoptions are wanted', async () => {
    const stage = cycleStage([dan]);
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([['userName', 'older']]),
      new AbortController().signal,
    );
    await stage.cycle(answersAda(stage, { existed: true }));
    assert.equal((await stage.store.links('wiki', ['dan'])).get('dan')?.origin, 'adopted');
  });

  it('puts nobody into a group with the same slug', async () => {
    const stage = cycleStage([ada, dan, team('r', ['ada'])], { target: { createWith: 5 } });
    await stage.cycle();
    stage.source.put(team('d', ['dan']));
    const target = Object.assign(Object.create(stage.target) as typeof stage.target, {
      create: () =>
        stage.target.changeMembers(
          'group-3',
          { add: [{ id: 'user-2', type: 'user' }], remove: [], current: () => Promise.resolve([]) },
          new AbortController().signal,
        ),
    });
    await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
    await stage.cycle();
    assert.deepEqual(
      stage.target.groups().map(({ members }) => members),
      [[{ value: 'user-1' }]],
    );
  });
});
