/** What it costs to forget a link where there are many groups. Usage: node bench/scale/forget.ts [--groups N] */
import { parseArgs } from 'node:util';
import { IdRows } from '../../src/adapters/lowdb/memory/id-rows.ts';
import { LinkWords } from '../../src/adapters/lowdb/memory/link-words.ts';
import { TargetMemory } from '../../src/adapters/lowdb/memory/target-memory.ts';

const { values } = parseArgs({ options: { groups: { type: 'string', default: '50000' } } });
const groups = Number(values.groups);
const users = 2 * groups;
const membersOfGroup = 20;
const forgotten = 1_000;

const memory = new TargetMemory('app', { ids: new IdRows(), words: new LinkWords() });
const about = { target: 'app', directory: 'corp', origin: 'created', lifecycle: 'active', attributes: {} } as const;
for (let at = 0; at < users; at += 1)
  memory.apply({ kind: 'link', link: { ...about, type: 'user', sourceId: `user-${at}`, targetId: String(at) } });

const report = (what: string, began: number): void =>
  console.log(`${what}: ${(performance.now() - began).toFixed(0)} ms`);

let began = performance.now();
for (let at = 0; at < groups; at += 1) {
  const add = Array.from({ length: membersOfGroup }, (_, member) => `user-${(at * membersOfGroup + member) % users}`);
  memory.apply({ kind: 'members', target: 'app', group: `group-${at}`, add, remove: [] });
}
report(`${groups * membersOfGroup} memberships`, began);
began = performance.now();
for (let at = 0; at < forgotten; at += 1) memory.apply({ kind: 'unlink', target: 'app', sourceId: `user-${at}` });
report(`${forgotten} of ${users} links forgotten`, began);
