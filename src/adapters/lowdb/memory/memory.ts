import type { DirectoryIdentity } from '../../../core/model/directory-identity.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { StateChange } from '../../../ports/state-change.ts';
import type { DirectoryState } from '../../../ports/state-records.ts';
import type { LinkTotal } from '../../../ports/state-store.ts';
import { inBlocks } from './blocks.ts';
import { DirectoryNames } from './directory-names.ts';
import { IdRows } from './id-rows.ts';
import type { LinkShared } from './link-table.ts';
import { LinkWords } from './link-words.ts';
import { LogMemory } from '../log/log-memory.ts';
import type { SnapshotLine } from './snapshot-lines.ts';
import { targetChanges, targetLines, usedRows } from './target-lines.ts';
import { TargetMemory, type TargetChange } from './target-memory.ts';

/** Everything remembered about all targets. What lowdb holds as its data. */
export class StateMemory {
  readonly #targets = new Map<string, TargetMemory>();
  readonly #directories = new Map<string, DirectoryState>();
  readonly #names = new Map<string, DirectoryNames>();
  readonly #identities = new Map<string, DirectoryIdentity>();
  readonly log = new LogMemory();
  readonly ids = new IdRows();
  readonly #shared: LinkShared = { ids: this.ids, words: new LinkWords() };

  /** Undefined when nothing was ever recorded about it. */
  target(name: string): TargetMemory | undefined {
    return this.#targets.get(name);
  }

  /** Whether any target has a link of the entry of this row. */
  isLinked(row: number): boolean {
    return this.#targets.values().some(({ links }) => links.has(row));
  }

  directory(name: string): DirectoryState | undefined {
    return this.#directories.get(name);
  }

  identity(directory: string): DirectoryIdentity | undefined {
    return this.#identities.get(directory);
  }

  /** Undefined when none was ever noted. */
  names(directory: string): DirectoryNames | undefined {
    return this.#names.get(directory);
  }

  get linkTotals(): LinkTotal[] {
    return [...this.#targets].flatMap(([target, { directories }]) =>
      [...directories].map(([directory, links]) => ({ target, directory, links })),
    );
  }

  apply(change: StateChange): void {
    switch (change.kind) {
      case 'directory':
        this.#directories.set(change.directory, change.state);
        return;
      case 'identity':
        this.#identities.set(change.directory, change.identity);
        return;
      case 'names':
        this.#setNames(change);
        return;
      case 'logged':
        this.log.add(change.entry);
        return;
      case 'log_head':
        this.log.continueAfter(change.seq, change.others);
        return;
      case 'erased':
        this.#erase(new Set(change.ids));
        return;
      case 'content_forgotten':
        for (const [name, target] of this.#targets) if (name === (change.target ?? name)) target.forgetContent();
        return;
      case 'renamed':
        this.#rename(change.target, change.to);
        return;
      case 'reset':
        this.#targets.delete(change.target);
        return;
      default:
        this.#applyToTarget(change);
    }
  }

  #erase(ids: ReadonlySet<SourceId>): void {
    for (const target of this.#targets.values()) target.erase(ids);
    for (const names of this.#names.values()) for (const id of ids) names.set(id, []);
  }

  /** What the targets call these entries, or called them. */
  accountsOf(ids: ReadonlySet<SourceId>): TargetId[] {
    return [...this.#targets.values()].flatMap((target) => target.accountsOf(ids));
  }

  #rename(target: string, to: string): void {
    const known = this.#targets.get(target);
    if (known === undefined || target === to) return;
    this.#targets.delete(target);
    this.#targets.delete(to);
    known.rename(to);
    this.#targets.set(to, known);
  }

  #setNames({ directory, names }: Extract<StateChange, { kind: 'names' }>): void {
    const known = this.#namesIn(directory);
    for (const [id, own] of names) known.set(id, own);
  }

  #namesIn(directory: string): DirectoryNames {
    let known = this.#names.get(directory);
    if (known === undefined) this.#names.set(directory, (known = new DirectoryNames(this.ids)));
    return known;
  }

  #applyToTarget(change: TargetChange): void {
    this.#targetNamed(targetOf(change)).apply(change);
  }

  #targetNamed(name: string): TargetMemory {
    let target = this.#targets.get(name);
    if (target === undefined) this.#targets.set(name, (target = new TargetMemory(name, this.#shared)));
    return target;
  }

  /** The changes that lead from nothing to this memory. */
  *changes(): Generator<StateChange> {
    yield* this.#changesOfAll();
    for (const [directory, names] of this.#names) yield* names.changes(directory);
    for (const target of this.#targets.values()) yield* targetChanges(target);
  }

  /** The same as lines of a snapshot. Nothing may change meanwhile. */
  *lines(): Generator<SnapshotLine> {
    const numbers = this.#numberRows();
    const rowOf = (row: number): number => (numbers[row] ?? 0) - 1;
    yield* this.#changesOfAll();
    yield* this.#shared.words.lines();
    for (const bytes of inBlocks(this.#idPieces(numbers))) yield { kind: 'ids', bytes };
    for (const [directory, names] of this.#names) yield* names.lines(directory, rowOf);
    for (const target of this.#targets.values()) yield* targetLines(target, rowOf);
  }

  /** Takes in a line of a snapshot, into a memory that has nothing but the lines before it. */
  load(line: SnapshotLine): void {
    switch (line.kind) {
      case 'words':
        this.#shared.words[line.list].load(line.texts);
        return;
      case 'ids':
        this.ids.load(Buffer.from(line.bytes, 'base64'));
        return;
      case 'name_rows':
        this.#namesIn(line.directory).load(Buffer.from(line.bytes, 'base64'));
        return;
      case 'links':
      case 'proof_rows':
      case 'member_rows':
        this.#targetNamed(line.target).load(line);
        return;
      default:
        this.apply(line);
    }
  }

  *#changesOfAll(): Generator<StateChange> {
    if (this.log.seq > 0) yield this.log.head();
    for (const [directory, state] of this.#directories) yield { kind: 'directory', directory, state };
    for (const [directory, identity] of this.#identities) yield { kind: 'identity', directory, identity };
  }

  /** By row: one more than its number among those that something is known of; 0 for the others. */
  #numberRows(): Uint32Array {
    const numbers = new Uint32Array(this.ids.length);
    for (const names of this.#names.values()) for (const row of names.rows()) numbers[row] = 1;
    for (const target of this.#targets.values()) for (const row of usedRows(target)) numbers[row] = 1;
    let last = 0;
    for (let row = 0; row < numbers.length; row += 1) if (numbers[row] === 1) numbers[row] = last += 1;
    return numbers;
  }

  *#idPieces(numbers: Uint32Array): Generator<Buffer> {
    for (let row = 0; row < numbers.length; row += 1) if (numbers[row] !== 0) yield this.ids.bytesOf(row);
  }
}

function targetOf(change: TargetChange): string {
  switch (change.kind) {
    case 'intent':
    case 'settled':
      return change.intent.target;
    case 'link':
    case 'relink':
      return change.link.target;
    case 'quarantine':
      return change.quarantine.target;
    case 'quarantine_over':
    case 'unlink':
    case 'proved':
    case 'members':
    case 'former':
    case 'target':
    case 'notes':
    case 'verified':
    case 'bound':
    case 'removal':
    case 'removals_over':
      return change.target;
  }
}
