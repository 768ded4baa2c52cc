import { readActive } from '../mapping/active.ts';
import { readScimPath, scimPath } from '../mapping/scim-path.ts';
import { empty, type Digest, type Link } from '../model/link.ts';
import type { AttributeChange } from '../model/plan.ts';
import type { DesiredAttributes } from '../model/resource.ts';
import { digestAttributes, isNoValue } from './diff.ts';

/*
 * An account of ours that the target had lost, and that does not show everything: what it does not show is as it was
 * acknowledged, and not as the answer looks. Of accounts that were never ours nothing speaks for it.
 */

type Before = Pick<Link, 'attributes'> | undefined;
type Body = Readonly<Record<string, unknown>>;

/**
 * Whether an account that does not say whether it is active may be switched off: it was not acknowledged as active.
 *
 * @param before the link of the lost account
 */
export function mayBeOff(before: Before, body: Body, digest: Digest): boolean {
  if (before === undefined || readActive(body) !== undefined) return false;
  return (
    before.attributes['active'] !== digestAttributes(new Map([['active', true]]), digest, () => undefined)['active']
  );
}

/** What is to have no value and shows none, and had one as far as it was acknowledged, or may have had one. */
export function unsaidClears(
  before: Before,
  desired: DesiredAttributes | ReadonlyMap<string, unknown>,
  body: Body,
): AttributeChange[] {
  if (before === undefined) return [];
  return [...desired].flatMap(([path, value]): AttributeChange[] => {
    const mark = before.attributes[path];
    const hadNone = mark === undefined || mark === empty;
    return value !== null || hadNone || !isNoValue(readScimPath(body, scimPath(path)))
      ? []
      : [{ path, change: 'clear' }];
  });
}
