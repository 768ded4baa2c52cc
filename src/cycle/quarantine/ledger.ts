import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { ReasonCode, Resource } from '../../core/model/resource.ts';
import { impersonal } from '../../core/wording/impersonal.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { QuarantineRecord } from '../../ports/state-records.ts';
import { ownWords } from '../shared/target-error.ts';
import { quarantineAfter } from './back-off.ts';
import type { Fingerprints } from './fingerprints.ts';
import {
  isBackingOff,
  isFromSearch,
  isReleased,
  isSeatless,
  isSpared,
  isWaiting,
  type Persistence,
} from './next-try.ts';

/** Whether a newcomer is looked for on the target, and what becomes of one who is not. */
export type SearchAdvice =
  | { readonly kind: 'search' }
  /** Left out of the plan. */
  | { readonly kind: 'backing off' }
  /** Planned as before: they are not there, and their creation is held. */
  | { readonly kind: 'not searched' }
  /** What an earlier search found in the way is there still. */
  | { readonly kind: 'unmatchable'; readonly record: QuarantineRecord };

export interface LedgerInput extends Persistence {
  readonly target: string;
  /** What failed before, of everybody whom the cycle concerns. */
  readonly quarantined: ReadonlyMap<SourceId, QuarantineRecord>;
  /** Who is in quarantine although they are neither wanted nor linked any more. */
  readonly orphaned: readonly SourceId[];
  readonly fingerprints: Fingerprints;
}

type Noted = Pick<QuarantineRecord, 'cause' | 'status' | 'targetId' | 'fingerprint'>;

/**
 * The quarantine of one target in one cycle: what failed before, what fails now, and so what is tried. It records nothing
 * itself: it says what there is to record before anything is sent, after a failure, and at the end of the cycle.
 */
export class QuarantineLedger {
  readonly fingerprints: Fingerprints;
  readonly #input: LedgerInput;
  readonly #found = new Map<SourceId, QuarantineRecord>();
  readonly #backedOff = new Set<SourceId>();
  /** In quarantine although the plan has nothing for them. */
  readonly #standing = new Set<SourceId>();
  readonly #mislaid = new Map<SourceId, QuarantineRecord>();
  /** By entry: its operations that failed in this cycle. */
  readonly #failed = new Map<SourceId, readonly Operation[]>();

  constructor(input: LedgerInput) {
    this.#input = input;
    this.fingerprints = input.fingerprints;
  }

  /** Keys of the decisions to try again what failed. */
  get retries(): ReadonlySet<string> {
    return this.#input.released?.keys ?? new Set();
  }

  /** Whether somebody wants it tried again at once, whatever its pause. */
  isReleased(sourceId: SourceId): boolean {
    return isReleased(sourceId, this.#input);
  }

  /** What failed before this cycle. */
  before(id: SourceId): QuarantineRecord | undefined {
    return this.#input.quarantined.get(id);
  }

  /** Accounts that were there before us, by the entry whose creation was answered with them. */
  get barred(): ReadonlyMap<SourceId, TargetId> {
    return new Map(
      [...this.#input.quarantined].flatMap(([id, { cause, targetId }]) =>
        cause === 'adoption_off' && targetId !== undefined ? [[id, targetId] as const] : [],
      ),
    );
  }

  /** Whether a newcomer is looked for. */
  adviseSearch(newcomer: Resource): SearchAdvice {
    const { sourceId } = newcomer;
    const record = this.before(sourceId);
    if (record === undefined) return { kind: 'search' };
    if (isFromSearch(record)) {
      if (!isSpared(record, this.fingerprints.ofMatch(sourceId), this.#input)) return { kind: 'search' };
      this.#standing.add(sourceId);
      return { kind: 'unmatchable', record };
    }
    const fingerprint = this.fingerprints.ofResource(newcomer);
    if (record.cause === 'no_seat')
      return isSeatless(record, fingerprint, this.#input) ? { kind: 'not searched' } : { kind: 'search' };
    if (!isBackingOff(record, fingerprint, this.#input)) return { kind: 'search' };
    if (record.cause === 'held') return { kind: 'not searched' };
    this.#standing.add(sourceId);
    this.#backedOff.add(sourceId);
    return { kind: 'backing off' };
  }

  /** Newcomers who are left out of the plan until their pause is over. */
  get backedOff(): ReadonlySet<SourceId> {
    return this.#backedOff;
  }

  /** A search shows why somebody is not written; or nobody, for someone who is inactive. */
  unmatchable(newcomer: Resource, cause: ReasonCode | 'inactive'): void {
    const before = this.before(newcomer.sourceId);
    const targetId = before?.cause === cause ? before.targetId : undefined;
    this.#standing.add(newcomer.sourceId);
    this.#note(newcomer, { cause, targetId, fingerprint: this.fingerprints.ofMatch(newcomer.sourceId) ?? '' });
  }

  /** Somebody could not be looked for. Without a failure of their own, it was not even tried. */
  unreached(newcomer: Resource, failure: Failure | undefined): void {
    this.#standing.add(newcomer.sourceId);
    if (failure === undefined) return;
    const { class: cause, status } = failure;
    this.#note(newcomer, { cause, status, fingerprint: this.fingerprints.ofResource(newcomer) });
  }

  /** Whether somebody is looked for who has to lose access, and whom the target lost. */
  isSearchedFor({ sourceId, targetId }: Link): boolean {
    return !isBackingOff(this.before(sourceId), targetId, this.#input);
  }

  /** They were looked for in vain, now or a while ago. */
  mislaid(lost: Link): void {
    const before = this.before(lost.sourceId);
    const record =
      before !== undefined && !this.isSearchedFor(lost)
        ? before
        : this.#note(lost, { cause: 'mislaid', fingerprint: lost.targetId });
    this.#standing.add(lost.sourceId);
    this.#mislaid.set(lost.sourceId, record);
  }

  /** Who was mislaid. */
  get missing(): Iterable<SourceId> {
    return this.#mislaid.keys();
  }

  /** How many were mislaid, and when the first of them is looked for again (ISO 8601). */
  get searchedAgain(): { readonly count: number; readonly lookAt: string } | undefined {
    const [lookAt] = [...this.#mislaid.values()].map(({ retryAt }) => retryAt).sort();
    return lookAt === undefined ? undefined : { count: this.#mislaid.size, lookAt };
  }

  /** Nobody looks for them again in every cycle, as long as their creation waits for a person or for a seat. */
  heldCreation(operation: Operation, cause: 'held' | 'no_seat' = 'held'): void {
    this.#note(operation, { cause, fingerprint: this.fingerprints.ofOperations([operation]) });
  }

  /**
   * What of a plan is tried now. An entry backs off as a whole: with everything that is to be done about it, or not at all.
   *
   * @param wantedNow whose pause is over because a person says so
   */
  divide(
    operations: readonly Operation[],
    wantedNow: ReadonlySet<SourceId>,
  ): { readonly due: readonly Operation[]; readonly deferred: readonly Operation[] } {
    const quarantined = operations.filter(({ sourceId }) => {
      const record = this.before(sourceId);
      return record !== undefined && !isWaiting(record) && !wantedNow.has(sourceId);
    });
    const deferred = new Set(
      [...Map.groupBy(quarantined, ({ sourceId }) => sourceId)].flatMap(([id, own]) =>
        isBackingOff(this.before(id), this.fingerprints.ofOperations(own), this.#input) ? [id] : [],
      ),
    );
    return {
      due: operations.filter(({ sourceId }) => !deferred.has(sourceId)),
      deferred: operations.filter(({ sourceId }) => deferred.has(sourceId)),
    };
  }

  /** What was found before anything is sent. */
  get found(): readonly QuarantineRecord[] {
    return [...this.#found.values()];
  }

  /** What was found before anything is sent, of those whom the record is about: to be recorded. */
  foundChanges(isAbout: (id: SourceId) => boolean = () => true): StateChange[] {
    return this.found
      .filter(({ sourceId }) => isAbout(sourceId))
      .map((record) => ({ kind: 'quarantine', quarantine: record }));
  }

  /** When somebody is tried again, in milliseconds since 1970, as far as that is known before anything is sent. */
  retryAt(id: SourceId): number | undefined {
    const { retryAt } = this.#found.get(id) ?? this.before(id) ?? {};
    return retryAt === undefined ? undefined : Date.parse(retryAt);
  }

  /**
   * An operation failed. What the target refuses is tried again when the operation is another one; what is in the way,
   * when another account would fit. Refused credentials say nothing about the entry.
   *
   * @param now milliseconds since 1970
   * @returns what is to be recorded
   */
  failed(operation: Operation, failure: Failure, now: number): StateChange[] {
    const { type, sourceId } = operation;
    const own = [...(this.#failed.get(sourceId) ?? []), operation];
    this.#failed.set(sourceId, own);
    if (failure.class === 'auth') return [];
    const { reason, targetId, status } = failure;
    const match = reason === undefined ? undefined : this.fingerprints.ofMatch(sourceId);
    const cause = match === undefined ? failure.class : (reason ?? failure.class);
    const fingerprint = match ?? this.fingerprints.ofOperations(own);
    const { target } = this.#input;
    const said = saidBy(failure);
    const failed = {
      target,
      type,
      sourceId,
      cause,
      status,
      targetId,
      fingerprint,
      ...(said === undefined ? {} : { said }),
    };
    return [{ kind: 'quarantine', quarantine: quarantineAfter(this.before(sourceId), failed, now) }];
  }

  /** What failed before is not the last word on an entry any more. @returns what is to be recorded */
  over(id: SourceId): StateChange[] {
    const isKnown = this.before(id) !== undefined || this.#found.has(id);
    return isKnown ? [{ kind: 'quarantine_over', target: this.#input.target, sourceId: id }] : [];
  }

  /**
   * Ends the quarantine of those about whom nothing is left to do, be it done, undone in the directory, or their entry gone.
   *
   * @returns what is to be recorded
   */
  ended(operations: readonly Operation[], applied: readonly Operation[]): StateChange[] {
    const { target, quarantined, orphaned } = this.#input;
    const isDone = new Set(applied);
    const unfinished = new Set(operations.filter((one) => !isDone.has(one)).map(({ sourceId }) => sourceId));
    const over = [...quarantined.keys()].filter((id) => !unfinished.has(id) && !this.#standing.has(id));
    return [...over, ...orphaned].map((sourceId) => ({ kind: 'quarantine_over', target, sourceId }));
  }

  #note({ type, sourceId }: Pick<Resource, 'type' | 'sourceId'>, noted: Noted): QuarantineRecord {
    const { target, now } = this.#input;
    const record = quarantineAfter(this.before(sourceId), { target, type, sourceId, ...noted }, now);
    this.#found.set(sourceId, record);
    return record;
  }
}

/** The target's own words, as far as they can be kept. A refusal that was answered with 2xx is a sentence of ours, and names nobody. */
function saidBy(failure: Failure): string | undefined {
  const words = ownWords(failure);
  if (words === undefined) return undefined;
  return (failure.status ?? 0) >= 300 ? impersonal(words) : words;
}
