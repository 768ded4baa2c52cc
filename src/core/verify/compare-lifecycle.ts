import { doubtful, unmanaged, type Link } from '../model/link.ts';

/*
 * Whether somebody is active, by what the target last acknowledged and what it shows now. What is wanted decides only
 * whether there is something to wait for:
 *
 *   acknowledged | wanted               | shows active | shows inactive | does not say
 *   -------------+----------------------+--------------+----------------+-------------
 *   active       | active, or not known | -            | disabled       | -
 *   active       | inactive             | -            | -              | -               the next cycle ends it
 *   deactivated  | inactive, or gone    | enabled      | -              | -
 *   deactivated  | active               | -            | -              | -               the next cycle brings it back
 *   in doubt, left disabled at its adoption, known not to be shown      →  -
 */

/** @param wanted undefined: nobody says */
export function compareLifecycle(
  { type, lifecycle, leftDisabled, attributes, unstored }: Link,
  wanted: boolean | undefined,
  shown: boolean | undefined,
): 'enabled' | 'disabled' | undefined {
  const mark = attributes['active'];
  if (type === 'group' || lifecycle === 'lost' || leftDisabled === true || shown === undefined) return undefined;
  if (mark === doubtful || mark === unmanaged || unstored?.includes('active') === true) return undefined;
  const acknowledged = lifecycle === 'active';
  if (shown === acknowledged || (wanted !== undefined && wanted !== acknowledged)) return undefined;
  return shown ? 'enabled' : 'disabled';
}
