import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { httpAnswer, startHostileTarget } from '../support/hostile-target.ts';
import { watchTurns } from '../support/longest-turn.ts';

/** Answers that are made to take long, whatever was asked. None of them keeps the event loop for 100 ms. */

const signal = new AbortController().signal;
const megabyte = 1024 * 1024;
const group = (rest: string): string =>
  `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"1","displayName":"crew","externalId":"e1",${rest}}`;
const list = (elements: string): string =>
  `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[${elements}]}`;
const many = (count: number, one: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => one(at)).join(',');

const answers = {
  '300,000 members': group(`"members":[${many(300_000, (at) => `{"value":"${at}"}`)}]`),
  '140,000 members': group(`"members":[${many(140_000, (at) => `{"value":"member-${at}"}`)}]`),
  '900,000 members that are texts': group(`"members":[${many(900_000, (at) => `"m${at}"`)}]`),
  'a text of escapes': group(`"note":"${'\\u0301'.repeat(4 * megabyte)}"`),
  'a text of quotes': group(`"note":"${'\\"'.repeat(14 * megabyte)}"`),
  'a number of 30 million digits': group(`"note":${'9'.repeat(30 * megabyte)}`),
  '45,000 attributes': group(many(45_000, (at) => `"k${at}":1`)),
  '29,000 schemas of 29,000 types': list(
    many(
      29_000,
      (at) => `{"id":"${at}","schema":"${at}","attributes":[{"name":"a"}],"schemaExtensions":[{"schema":"${at}"}]}`,
    ),
  ),
  '25,000 e-mails of one': group(`"emails":[${many(25_000, (at) => `{"value":"a${at}@b","type":"work"}`)}]`),
};

const calls: Readonly<Record<string, (target: ScimTarget) => Promise<unknown>>> = {
  find: (target) => target.find('group', 'displayName', 'crew', signal),
  inventory: (target) => target.inventory('group', 10, signal),
  read: (target) => target.read('group', '1', signal),
  create: (target) => target.create('group', new Map([['displayName', 'crew']]), signal, [{ id: '7', type: 'user' }]),
  update: (target) =>
    target.update('group', '1', [{ path: 'displayName', change: 'set', value: 'x', had: true }], signal, {
      members: () => Promise.resolve(['7']),
    }),
  changeMembers: (target) =>
    target.changeMembers(
      '1',
      { add: [{ id: '7', type: 'user' }], remove: ['8'], current: () => Promise.resolve(['8']) },
      signal,
    ),
  remove: (target) => target.remove('group', '1', signal),
  discover: (target) => target.discover(signal),
  probe: (target) => target.probe(signal),
};

describe('an answer that is made to take long', () => {
  for (const [what, body] of Object.entries(answers)) {
    it(`${what}: keeps nobody waiting, whatever was asked`, async (context) => {
      const bytes = httpAnswer(200, body);
      const hostile = await startHostileTarget(() => bytes);
      context.after(() => hostile.close());
      for (const update of ['patch', 'put'] as const)
        for (const [call, run] of Object.entries(calls)) {
          const target = createScimTarget(
            targetOptions(hostile.url, 'token-of-nobody', {
              onFault: (thrown) => assert.fail(String(thrown)),
              dialect: [{ origin: 'config', says: { groups: { update } } }],
            }),
          );
          const turns = watchTurns();
          await run(target);
          const longest = turns.stop();
          await target.close();
          assert.ok(longest < 100, `${call} (${update}): ${Math.round(longest)} ms`);
        }
    });
  }
});
