import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { DirectoryState } from '../../ports/state-records.ts';
import type { LinkTotal } from '../../ports/state-store.ts';
import { DirectoryNames } from './directory-names.ts';
import { IdRows } from './id-rows.ts';
import type { LinkShared } from './link-table.ts';
import { LinkWords } from './link-words.ts';
import { LogMemory } from './log-memory.ts';
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
    let known = this.#names.get(directory);
    if (known === undefined) this.#names.set(directory, (known = new DirectoryNames(this.ids)));
    for (const [id, own] of names) known.set(id, own);
  }

  #applyToTarget(change: TargetChange): void {
    const name = targetOf(change);
    let target = this.#targets.get(name);
    if (target === undefined) this.#targets.set(name, (target = new TargetMemory(name, this.#shared)));
    target.apply(change);
  }

  /** The changes that lead from nothing to this memory: what a snapshot consists of. */
  *changes(): Generator<StateChange> {
    if (this.log.seq > 0) yield this.log.head();
    for (const [directory, state] of this.#directories) yield { kind: 'directory', directory, state };
    for (const [directory, identity] of this.#identities) yield { kind: 'identity', directory, identity };
    for (const [directory, names] of this.#names) yield* names.changes(directory);
    for (const target of this.#targets.values()) yield* target.changes();
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
