import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { httpAnswer, startHostileTarget } from '../support/hostile-target.ts';
import { longestTurn } from '../support/longest-turn.ts';

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
  'one number of many digits among 250,000': group(`"note":[1234567890123456${',1'.repeat(249_000)}]`),
  'bytes that are no text': Buffer.concat([
    Buffer.from('{"a":"'),
    Buffer.alloc(31 * megabyte, 0xff),
    Buffer.from('"}'),
  ]),
  'nothing but spaces': ' '.repeat(31 * megabyte),
  'line breaks between two values': group(`"note":${'\n'.repeat(30 * megabyte)}1`),
  'a detail of 4 MB': `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"${'is already '.repeat(350_000)}"}`,
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

interface Way {
  readonly status: number;
  readonly says: PartialDialect;
  /** Those that go another way by it. */
  readonly calls: readonly string[];
}

/** How the target is spoken to, and with which status it answers. */
const ways: readonly Way[] = [
  { status: 200, says: {}, calls: Object.keys(calls) },
  { status: 200, says: { groups: { update: 'put' } }, calls: ['update', 'changeMembers'] },
  { status: 200, says: { protocol: '1.1' }, calls: ['find', 'inventory', 'read', 'changeMembers'] },
  { status: 400, says: {}, calls: ['find', 'create', 'changeMembers', 'discover'] },
];

describe('an answer that is made to take long', () => {
  for (const [what, body] of Object.entries(answers)) {
    it(`${what}: keeps nobody waiting, whatever was asked`, async (context) => {
      let answer: Uint8Array = Buffer.alloc(0);
      const hostile = await startHostileTarget(() => answer);
      context.after(() => hostile.close());
      for (const { status, says, calls: concerned } of ways) {
        answer = httpAnswer(status, body);
        for (const call of concerned) {
          const longest = await longestTurn(async () => {
            const target = createScimTarget(
              targetOptions(hostile.url, 'token-of-nobody', {
                onFault: (thrown) => assert.fail(String(thrown)),
                dialect: [{ origin: 'config', says }],
              }),
            );
            await calls[call]?.(target);
            await target.close();
          });
          assert.ok(longest < 100, `${call} (${status} ${JSON.stringify(says)}): ${Math.round(longest)} ms`);
        }
      }
    });
  }
});
