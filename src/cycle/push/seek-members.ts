import type { Link } from '../../core/model/link.ts';
import { strangerAccount } from '../../core/model/stranger.ts';
import { isFailure } from '../../ports/scim-target.ts';
import type { Pieces, MemberStep } from './member-pieces.ts';
import type { PushContext } from './push-context.ts';
import { lostIfGone, remember } from './remember.ts';
import { isSettling } from '../match/settling.ts';

/** Readings for one refused chunk, at most. */
const mostSought = 100;

/**
 * Looks whether a member whom the target refuses alone is still there: who answers 404 by id is lost, and is made again
 * by the next cycle. A target that lost one may have lost more: then the others of the same chunk are looked for as
 * well, instead of one refused request each.
 */
export async function seekMembers(
  [step]: readonly MemberStep[],
  pieces: Pieces,
  context: PushContext,
): Promise<boolean> {
  if (step === undefined || !(await isLost(step, context))) return false;
  const others = pieces.dropHalves();
  const sought = others.slice(0, mostSought);
  await Promise.all(sought.map((other) => isLost(other, context, true)));
  if (others.length > 0) pieces.again(others);
  return true;
}

/**
 * Whoever the target does not have any more is noted as lost.
 *
 * @param isProven its word was found good a moment ago, and no others are asked for again
 */
async function isLost({ id }: MemberStep, context: PushContext, isProven = false): Promise<boolean> {
  const link = context.links.get(id);
  if (link === undefined || link.lifecycle === 'lost') return true;
  if (strangerAccount(id) !== undefined) return isStrangerGone(link, context);
  const held = await context.target.read(link.type, link.targetId, context.signal, 'members');
  if (!isFailure(held) || held.class !== 'gone') return false;
  if (isProven && !(await isSettling(link, context.links.values(), context, context.clock.now()))) {
    context.missing.add(id);
    await remember(context, { ...link, lifecycle: 'lost' });
  } else await lostIfGone(link, held, context);
  return context.links.get(id)?.lifecycle === 'lost';
}

/** Somebody without an entry is nobody to be made again; whether a user or a group, nothing says. */
async function isStrangerGone(link: Link, { target, links, signal }: PushContext): Promise<boolean> {
  for (const type of ['user', 'group'] as const) {
    const held = await target.read(type, link.targetId, signal, 'members');
    if (!isFailure(held) || held.class !== 'gone') return false;
  }
  links.set(link.sourceId, { ...link, lifecycle: 'lost' });
  return true;
}
