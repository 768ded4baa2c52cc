import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { eachInTurns } from '../http/turns.ts';
import { isBody, type Body } from '../shared/message.ts';
import { decodedUri } from '../read/decoded-uri.ts';

/** Who is in a group, as an answer shows it. */
export interface ShownMembers {
  /** As it was shown. */
  readonly list: readonly unknown[];
  /** Each of its elements, with whom it means; undefined: it does not say. */
  readonly elements: readonly { readonly id: TargetId | undefined; readonly element: unknown }[];
  readonly ids: ReadonlySet<TargetId>;
  /** False: some element is nothing that a member can be (RFC 7643 §4.2), so that the list cannot be given back. */
  readonly isClear: boolean;
}

export const noMembers: ShownMembers = { list: [], elements: [], ids: new Set(), isClear: true };

/** Undefined: the answer shows no list. Lists are long, so that they are gone through in turns. */
export async function shownMembers(body: Body | undefined): Promise<ShownMembers | undefined> {
  const shown = body === undefined ? undefined : readScimPath(body, membersPath);
  if (!Array.isArray(shown)) return undefined;
  const list: readonly unknown[] = shown;
  const known = lookedAt.get(list);
  // Somebody may have put a member into it since.
  if (known?.elements.length === list.length) return known;
  const elements: ShownMembers['elements'][number][] = [];
  const ids = new Set<TargetId>();
  let isClear = true;
  await eachInTurns(list, (element) => {
    const id = memberId(element);
    elements.push({ id, element });
    if (id !== undefined) ids.add(id);
    else if (!hasDisplay(element)) isClear = false;
  });
  const members = { list, elements, ids, isClear };
  lookedAt.set(list, members);
  return members;
}

/** A pure memo: one answer is asked several times, and may have 100,000 members. */
const lookedAt = new WeakMap<readonly unknown[], ShownMembers>();

/** By its value, which some write as a number; else by the end of its reference; or it is nothing but an id. */
function memberId(element: unknown): TargetId | undefined {
  if (!isBody(element)) return textOf(element);
  const { value } = element;
  if (typeof value === 'string' && Object.hasOwn(element, 'value')) return value; // nearly all
  return textOf(readScimPath(element, valuePath)) ?? idIn(readScimPath(element, referencePath));
}

function idIn(reference: unknown): TargetId | undefined {
  const last =
    typeof reference === 'string' ? /\/(?:Users|Groups)\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(reference)?.[1] : undefined;
  return last === undefined ? undefined : decodedUri(last);
}

function hasDisplay(element: unknown): boolean {
  return (
    isBody(element) &&
    (readScimPath(element, displayPath) !== undefined || readScimPath(element, referencePath) !== undefined)
  );
}

const membersPath = scimPath('members');
const valuePath = scimPath('value');
const referencePath = scimPath('$ref');
const displayPath = scimPath('display');
