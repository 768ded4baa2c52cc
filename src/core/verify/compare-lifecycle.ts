import { doubtful, unmanaged, type Link } from '../model/link.ts';

/*
 * Whether somebody is active, by what the target last acknowledged and what it shows now. What is wanted decides only
 * whether there is something to wait for:
 *
 *   acknowledged | wanted               | shows active | shows inactive | does not say
 *   -------------+----------------------+--------------+----------------+-------------
 *   active       | active, or not known | -            | disabled       | -
 *   active       | inactive             | waiting      | waiting        | waiting         the next cycle ends it
 *   deactivated  | inactive, or gone    | enabled      | -              | -
 *   deactivated  | active               | waiting      | waiting        | waiting         the next cycle brings it back
 *   left disabled at its adoption                       →  -
 *
 * In place of disabled and enabled: waiting where it is in doubt or not managed. In place of disabled alone: unstored where
 * it is known not to be stored; whoever shall have no access and shows active has it, whatever was known before.
 */

/** @param wanted undefined: nobody says */
export function compareLifecycle(
  { type, lifecycle, leftDisabled, attributes, unstored }: Link,
  wanted: boolean | undefined,
  shown: boolean | undefined,
): 'enabled' | 'disabled' | 'waiting' | 'unstored' | undefined {
  if (type === 'group' || lifecycle === 'lost' || leftDisabled === true) return undefined;
  const acknowledged = lifecycle === 'active';
  if (wanted !== undefined && wanted !== acknowledged) return 'waiting';
  if (shown === undefined || shown === acknowledged) return undefined;
  const mark = attributes['active'];
  if (mark === doubtful || mark === unmanaged) return 'waiting';
  if (shown) return 'enabled';
  return unstored?.includes('active') === true ? 'unstored' : 'disabled';
}
