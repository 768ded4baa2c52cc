import type { SingleList, ValueDialect } from './dialect.ts';

/** RFC 7643 §4.1.2: the lists that people have several elements of. */
export const singleLists = ['emails', 'phoneNumbers', 'addresses'] as const satisfies readonly SingleList[];

/** Whether a target has room for one element of a list only. */
export function isSingle({ single }: Pick<ValueDialect, 'single'>, attribute: string): boolean {
  const name = singleLists.find((one) => one.toLowerCase() === attribute.toLowerCase());
  return name !== undefined && (typeof single === 'boolean' ? single : single.includes(name));
}
