import type { ResourceType, SourceId } from './entry.ts';
import type { Link, TargetId } from './link.ts';
import type { FailureClass } from './outcome.ts';
import type { RemovalCause, Verb } from './plan.ts';

/**
 * Why an operation was sent: `cycle`, because the directory wants it so; `approval`, because a person released it from a
 * hold; `push`, because a person wanted it for one entry; `undo`, because a person took back what a cycle did; `verify`,
 * because the target had something else.
 */
export type LogCause = 'cycle' | 'approval' | 'push' | 'undo' | 'verify';

/**
 * One operation of the provisioning log, with its outcome. Holds no personal data: ids, names of attributes and keyed
 * digests; `values` only where the configuration asks for them.
 */
export interface LogEntry {
  /** When the outcome was known, ISO 8601. */
  readonly at: string;
  readonly cycle: string;
  readonly target: string;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly targetId?: TargetId | undefined;
  /** Keyed digest of the name by which the target knows it (`userName`, `displayName`), to find whom the directory has no more. */
  readonly name?: string | undefined;
  readonly verb: Verb;
  /** `applied`: the target acknowledged it. `failed`: it did not, as far as anybody knows. */
  readonly outcome: 'applied' | 'failed';
  readonly class?: FailureClass | undefined;
  /** HTTP status of a failure, where there was an answer. */
  readonly status?: number | undefined;
  readonly cause: LogCause;
  /** The id of the hold that was approved, of the push, or of the undo. */
  readonly decision?: string | undefined;
  /** Who decided. */
  readonly by?: { readonly via: 'shell' | 'api'; readonly user: string } | undefined;
  /** Paths of the attributes that got a value, and of those that lost theirs. */
  readonly set?: readonly string[] | undefined;
  readonly cleared?: readonly string[] | undefined;
  /** Of a group: who joined and who left. Of one that was deleted: who was in it. */
  readonly joined?: readonly SourceId[] | undefined;
  readonly left?: readonly SourceId[] | undefined;
  /** Why somebody lost access. */
  readonly because?: RemovalCause | undefined;
  /** Of a removal: what the link was before. */
  readonly was?: Link['lifecycle'] | undefined;
  /** Of a relink: the entry whose account it was. */
  readonly replaces?: SourceId | undefined;
  /** Attribute paths with what was sent. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

/** An entry with its place in the log: counted from 1, without gaps, over the life of a state. */
export interface LoggedEntry extends LogEntry {
  readonly seq: number;
}

/** What an inspection of the log found. */
export interface LogCheck {
  readonly entries: number;
  /** Of these: from how many somebody was erased, by a person's word. */
  readonly erased: number;
  /** Besides, entries of the state whose place this one took: only its key would prove them. */
  readonly others: number;
  readonly flaws: readonly LogFlaw[];
}

/**
 * `missing`: entries were removed; `changed`: one is not as it was written; `unreadable`: a line is none; `header`: a file
 * does not begin with the line that it began with.
 */
export interface LogFlaw {
  readonly kind: 'missing' | 'changed' | 'unreadable' | 'header';
  /** The entries that it is about, or next to which it is. */
  readonly from: number;
  readonly to: number;
}
