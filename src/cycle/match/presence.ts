import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure, type ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';

/*
 * A target that says "there is none" of one resource may say it of all: a gateway without a route, a tenant that is being
 * moved, a url that leads elsewhere for a while. What it says is believed while something answers that must be there.
 *
 *   asked about others of the same type     | taken as
 *   ----------------------------------------+------------------------------------------------------------
 *   one of them is there, if only switched  | gone
 *   off                                     |
 *   none of those who must be there is      | not known: more likely it is the target that is gone
 *   there are no others, they are switched  | gone, when it answers to a list as a list
 *   off, or they cannot be asked for        |
 */

/** Links to pick witnesses from: those at hand, or those that the state has of the same directory. */
export async function othersThan(
  about: Link,
  atHand: ReadonlyMap<string, Link>,
  store: StateView,
): Promise<Iterable<Link>> {
  if (hasActive(about, atHand.values())) return atHand.values();
  for await (const batch of store.linksFrom(about.target, new Set([about.directory]))) {
    if (hasActive(about, batch)) return batch;
  }
  return atHand.values();
}

function hasActive(about: Link, links: Iterable<Link>): boolean {
  return witnesses(about, links).some(({ lifecycle }) => lifecycle === 'active');
}

/** Others who are asked for, at most, of each lifecycle. */
const mostWitnesses = 3;

interface Asked {
  readonly target: Pick<ScimTarget, 'read' | 'answers'>;
  readonly signal: AbortSignal;
}

/** Whether "gone" can be believed of someone who will be forgotten, or counted as removed. */
export async function isGone(about: Link, others: Iterable<Link>, asked: Asked): Promise<boolean> {
  const witness = await askOthers(about, others, asked);
  return witness.word === 'unknown' ? asked.target.answers(about.type, asked.signal) : witness.word === 'there';
}

/**
 * Whether it is worth looking for someone elsewhere: whoever is lost is searched for before anything else is done.
 *
 * @returns undefined when it is not; otherwise everyone who was found to be missing
 */
export async function findMissing(
  about: Link,
  others: Iterable<Link>,
  asked: Asked,
): Promise<readonly SourceId[] | undefined> {
  const { word, missing } = await askOthers(about, others, asked);
  return word === 'there' || (await asked.target.answers(about.type, asked.signal))
    ? [about.sourceId, ...missing]
    : undefined;
}

interface Testimony {
  readonly word: 'there' | 'none' | 'unknown';
  /** Others who are missing as well. */
  readonly missing: readonly SourceId[];
}

async function askOthers(about: Link, others: Iterable<Link>, { target, signal }: Asked): Promise<Testimony> {
  const missing: SourceId[] = [];
  for (const { type, sourceId, targetId, lifecycle } of witnesses(about, others)) {
    const found = await target.read(type, targetId, signal, 'members');
    if (!isFailure(found)) return { word: 'there', missing };
    if (found.class === 'gone' && lifecycle === 'active') missing.push(sourceId);
  }
  return { word: missing.length > 0 ? 'none' : 'unknown', missing };
}

/**
 * Those of the same type: a gateway may lack the route to users alone. First those who must be there; whoever is switched
 * off may be hidden (Atlassian), so that it says something only when they are shown.
 */
function witnesses(about: Link, others: Iterable<Link>): readonly Link[] {
  const active: Link[] = [];
  const off: Link[] = [];
  for (const link of others) {
    if (active.length >= mostWitnesses) break;
    if (
      link.type !== about.type ||
      link.lifecycle === 'lost' ||
      link.sourceId === about.sourceId ||
      link.targetId === about.targetId
    )
      continue;
    if (link.lifecycle === 'active') active.push(link);
    else if (off.length < mostWitnesses) off.push(link);
  }
  return [...active, ...off];
}

export function disbelieved(failure: Failure): Failure {
  return {
    ...failure,
    class: 'protocol',
    detail: 'the target says that it does not have this one, and it does not show others either whom it acknowledged',
  };
}
