import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure } from '../../ports/scim-target.ts';
import { disbelieved } from '../match/presence.ts';
import { isSettling } from '../match/settling.ts';
import { endsAll, targetError } from '../shared/target-error.ts';
import { forEachConcurrently } from '../shared/work.ts';
import { compareSubject } from './compare-subject.ts';
import type { Findings } from './findings.ts';
import type { ReadBackInput } from './read-back-input.ts';
import { linksReferredTo, type Subject } from './subjects.ts';

/** As many look-ups that fail in a row end the work: it is the target then, and nobody in particular. */
const mostFailures = 20;

/** So many of those who are noted are looked up again all the same. */
const samples = 3;

/** Resources of one type that are looked up by id and compared, one by one. */
export class LookUps {
  readonly #type: ResourceType;
  readonly #findings: Findings;
  readonly #input: ReadBackInput;
  readonly #gone: Subject[] = [];
  #unread = 0;
  #failuresInARow = 0;
  #lastFailure: Failure | undefined;
  /** Looked up once more although it is noted: whether the target is still the one of the notes. */
  #tried = 0;

  constructor(type: ResourceType, findings: Findings, input: ReadBackInput) {
    this.#type = type;
    this.#findings = findings;
    this.#input = input;
  }

  /** Could not be read. */
  get unread(): number {
    return this.#unread;
  }

  /** How many the target says that it does not have, of those who must be there. */
  get gone(): number {
    return this.#gone.length;
  }

  /**
   * @returns how many were asked about, before it was stopped
   * @throws BridgeError when the target refuses the credentials, or does not answer (any more)
   */
  async ask(subjects: readonly Subject[]): Promise<number> {
    const { target, store, signal, isStopping } = this.#input;
    let asked = 0;
    const references = await linksReferredTo(subjects, target.name, store);
    try {
      await forEachConcurrently(subjects, target.concurrency, isStopping, async (subject) => {
        try {
          await this.#askOne(subject, references);
          asked += 1;
        } catch (thrown) {
          if (!signal.aborted || !isStopping()) throw thrown; // what is on its way is not waited for
        }
      });
    } finally {
      await this.#input.before.flush();
    }
    return asked;
  }

  /**
   * Who is missing. A target that shows nobody of those whom it must have is more likely gone itself, and so is one that
   * answered nothing at all, however few were asked about.
   *
   * @returns how many are so new that it says nothing
   * @throws BridgeError when the target does not answer
   */
  async judgeMissing(): Promise<number> {
    const { target, signal } = this.#input;
    const isSilent = this.#findings.seen + this.#gone.length === 0 && !signal.aborted;
    const failure = this.#lastFailure;
    if (isSilent && failure !== undefined && isNoAnswer(failure)) throw targetError(target.name, failure);
    if (this.#gone.length === 0) return 0;
    if (signal.aborted) {
      this.#unread += this.#gone.length; // nobody can be asked any more whether they are there
      return 0;
    }
    const isOnlyOne = this.#gone.length === 1 && this.#findings.seen === 0;
    const isThere = this.#findings.seen > 0 || (isOnlyOne && (await target.answers(this.#type, signal)));
    if (!isThere) throw targetError(target.name, disbelieved({ class: 'gone', detail: '' }));
    let settling = 0;
    for (const subject of this.#gone) {
      if (await this.#isMissing(subject.link)) this.#findings.takeMissing(subject);
      else settling += 1;
    }
    return settling;
  }

  async #askOne(subject: Subject, references: ReadonlyMap<SourceId, Link>): Promise<void> {
    const { target, store, signal, before } = this.#input;
    signal.throwIfAborted();
    const { sourceId, targetId } = subject.link;
    const acknowledged =
      this.#type === 'user' ? [] : ((await store.members(target.name, [sourceId])).get(sourceId) ?? []);
    if (this.#wasCompared(subject, acknowledged)) return;
    const answer = await target.read(this.#type, targetId, signal);
    if (isFailure(answer) && answer.class === 'gone') {
      if (subject.mustBeThere) this.#gone.push(subject);
      else {
        this.#findings.pass(subject);
        await before.note(subject, acknowledged, { isGone: true });
      }
      return;
    }
    const known = { references, acknowledged };
    const compared = isFailure(answer) ? answer : await compareSubject(subject, answer, known, this.#input);
    if (isFailure(compared)) this.#failed(compared);
    else {
      this.#failuresInARow = 0;
      const noted = this.#findings.take(subject, compared);
      if (noted !== undefined) await before.note(subject, acknowledged, noted);
    }
  }

  /** By a comparison that was cut short, and nothing says that it is to be done again. */
  #wasCompared(subject: Subject, acknowledged: readonly SourceId[]): boolean {
    if (this.#findings.isSuspect(subject)) return false;
    const { before } = this.#input;
    const recalled = before.recall(subject, acknowledged);
    if (recalled === undefined) return false;
    if (this.#tried < samples) {
      this.#tried += 1;
      return false;
    }
    if (recalled.noted.isGone === true) this.#findings.pass(subject);
    else if (!this.#findings.takeNoted(subject, recalled.noted)) return false;
    before.count(recalled);
    return true;
  }

  #failed(failure: Failure): void {
    this.#unread += 1;
    this.#failuresInARow += 1;
    this.#lastFailure = failure;
    if (endsAll(failure) || this.#failuresInARow >= mostFailures) throw targetError(this.#input.target.name, failure);
  }

  /** Copies are written in order: who is new counts as missing once somebody is shown who came later (see isSettling). */
  async #isMissing(link: Link): Promise<boolean> {
    const { target, signal, clock } = this.#input;
    if (!(await isSettling(link, [], { target, signal }, clock.now()))) return true;
    if ((link.createdAt ?? '') > this.#findings.latestCreation) return false;
    const again = await target.read(this.#type, link.targetId, signal, 'members');
    return isFailure(again) && again.class === 'gone';
  }
}

function isNoAnswer({ class: failureClass }: Failure): boolean {
  return failureClass === 'transient' || failureClass === 'throttled' || failureClass === 'unknown';
}
