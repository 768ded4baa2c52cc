import type { ResourceType } from '../../core/model/entry.ts';
import { Findings, type Found } from './findings.ts';
import { LookUps } from './look-ups.ts';
import { lookThroughList, type Foreign } from './look-through-list.ts';
import type { ReadBackInput } from './read-back-input.ts';
import { subjectsOf, type Subject } from './subjects.ts';

export interface ReadBack extends Pick<
  Findings,
  'compared' | 'waiting' | 'departed' | 'unstored' | 'foreignMembers' | 'hidingMembers' | 'unclear'
> {
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
  const findings = new Findings(type, target);
  const { active, deactivated } = (await store.counts(target.name))[type];
  const isListed = only === undefined && target.takes(type) !== 'none';
  const listed = isListed ? await lookThroughList(type, active, findings, input) : undefined;
  const lookUps = new LookUps(type, findings, input);
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
  const { found, compared, waiting, departed, unstored, foreignMembers, hidingMembers, unclear } = findings;
  return {
    found,
    compared,
    waiting,
    departed,
    unstored,
    foreignMembers,
    hidingMembers,
    unclear,
    // A list that lacks some of ours, who are there, may lack others too.
    foreign: listed && {
      count: listed.count,
      listed: listed.listed,
      isComplete: listed.isWhole && listed.ours + lookUps.gone >= active,
    },
    settling,
    unread: lookUps.unread,
    left,
  };
}
