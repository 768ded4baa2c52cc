/**
 * What links cost: on disk, in memory, to load, and how long the event loop stands still meanwhile.
 * Usage: node --expose-gc --max-semi-space-size=8 bench/scale/links.ts [--links N]
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Digest, Link } from '../../src/core/model/link.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import { watchTurns } from '../../test/support/longest-turn.ts';
import { inWords, measure, type Measured } from './measure.ts';

const { values } = parseArgs({ options: { links: { type: 'string', default: '100000' }, folder: { type: 'string' } } });
const count = Number(values.links);
const perRecord = 500;
const usersPerGroup = 20;

const report = (what: string, text: string): void => console.log(`${what.padEnd(34)} ${text}`);

if (values.folder === undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-links-'));
  try {
    await make(folder);
    const { status } = spawnSync(
      process.execPath,
      [...process.execArgv, fileURLToPath(import.meta.url), '--links', String(count), '--folder', folder],
      { stdio: 'inherit' },
    );
    process.exitCode = status ?? 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else await load(values.folder);

/** As a first load leaves it. */
async function make(folder: string): Promise<void> {
  let journalBytes = 0;
  let journaled = 0;
  const written = ({ journalBytes: now }: { readonly journalBytes: number }): void => {
    journaled += Math.max(0, now - journalBytes);
    journalBytes = now;
  };
  const store = await openStateStore({ folder: join(folder, 'state'), clock: systemClock(), onWritten: written });
  const made = await measureTurns(async () => {
    let ids: string[] = [];
    for (let at = 0; at < count; at += perRecord) {
      ids = Array.from({ length: Math.min(perRecord, count - at) }, () => randomUUID());
      const records = ids.map((id, index) => created(id, at + index, store.digest));
      for (const intents of records) void store.record(intents.slice(0, 1));
      await Promise.all(records.map((changes) => store.record(changes.slice(1))));
      await store.record([
        { kind: 'names', directory: 'corp', names: ids.map((id) => [id, [store.digest(`name of ${id}`)]]) },
        { kind: 'proved', target: 'app', proofs: ids.map((id) => [id, store.digest(`proof of ${id}`)]) },
        ...membersOf(ids),
      ]);
    }
  });
  report(`${count} links recorded`, inWords(made));
  report('journal, all of it', `${perLink(journaled)} bytes a link`);
  const closed = await measureTurns(() => store.close());
  report('closed', inWords(closed));
  const { size } = await stat(join(folder, 'state', 'snapshot.ndjson'));
  report('snapshot', `${(size / 1e6).toFixed(1)} MB, ${perLink(size)} bytes a link`);
}

async function load(folder: string): Promise<void> {
  const options = { folder: join(folder, 'state'), clock: systemClock() };
  globalThis.gc?.();
  const before = inUse();
  const { result: store, ...loaded } = await measureTurns(() => openStateStore(options));
  report('loaded', inWords(loaded));
  report('held by the state', `${perLink(inUse() - before)} bytes a link`);
  const ids: string[] = [];
  const all = await measureTurns(async () => {
    for await (const links of store.linksFrom('app', new Set(['corp'])))
      for (const link of links) ids.push(link.sourceId);
  });
  report(`${ids.length} walked through`, inWords(all));
  const marked = await measureTurns(async () => {
    const marks = await store.openMarks();
    for (let at = 0; at < ids.length; at += 1000) {
      await marks.mark(ids.slice(at, at + 1000));
      await setImmediate();
    }
    for await (const links of marks.unmarkedLinks('app', new Set(['corp']))) ids.length = links.length;
    for await (const names of marks.unmarkedNames('corp')) ids.length = names.length;
    await marks.close();
  });
  report('marked', inWords(marked));
  const asked = await measureTurns(async () => {
    for (let at = 0; at < ids.length; at += 1000) {
      await store.links('app', ids.slice(at, at + 1000));
      await setImmediate();
    }
  });
  report('asked for, a thousand at a time', inWords(asked));
  await store.close();
}

/** Turns by the processor time of this thread: others who use the machine do not count. */
async function measureTurns<T>(job: () => Promise<T>): Promise<Measured & { readonly result: T }> {
  let longest = 0;
  const measured = await measure(async () => {
    const turns = watchTurns();
    const result = await job();
    longest = turns.stop();
    return result;
  });
  return { ...measured, longestTurn: longest };
}

function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function perLink(bytes: number): string {
  return (bytes / count).toFixed(0);
}

/** The intent, and what a create comes to. */
function created(id: string, at: number, digest: Digest): StateChange[] {
  const [target, directory] = ['app', 'corp'];
  const intent = { target, type: 'user', sourceId: id, directory, at: time(at) } as const;
  return [
    { kind: 'intent', intent },
    { kind: 'link', link: link(id, at, digest) },
    { kind: 'settled', intent },
  ];
}

/** Fifteen attributes, of which about half say what many others say as well, as in a company. */
function link(id: string, at: number, digest: Digest): Link {
  const of = (path: string, value: number): [string, string] => [path, digest(`${path}=${value}`)];
  const own = ['userName', 'displayName', 'emails[type eq "work"].value', 'phoneNumbers[type eq "work"].value'];
  const shared: [string, number][] = [
    ['title', 50],
    ['addresses[type eq "work"].locality', 30],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 200],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization', 3],
    ['name.givenName', 500],
    ['name.familyName', 5_000],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', count / 10],
    ['active', 1],
  ];
  return {
    target: 'app',
    type: 'user',
    sourceId: id,
    directory: 'corp',
    targetId: randomUUID(),
    origin: 'created',
    lifecycle: 'active',
    createdAt: time(at),
    marksEmpty: true,
    attributes: Object.fromEntries([
      ...own.map((path) => of(path, at)),
      of('externalId', at),
      of('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber', at),
      ...shared.map(([path, values]) => of(path, (at * 7919) % values)),
      ['nickName', '-'],
    ]),
  };
}

function membersOf(ids: readonly string[]): StateChange[] {
  const changes: StateChange[] = [];
  for (let at = 0; at < ids.length; at += usersPerGroup)
    changes.push({
      kind: 'members',
      target: 'app',
      group: randomUUID(),
      add: ids.slice(at, at + usersPerGroup),
      remove: [],
    });
  return changes;
}

function time(at: number): string {
  return new Date(Date.UTC(2026, 10, 1) + 37 * at).toISOString();
}
