import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, it, type TestContext } from 'node:test';
import type { ScimTargetOptions } from '../../src/adapters/scim/http/options.ts';
import { createAnswerMemory } from '../../src/adapters/scim/shared/answer-memory.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { neededBy } from '../../src/core/mapping/needed-of-body.ts';
import { scimPath } from '../../src/core/mapping/scim-path.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { until } from '../support/until.ts';
import { jsonAnswer, startHostileTarget } from '../support/hostile-target.ts';

/** What answers may take of memory, of one target and of all targets of a process together. */

const signal = new AbortController().signal;
const megabyte = 1024 * 1024;
const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const needed = neededBy(['userName', 'emails[type eq "work"].value'].map(scimPath));

async function stage(
  context: TestContext,
  answer: Parameters<typeof startHostileTarget>[0],
  options: Partial<ScimTargetOptions>,
): Promise<ScimTarget> {
  const hostile = await startHostileTarget(answer);
  const target = createScimTarget(targetOptions(hostile.url, 'token-of-nobody', options));
  context.after(async () => {
    await hostile.close();
    await target.close();
  });
  return target;
}

/** A group that is as long as that, of which the second half comes after a while, or never. */
const halfOf = (
  id: string,
  bytes: number,
  later?: number,
  onAsked: () => void = () => undefined,
): Parameters<typeof startHostileTarget>[0] => {
  const whole = jsonAnswer(200, { schemas: [groupSchema], id, displayName: 'crew', note: 'x'.repeat(bytes) });
  const half = Math.floor(whole.length * 0.75);
  return (_request, socket) => {
    onAsked();
    socket.write(whole.subarray(0, half));
    if (later !== undefined) setTimeout(() => socket.end(whole.subarray(half)), later);
    return undefined;
  };
};

describe('memory for answers', () => {
  it('is kept free for each target, however many others hold long answers that never end', async (context) => {
    const memory = createAnswerMemory();
    let asked = 0;
    const endless = halfOf('1', 3 * megabyte, undefined, () => (asked += 1));
    const greedy = await Promise.all(Array.from({ length: 6 }, () => stage(context, endless, { memory })));
    const stop = new AbortController();
    const hung = greedy.flatMap((target) => Array.from({ length: 5 }, () => target.read('group', '1', stop.signal)));
    const gone = Promise.allSettled(hung);
    await until('they hang', () => asked === hung.length);
    const honest = await stage(context, halfOf('1', 3 * megabyte, 1), { memory });
    for (let round = 0; round < 3; round += 1) {
      const group = await honest.read('group', '1', signal);
      assert.equal(isFailure(group), false, JSON.stringify(group).slice(0, 300));
    }
    stop.abort();
    await gone;
  });

  it('is waited for without being late', async (context) => {
    const memory = createAnswerMemory();
    const target = await stage(context, halfOf('1', 3 * megabyte, 300), {
      memory,
      limits: { concurrency: 12 },
      timeouts: { requestMilliseconds: 800 },
    });
    const groups = await Promise.all(Array.from({ length: 20 }, () => target.read('group', '1', signal)));
    assert.deepEqual(
      groups.flatMap((group) => (isFailure(group) ? [group] : [])),
      [],
    );
  });

  it('holds of whom a search found what somebody looks at, and nothing else of the answer', async (context) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const target = await stage(
      context,
      ({ path }) => {
        const userName = /"(.*)"/.exec(decodeURIComponent(path))?.[1] ?? '';
        const photos = Array.from({ length: 900 }, (_, at) => ({ type: 'x', value: `${at}`.padEnd(1000, 'x') }));
        return jsonAnswer(200, {
          schemas: [listSchema],
          totalResults: 1,
          Resources: [{ schemas: [userSchema], id: userName.padEnd(40, 'i'), userName, active: true, photos }],
        });
      },
      { needed: () => needed },
    );
    collect();
    const before = process.memoryUsage().heapUsed;
    const kept = [];
    for (let at = 0; at < 100; at += 1) {
      const found = await target.find('user', 'userName', `somebody-with-a-name-${at}`, signal);
      assert.ok(!isFailure(found) && found.length === 1);
      assert.deepEqual(Object.keys(found[0]?.body ?? {}), ['schemas', 'id', 'userName', 'active']);
      assert.ok((found[0]?.size ?? 0) < 1000);
      kept.push(found);
    }
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 10 * megabyte, `${Math.round(grown / megabyte)} MB for ${kept.length} accounts`);
  });

  it('holds of a list the same, and no more lists at once than there is room for', async (context) => {
    const page = (count: number, note: string) =>
      jsonAnswer(200, {
        schemas: [listSchema],
        totalResults: count,
        Resources: Array.from({ length: count }, (_, at) => ({
          id: String(at),
          userName: `user-${at}`,
          emails: [{ type: 'work', value: note }],
          title: 'x'.repeat(1000),
        })),
      });
    const memory = createAnswerMemory();
    const modest = await stage(context, () => page(1000, 'a@b'), { memory, needed: () => needed });
    // 24 MB of what somebody looks at, twice: a list ends with a page that brings nothing new.
    const full = page(60, 'e'.repeat(200_000));
    const slowly: Parameters<typeof startHostileTarget>[0] = ({ path }, socket) => {
      setTimeout(() => socket.end(full), path.includes('startIndex=1&') ? 0 : 1000);
      return undefined;
    };
    const large = await Promise.all(
      Array.from({ length: 12 }, () => stage(context, slowly, { memory, needed: () => needed })),
    );
    assert.ok(Array.isArray(await large[0]?.inventory('user', 10, signal)));
    const [found, ...others] = await Promise.all([
      modest.inventory('user', 10, signal),
      ...large.map((target) => target.inventory('user', 10, signal)),
    ]);
    assert.ok(Array.isArray(found));
    assert.deepEqual(Object.keys(found[0]?.body ?? {}), ['id', 'userName', 'emails']);
    assert.ok(others.every((one) => one === undefined || Array.isArray(one)));
    assert.ok(others.includes(undefined));
    // What was given back is there for the next.
    assert.ok(Array.isArray(await modest.inventory('user', 10, signal)));
  });
});
