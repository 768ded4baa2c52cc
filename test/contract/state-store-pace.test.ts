import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { aLink } from './state-store.ts';

const links = 20_000;
const callers = 32;
const paths = [
  'userName',
  'externalId',
  'name.givenName',
  'name.familyName',
  'displayName',
  'emails[type eq "work"].value',
  'active',
  'title',
];

// Prints times and asserts none: they depend on the machine. What does not is how many records share a sync.
it('The embedded state takes 20,000 links from 32 callers and finds them again', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'd2s-state-'));
  context.after(() => rm(folder, { recursive: true }));
  const clock = { now: () => 0 };
  let syncs = 0;
  const store = await openStateStore({ folder, clock, onWritten: () => (syncs += 1) });
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < links) {
      const number = next++;
      const attributes = Object.fromEntries(paths.map((path) => [path, store.digest(`${path} ${number}`)]));
      await store.record([{ kind: 'link', link: aLink(`entry-${number}`, { attributes }) }]);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const recorded = performance.now();
  await store.close();
  const closed = performance.now();
  const again = await openStateStore({ folder, clock });
  const opened = performance.now();
  assert.equal((await again.counts('wiki')).user.active, links);
  await again.close();
  assert.ok(syncs <= links / (callers / 2), `${syncs} syncs`);
  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(2)} s`;
  context.diagnostic(
    `${links} links: recorded in ${seconds(begin, recorded)} with ${syncs} syncs, closed in ${seconds(recorded, closed)}, opened in ${seconds(closed, opened)}`,
  );
});
