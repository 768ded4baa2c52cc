import { doubtful, unmanaged, type Link } from '../model/link.ts';

/*
 * Whether somebody is active, by what the target last acknowledged and what it shows now (in no word that is known: unclear). What is wanted decides only
 * whether there is something to wait for:
 *
 *   acknowledged | wanted               | shows active | shows inactive | unclear | does not say
 *   -------------+----------------------+--------------+----------------+---------+-------------
 *   active       | active, or not known | -            | disabled       | unclear | silent
 *   active       | inactive             | waiting      | waiting        | waiting | waiting         the next cycle ends it
 *   deactivated  | inactive, or gone    | enabled      | -              | unclear | silent
 *   deactivated  | active               | waiting      | waiting        | waiting | waiting         the next cycle brings it back
 *   left disabled at its adoption                       →  -
 *
 * In place of disabled and enabled: waiting where it is in doubt or not managed. In place of disabled alone: unstored where
 * it is known not to be stored, and nothing in place of silent; whoever shall have no access and shows active has it, whatever was known before.
 */

/** @param wanted undefined: nobody says */
export function compareLifecycle(
  { type, lifecycle, leftDisabled, attributes, unstored }: Link,
  wanted: boolean | undefined,
  shown: boolean | 'unclear' | undefined,
): 'enabled' | 'disabled' | 'waiting' | 'unstored' | 'unclear' | 'silent' | undefined {
  if (type === 'group' || lifecycle === 'lost' || leftDisabled === true) return undefined;
  const acknowledged = lifecycle === 'active';
  if (wanted !== undefined && wanted !== acknowledged) return 'waiting';
  if (shown === acknowledged) return undefined;
  if (shown === 'unclear') return 'unclear';
  if (shown === undefined) return unstored?.includes('active') === true ? undefined : 'silent';
  const mark = attributes['active'];
  if (mark === doubtful || mark === unmanaged) return 'waiting';
  if (shown) return 'enabled';
  return unstored?.includes('active') === true ? 'unstored' : 'disabled';
}
