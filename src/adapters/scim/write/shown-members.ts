import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { isBody, type Body } from '../shared/message.ts';
import { decodedUri } from '../read/decoded-uri.ts';

/** Who is in a group, as an answer shows it. */
export interface ShownMembers {
  /** Every element as it was shown, with whom it means; undefined: it does not say. */
  readonly elements: readonly { readonly id: TargetId | undefined; readonly element: unknown }[];
  readonly ids: ReadonlySet<TargetId>;
  /** False: some element is nothing that a member can be (RFC 7643 §4.2), so that the list cannot be given back. */
  readonly isClear: boolean;
}

export const noMembers: ShownMembers = { elements: [], ids: new Set(), isClear: true };

/** Undefined: the answer shows no list. */
export function shownMembers(body: Body | undefined): ShownMembers | undefined {
  const shown = body === undefined ? undefined : readScimPath(body, membersPath);
  if (!Array.isArray(shown)) return undefined;
  const elements = (shown as readonly unknown[]).map((element) => ({ id: memberId(element), element }));
  return {
    elements,
    ids: new Set(elements.flatMap(({ id }) => id ?? [])),
    isClear: elements.every(({ id, element }) => id !== undefined || hasDisplay(element)),
  };
}

/** By its value, which some write as a number; else by the end of its reference; or it is nothing but an id. */
function memberId(element: unknown): TargetId | undefined {
  if (!isBody(element)) return textOf(element);
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
