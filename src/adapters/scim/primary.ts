import { isBody } from './message.ts';

const marked = new Set(['emails', 'phonenumbers', 'addresses']);

/** Whether elements of this attribute can be the primary one. */
export function hasPrimary(attribute: string): boolean {
  return marked.has(attribute.toLowerCase());
}

/** The list with its first element as the primary one, unless one is already (RFC 7643 §2.4: one at most). */
export function markPrimary(attribute: string, list: readonly unknown[]): readonly unknown[] {
  if (!hasPrimary(attribute) || list.some((element) => isBody(element) && element['primary'] === true)) return list;
  const first = list.findIndex(isBody);
  return list.map((element, index) => (index === first && isBody(element) ? { ...element, primary: true } : element));
}
