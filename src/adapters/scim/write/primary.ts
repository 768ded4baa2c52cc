import { isBody } from '../shared/message.ts';

const marked = new Set(['emails', 'phonenumbers', 'addresses']);

/** Whether elements of this attribute can be the primary one. */
export function hasPrimary(attribute: string): boolean {
  return marked.has(attribute.toLowerCase());
}

/**
 * The list with its first element as the primary one, unless one is already (RFC 7643 §2.4: one at most). Every other
 * element says that it is not: GitHub requires `primary` of each.
 */
export function markPrimary(attribute: string, list: readonly unknown[]): readonly unknown[] {
  if (!hasPrimary(attribute)) return list;
  const marked = list.findIndex((element) => isBody(element) && element['primary'] === true);
  const primary = marked === -1 ? list.findIndex(isBody) : marked;
  return list.map((element, index) => (isBody(element) ? { ...element, primary: index === primary } : element));
}
