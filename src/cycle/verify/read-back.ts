import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure } from '../../ports/scim-target.ts';
import { isSettling } from '../match/settling.ts';
import { disbelieved } from '../match/presence.ts';
import { targetError } from '../shared/target-error.ts';
import { forEachConcurrently } from '../shared/work.ts';
import { compareSubject } from './compare-subject.ts';
import { createFindings, type Findings, type Found } from './findings.ts';
import { lookThroughList, type Foreign } from './look-through-list.ts';
import type { ReadBackInput } from './read-back-input.ts';
import { linksReferredTo, subjectsOf, type Subject } from './subjects.ts';

export interface ReadBack extends Pick<Findings, 'compared' | 'waiting' | 'foreignMembers' | 'hidingMembers'> {
  readonly found: readonly Found[];
  /** Undefined where nobody looked. */
  readonly foreign: Foreign | undefined;
  /** Made a moment ago, and not to be seen everywhere yet. */
  readonly settling: number;
  /** Could not be read. */
  readonly unread: number;
  /** Not looked at, because it was stopped. */
  readonly left: number;
}

/**
 * Reads back everything of a type: the list first, which costs little, then one by one whoever it did not show as they
 * should be. Nobody is taken for missing because a list lacks them, and nothing for changed that a look-up does not show.
 *
 * @throws BridgeError when the target refuses the credentials, or does not answer (any more)
 */
export async function readBack(type: ResourceType, input: ReadBackInput): Promise<ReadBack> {
  const { target, store, wanted, directories, only } = input;
  const findings = createFindings(type, target);
  const { active, deactivated } = (await store.counts(target.name))[type];
  const isListed = only === undefined && target.takes(type) !== 'none';
  const foreign = isListed ? await lookThroughList(type, active, findings, input) : undefined;
  const lookUps = createLookUps(type, findings, input);
  let left = 0;
  const lookAt = async (isConcerned: (subject: Subject) => boolean): Promise<void> => {
    for await (const subjects of subjectsOf(type, wanted, target.name, directories, store)) {
      const open = subjects.filter(isConcerned);
      left += open.length - (await lookUps.ask(open));
    }
  };
  if (active + deactivated > 0)
    await lookAt((subject) => !findings.isDone(subject) && (only?.has(subject.link.sourceId) ?? true));
  const doubtful = findings.doubtful();
  if (doubtful.size > 0) await lookAt(({ link }) => doubtful.has(link.sourceId));
  const settling = await lookUps.judgeMissing();
  const { found, compared, waiting, foreignMembers, hidingMembers } = findings;
  return { found, compared, waiting, foreignMembers, hidingMembers, foreign, settling, unread: lookUps.unread, left };
}

interface LookUps {
  /** @returns how many were asked about, before it was stopped */
  ask(subjects: readonly Subject[]): Promise<number>;
  /**
   * Who is missing. A target that shows nobody of those whom it must have is more likely gone itself.
   *
   * @returns how many are so new that it says nothing
   */
  judgeMissing(): Promise<number>;
  readonly unread: number;
}

/** As many look-ups that fail in a row end the work: it is the target then, and nobody in particular. */
const mostFailures = 20;

function createLookUps(type: ResourceType, findings: Findings, input: ReadBackInput): LookUps {
  const { target, store, signal, now, isStopping } = input;
  const gone: Subject[] = [];
  let unread = 0;
  let failuresInARow = 0;

  const failed = (failure: Failure): void => {
    if (failure.class === 'auth' || failure.class === 'renumbered') throw targetError(target.name, failure);
    unread += 1;
    failuresInARow += 1;
    if (failuresInARow >= mostFailures) throw targetError(target.name, failure);
  };
  const askOne = async (subject: Subject, references: ReadonlyMap<SourceId, Link>): Promise<void> => {
    signal.throwIfAborted();
    const acknowledged = type === 'user' ? [] : await store.members(target.name, subject.link.sourceId);
    const answer = await target.read(type, subject.link.targetId, signal);
    if (isFailure(answer) && answer.class === 'gone') {
      if (subject.mustBeThere) gone.push(subject);
      else findings.pass(subject);
      return;
    }
    const compared = isFailure(answer)
      ? answer
      : await compareSubject(subject, answer, { references, acknowledged }, input);
    if (isFailure(compared)) {
      failed(compared);
      return;
    }
    failuresInARow = 0;
    findings.take(subject, compared);
  };
  return {
    get unread() {
      return unread;
    },
    async ask(subjects) {
      let asked = 0;
      const references = await linksReferredTo(subjects, target.name, store);
      await forEachConcurrently(subjects, target.concurrency, isStopping, async (subject) => {
        asked += 1;
        await askOne(subject, references);
      });
      return asked;
    },
    async judgeMissing() {
      const [first] = gone;
      if (first === undefined) return 0;
      const isAlone = gone.length === 1 && findings.seen === 0;
      const isThere = findings.seen > 0 || (isAlone && (await target.answers(type, signal)));
      if (!isThere) throw targetError(target.name, disbelieved({ class: 'gone', detail: '' }));
      let settling = 0;
      for (const subject of gone) {
        if (await isSettling(subject.link, [], { target, signal }, now)) settling += 1;
        else findings.takeMissing(subject);
      }
      return settling;
    },
  };
}
