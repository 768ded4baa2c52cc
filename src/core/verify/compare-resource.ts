import { readScimPath, scimPath } from '../mapping/scim-path.ts';
import { empty, type Digest, type Link } from '../model/link.ts';
import { Reference, type DesiredValue, type Resource, type ScimValue } from '../model/resource.ts';
import type { ValueDrift } from '../model/drift.ts';
import { digestAttributes, type TargetIdOf } from '../planning/diff.ts';
import { compareValue, isFilled } from './same-value.ts';

/*
 * One attribute, by what is wanted, what the target last acknowledged, and what it shows now:
 *
 *   acknowledged is     | the target shows what is wanted | the target shows something else
 *   --------------------+---------------------------------+------------------------------------------
 *   what is wanted      | as it should be                 | drift
 *   something else, in  | as it should be                 | waiting: the next cycle writes it anyway
 *   doubt, not managed  |                                 |
 *   known not to be     | as it should be                 | as it should be: it is counted as not stored
 *   stored              |                                 |
 *
 * What the map sends with a creation alone (`apply: create`) is not among the attributes of a resource, and not compared.
 */

export interface ResourceComparison {
  readonly values: readonly ValueDrift[];
  /** What has a value, and of which the resource shows nothing at all. */
  readonly absent: readonly ValueDrift[];
  /** Paths that the target shows, of externalId only as it was given, so that its silence about them in others says something. */
  readonly shown: readonly string[];
  /** It carries an externalId that is not the one that was acknowledged: somebody else's, where the target keeps what it is given. */
  readonly isAnothers: boolean;
  /** Differences that the next cycle writes anyway. */
  readonly waiting: number;
  /** Differences that stay: the target does not store what is wanted. */
  readonly unstored: number;
}

interface Compared {
  /** With the choices that were kept. */
  readonly resource: Pick<Resource, 'attributes'>;
  readonly link: Pick<Link, 'attributes' | 'unstored'>;
  /** As the target answered it. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly digest: Digest;
  readonly targetIdOf: TargetIdOf;
}

/** `active` is a matter of lifecycle: see compareLifecycle. */
const lifecyclePath = 'active';

/** Compares the managed attributes of a linked resource with what the target shows. */
export function compareResource({ resource, link, body, digest, targetIdOf }: Compared): ResourceComparison {
  const values: ValueDrift[] = [];
  const absent: ValueDrift[] = [];
  const shown: string[] = [];
  let waiting = 0;
  let unstored = 0;
  let isAnothers = false;
  for (const [text, desired] of resource.attributes) {
    if (text === lifecyclePath) continue;
    const path = scimPath(text);
    const held = readScimPath(body, path);
    const wanted = plainValue(desired, targetIdOf);
    const verdict = compareValue(body, path, wanted);
    if (isFilled(held) && (verdict === 'same' || text !== 'externalId')) shown.push(text);
    if (verdict === 'same' || verdict === 'untold') continue;
    if (link.unstored?.includes(text) === true) unstored += 1;
    else if (!isAcknowledged(text, desired, link, digest, targetIdOf)) waiting += 1;
    else if (verdict === 'absent') absent.push({ path: text, held: undefined, wanted });
    else if (text === 'externalId' && wanted !== undefined) isAnothers = true;
    else values.push({ path: text, held: isFilled(held) ? held : undefined, wanted });
  }
  return { values, absent, shown, isAnothers, waiting, unstored };
}

/** The target last acknowledged exactly what is wanted. */
function isAcknowledged(
  path: string,
  desired: DesiredValue | null,
  { attributes }: Pick<Link, 'attributes'>,
  digest: Digest,
  targetIdOf: TargetIdOf,
): boolean {
  const wanted = digestAttributes(new Map([[path, desired]]), digest, targetIdOf)[path] ?? empty;
  return attributes[path] === wanted;
}

/** A reference to somebody whom the target does not have is no value. */
function plainValue(desired: DesiredValue | null | undefined, targetIdOf: TargetIdOf): ScimValue | undefined {
  if (desired === null || desired === undefined) return undefined;
  return desired instanceof Reference ? targetIdOf(desired.id) : desired;
}
