import type { MemberChange } from '../../../ports/scim-target.ts';
import { eachInTurns } from '../http/turns.ts';
import type { Body, Refusal } from '../shared/message.ts';
import { memberElement } from './member-requests.ts';
import { shownMembers } from './shown-members.ts';

/**
 * Puts a list of members into a group that goes back whole. Who is shown and not ours goes back exactly as they were
 * shown, whatever their form; whoever is known and not shown stays as well. A list that is not understood is not written.
 * Nor is one that is not shown although somebody is in it, unless there is no other way: whom others put there is unknown.
 *
 * @param onlyWay the target is known to take no PATCH of groups
 */
export async function setMembers(
  body: Body,
  { add, remove, current }: MemberChange,
  onlyWay: boolean,
): Promise<Refusal | undefined> {
  const shown = await shownMembers(body);
  if (shown?.isClear === false) return unclear;
  const known = await current();
  if (shown === undefined && known.length > 0 && !onlyWay) return hidden;
  const leaving = new Set(remove);
  const there = new Set(shown?.ids);
  const unseen = new Set(known.filter((id) => !there.has(id) && !leaving.has(id)));
  const joining = add.filter(({ id }) => !there.has(id) && !unseen.has(id));
  const list: unknown[] = [];
  await eachInTurns(shown?.elements ?? [], ({ id, element }) => {
    if (id === undefined || !leaving.has(id)) list.push(element);
  });
  for (const value of unseen) list.push({ value });
  for (const member of joining) list.push(memberElement(member));
  if (list.length > 0 || shown !== undefined || remove.length > 0) body['members'] = list;
  return undefined;
}

const hidden: Refusal = {
  class: 'unsupported',
  detail: 'the group does not show its members, and is not written whole: those whom others put there would be lost',
};

const unclear: Refusal = {
  class: 'unsupported',
  detail:
    'the group shows members in a form that is not understood, and cannot be written without PATCH: they would be lost',
};
