import type { SourceId } from '../../../core/model/entry.ts';
import { noNotes } from '../../../ports/scim-target.ts';
import { blockBytes, inBlocks, rowDigest } from './blocks.ts';
import { copyWithRow } from './link-table.ts';
import type { SnapshotLine } from './snapshot-lines.ts';
import type { TargetChange, TargetMemory } from './target-memory.ts';

/** How many ids or rows one line names, so that no line grows without bound. */
const membersPerLine = 1000;
const proofsPerLine = 1000;
const rowsPerLine = 10_000;

/** The changes that lead from nothing to what is remembered about a target. */
export function* targetChanges(memory: TargetMemory): Generator<TargetChange> {
  yield* changesBeforeLinks(memory);
  for (const row of memory.rows()) {
    const link = memory.links.get(row, memory.name);
    if (link !== undefined) yield { kind: 'link', link: memory.members.withDoubted(link) };
  }
  yield* proved(memory, memory.links.rows());
  yield* changesAfterLinks(memory);
  const target = memory.name;
  for (const [group, ids] of memory.members.acknowledged) {
    for (let at = 0; at < ids.length; at += membersPerLine) {
      yield { kind: 'members', target, group, add: ids.slice(at, at + membersPerLine), remove: [] };
    }
  }
}

/** The same as lines of a snapshot. @param rowOf the number of a row in there */
export function* targetLines(memory: TargetMemory, rowOf: (row: number) => number): Generator<SnapshotLine> {
  const target = memory.name;
  yield* changesBeforeLinks(memory);
  yield* linkLines(memory, rowOf);
  for (const bytes of inBlocks(proofPieces(memory, rowOf))) yield { kind: 'proof_rows', target, bytes };
  yield* proved(memory, memory.proofs.others.keys());
  yield* changesAfterLinks(memory);
  for (const [group, { numbers }] of memory.members.acknowledged.rows) {
    for (let at = 0; at < numbers.length; at += rowsPerLine) {
      const rows = Uint32Array.from(numbers.subarray(at, at + rowsPerLine), rowOf);
      yield { kind: 'member_rows', target, group: rowOf(group), bytes: Buffer.from(rows.buffer).toString('base64') };
    }
  }
}

function* changesBeforeLinks(memory: TargetMemory): Generator<TargetChange> {
  const target = memory.name;
  yield { kind: 'target', target, state: memory.state };
  if (memory.endpoint !== undefined) yield { kind: 'bound', target, endpoint: memory.endpoint };
  if (memory.notes !== noNotes) yield { kind: 'notes', target, notes: memory.notes };
  if (memory.verified !== undefined) yield { kind: 'verified', target, verified: memory.verified };
  for (const removal of memory.removals.values()) yield { kind: 'removal', target, removal };
  for (const intent of memory.intents.values()) yield { kind: 'intent', intent };
}

function* changesAfterLinks(memory: TargetMemory): Generator<TargetChange> {
  const target = memory.name;
  for (const type of ['user', 'group'] as const)
    for (const accounts of memory.former[type].lines()) yield { kind: 'former', target, type, accounts };
  for (const quarantine of memory.quarantined.values()) yield { kind: 'quarantine', quarantine };
}

/** Links as they are, but for those to which members in doubt belong. */
function* linkLines(memory: TargetMemory, rowOf: (row: number) => number): Generator<SnapshotLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  const block = (): SnapshotLine => {
    const bytes = Buffer.concat(pieces).toString('base64');
    pieces = [];
    length = 0;
    return { kind: 'links', target: memory.name, bytes };
  };
  for (const row of memory.rows()) {
    const place = memory.links.place(row);
    if (place === undefined) continue;
    if (memory.members.hasDoubted(row)) {
      if (pieces.length > 0) yield block();
      const link = memory.links.get(row, memory.name);
      if (link !== undefined) yield { kind: 'link', link: memory.members.withDoubted(link) };
      continue;
    }
    const piece = copyWithRow(place, rowOf(row));
    pieces.push(piece);
    length += piece.length;
    if (length >= blockBytes) yield block();
  }
  if (pieces.length > 0) yield block();
}

function* proofPieces(memory: TargetMemory, rowOf: (row: number) => number): Generator<Buffer> {
  for (const row of memory.proofs.rows()) yield rowDigest(rowOf(row), memory.proofs.bytesOf(row) ?? Buffer.alloc(0));
}

/** Rows that something is known of by its row. */
export function* usedRows(memory: TargetMemory): Generator<number> {
  yield* memory.links.rows();
  for (const [group, members] of memory.members.acknowledged.rows) {
    yield group;
    yield* members;
  }
}

function* proved(memory: TargetMemory, rows: Iterable<number>): Generator<TargetChange> {
  const target = memory.name;
  let proofs: [SourceId, string][] = [];
  for (const row of rows) {
    const proof = memory.proofs.get(row);
    if (proof === undefined) continue;
    proofs.push([memory.ids.idOf(row), proof]);
    if (proofs.length < proofsPerLine) continue;
    yield { kind: 'proved', target, proofs };
    proofs = [];
  }
  if (proofs.length > 0) yield { kind: 'proved', target, proofs };
}
