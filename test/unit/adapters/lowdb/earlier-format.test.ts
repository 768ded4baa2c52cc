import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { seal } from '../../../../src/adapters/lowdb/shared/lines.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import { doubtful, empty, type Link } from '../../../../src/core/model/link.ts';
import type { StateChange } from '../../../../src/ports/state-change.ts';
import type { StateView } from '../../../../src/ports/state-store.ts';
import { aLink, aQuarantine } from '../../../contract/state-store.ts';
import { acknowledgedMembers } from '../../../support/acknowledged-members.ts';
import { clock, temporaryFolder } from './fixture.ts';

const digest = 'q83vEjRWeJCrze8SNFZ4kA';
const anna = aLink('5f0c9d3e-0000-4000-8000-000000000001', { attributes: { title: digest, nickName: empty } });
const staff: Link = aLink('staff', { type: 'group', targetId: 'g', attributes: {}, unsettled: ['somebody'] });

/** As a snapshot of format 2 had them: a line for each. */
const remembered: readonly StateChange[] = [
  { kind: 'directory', directory: 'corp', state: { users: 2, groups: 1 } },
  { kind: 'names', directory: 'corp', names: [[anna.sourceId, [digest, 'former']]] },
  { kind: 'target', target: 'wiki', state: { pending: 3 } },
  { kind: 'link', link: anna },
  { kind: 'link', link: staff },
  { kind: 'proved', target: 'wiki', proofs: [[anna.sourceId, digest]] },
  { kind: 'former', target: 'wiki', type: 'user', accounts: [['left', 'who left']] },
  { kind: 'quarantine', quarantine: aQuarantine('b') },
  { kind: 'members', target: 'wiki', group: 'staff', add: [anna.sourceId, 'b'], remove: [] },
];
/** And its journal. */
const recorded: readonly StateChange[] = [
  { kind: 'link', link: aLink('c', { targetId: '3', attributes: { title: doubtful } }) },
  { kind: 'members', target: 'wiki', group: 'staff', add: ['c'], remove: ['b'] },
];

it('a state of format 2 is taken over with everything in it, and written in the format of now', async (context) => {
  const folder = await aFolderOfFormat2(context);
  await checkAll(await openStateView({ folder }));
  const store = await openStateStore({ folder, clock });
  await checkAll(store);
  await store.record([{ kind: 'target', target: 'wiki', state: { pending: 3 } }]);
  await store.close();
  const [header = ''] = (await readFile(join(folder, 'snapshot.ndjson'), 'utf8')).split('\n');
  assert.match(header, /"version":3/);
  await checkAll(await openStateView({ folder }));
});

async function checkAll(state: StateView): Promise<void> {
  const ids = [anna.sourceId, 'staff', 'c'];
  assert.deepEqual(
    [...(await state.links('wiki', ids)).values()],
    [anna, staff, aLink('c', { targetId: '3', attributes: { title: doubtful } })],
  );
  assert.deepEqual([...(await state.proofs('wiki', ids))], [[anna.sourceId, digest]]);
  assert.deepEqual([...(await state.names('corp', ids))], [[anna.sourceId, [digest, 'former']]]);
  assert.deepEqual([...(await state.named('corp', [digest, 'former'])).values()], [[anna.sourceId], [anna.sourceId]]);
  assert.deepEqual(await acknowledgedMembers(state, 'wiki', 'staff'), [anna.sourceId, 'c']);
  assert.deepEqual([...(await state.owners('wiki', 'user', [anna.targetId, '3'])).values()], [anna.sourceId, 'c']);
  assert.deepEqual([...(await state.formerOwners('wiki', 'user', ['left']))], [['left', 'who left']]);
  assert.deepEqual([...(await state.quarantined('wiki', ['b'])).keys()], ['b']);
  assert.deepEqual(await state.target('wiki'), { pending: 3 });
  assert.deepEqual(await state.directory('corp'), { users: 2, groups: 1 });
}

async function aFolderOfFormat2(context: TestContext): Promise<string> {
  const folder = await temporaryFolder(context);
  await (await openStateStore({ folder, clock })).close();
  const snapshot = join(folder, 'snapshot.ndjson');
  const [first = ''] = (await readFile(snapshot, 'utf8')).split('\n');
  const { lineage, keyProof }: { lineage: string; keyProof: string } = JSON.parse(first) as never;
  const header = { format: 'dir2scim-state', version: 2, lineage, keyProof, serial: 7, writtenAt: '2026-11-01' };
  const text = [header, ...remembered].map((line) => `${JSON.stringify(line)}\n`).join('');
  const sha256 = createHash('sha256').update(text).digest('base64url');
  await writeFile(snapshot, `${text}{"end":true,"sha256":"${sha256}"}\n`);
  const journal = { format: 'dir2scim-journal', version: 2, lineage, after: 7 };
  const lines = [seal(JSON.stringify(journal)), seal(JSON.stringify({ serial: 8, records: [recorded] }))];
  await writeFile(join(folder, 'journal.ndjson'), lines.join(''));
  return folder;
}
