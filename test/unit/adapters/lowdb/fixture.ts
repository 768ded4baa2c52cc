import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BridgeError, type ErrorCode } from '../../../../src/core/model/errors.ts';
import type { LogEntry, LoggedEntry } from '../../../../src/core/model/log-entry.ts';
import type { StateChange } from '../../../../src/ports/state-change.ts';
import type { StateStore, StateView } from '../../../../src/ports/state-store.ts';
import { aLink } from '../../../contract/state-store.ts';
import { acknowledgedMembers } from '../../../support/acknowledged-members.ts';

export const clock = { now: () => Date.parse('2026-11-20T08:00:00Z') };

/** A path for a state folder that does not exist yet, in a temporary folder that is gone after the test. */
export async function temporaryFolder(context: Pick<TestContext, 'after'>): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'd2s-state-'));
  context.after(() => rm(parent, { recursive: true }));
  return join(parent, 'state');
}

/** Copies a state that may be in use, as a backup does: without the sockets by which its writer is found. */
export async function copyState(folder: string, copy: string): Promise<void> {
  await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
}

/** An error check that knows the code, and that the message names what it is about. */
export function failsWith(code: ErrorCode, names = ''): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof BridgeError, String(error));
    assert.equal(error.code, code, error.line);
    assert.ok(error.line.includes(names), `${error.line} names ${names}`);
    assert.notEqual(error.remedy, '');
    return true;
  };
}

/** Record number n: three changes, of which a crash may show all or none. */
export function recordOf(number: number): readonly StateChange[] {
  return [
    { kind: 'link', link: aLink(`entry-${number}`) },
    { kind: 'members', target: 'wiki', group: 'group', add: [`entry-${number}`], remove: [] },
    { kind: 'logged', entry: aLogEntry(`entry-${number}`) },
  ];
}

export const aLogEntry = (sourceId: string, rest: Partial<LogEntry> = {}): LogEntry => ({
  at: '2026-11-20T08:00:00.000Z',
  cycle: 'cycle-1',
  target: 'wiki',
  type: 'user',
  sourceId,
  targetId: `id-of-${sourceId}`,
  verb: 'create',
  outcome: 'applied',
  cause: 'cycle',
  set: ['userName', 'active'],
  ...rest,
});

/** All that the log has after an entry. */
export async function logOf(state: StateView, after = 0): Promise<LoggedEntry[]> {
  const entries: LoggedEntry[] = [];
  for await (const batch of state.logged(after)) entries.push(...batch);
  return entries;
}

/** The log has an entry for each of these records, once, in order, and its chain holds. */
async function logFits(state: StateView, records: readonly number[]): Promise<void> {
  const log = await logOf(state);
  assert.deepEqual(
    log.map(({ sourceId, seq }) => `${seq} ${sourceId}`),
    records.map((number, index) => `${index + 1} entry-${number}`),
    'an entry of the log for each record',
  );
  assert.deepEqual(await state.checkLog(), { entries: log.length, erased: 0, others: 0, flaws: [] });
}

/** Which numbered records a state contains; fails when one is there by half. */
export async function recordsIn(state: StateView, most = 50): Promise<number[]> {
  const members = new Set(await acknowledgedMembers(state, 'wiki', 'group'));
  const ids = Array.from({ length: most + 1 }, (_, number) => `entry-${number}`);
  const links = await state.links('wiki', ids);
  assert.deepEqual(new Set(links.keys()), members, 'all changes of a record or none');
  assert.equal((await state.counts('wiki')).user.active, links.size);
  return ids.flatMap((id, number) => (links.has(id) ? [number] : []));
}

/**
 * A life with everything that writes: a first run, records one by one and side by side, a close with compaction, a
 * second session that compacts after every record, decisions.
 * @param acknowledge is told each record's number when it is durable
 */
export async function liveThrough(
  open: (compactAfter?: number) => Promise<StateStore>,
  acknowledge: (number: number) => void,
): Promise<void> {
  const first = await open();
  const record = async (store: StateStore, number: number): Promise<void> => {
    await store.record(recordOf(number));
    acknowledge(number);
  };
  await record(first, 1);
  await Promise.all([record(first, 2), record(first, 3), record(first, 4)]);
  await first.decide({ target: 'wiki', holdId: 'hold', decision: 'approve', at: '2026-11-20T08:00:00.000Z' });
  await first.close();
  const second = await open(0);
  await record(second, 5);
  await Promise.all([record(second, 6), record(second, 7)]);
  for (const { key } of (await second.decisions()).waiting) await second.removeDecision(key);
  await second.close();
}

/** After any end: what was acknowledged is there, nothing is half there, nothing came out of order, and work goes on. */
export async function survives(open: () => Promise<StateStore>, acknowledged: ReadonlySet<number>): Promise<void> {
  const store = await open();
  const found = await recordsIn(store);
  assert.deepEqual(
    found,
    found.map((_, index) => index + 1),
    'no gap',
  );
  await logFits(store, found);
  for (const number of acknowledged) assert.ok(found.includes(number), `record ${number} was acknowledged`);
  for (const decision of (await store.decisions()).waiting) assert.equal(decision.holdId, 'hold');
  await store.record(recordOf(found.length + 1));
  await store.close();
  const again = await open();
  const records = await recordsIn(again);
  assert.equal(records.length, found.length + 1);
  await logFits(again, records);
  await again.close();
}

/** Changes the bytes of a file. */
export async function edit(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}
