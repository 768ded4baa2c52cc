import type { ListDialect } from '../../../core/dialect/dialect.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { List } from '../answers/list.ts';
import type { Refusal } from '../shared/message.ts';

export interface Walk {
  /** `partial`: it takes more requests than allowed, does not add up, or could not all be taken. */
  readonly result: 'whole' | 'partial' | Refusal;
  readonly requests: number;
}

/**
 * Walks a list to its end. By index, the next page starts behind what really came, not behind what was asked for (RFC
 * 7644 §3.4.2.4: a page may be shorter), and the list ends with a page that brings nothing new, because neither a short
 * page nor `totalResults` can be relied on: targets cap pages, call the size of the page the total (WSO2, scim2-server),
 * ignore the paging, or start again from the beginning behind the end (scimmy). By cursor (RFC 9865 §2), it ends where
 * no next cursor is given. Either way it is taken as the whole when at least as many different ids came as any page
 * promised.
 *
 * @param ask reads the page at a place, which is given as query parameters
 * @param take is given each page before the next is asked for; false: there is no room for it
 */
export async function walkPages(
  ask: (place: readonly string[]) => Promise<List | Refusal>,
  dialect: ListDialect,
  budget: number,
  take: (page: List) => Promise<boolean>,
): Promise<Walk> {
  const found = new Set<TargetId>();
  let promised: number | undefined;
  let received = 0;
  /** Undefined: by index. Empty: the first page by cursor. */
  let cursor = dialect.paging === 'cursor' ? '' : undefined;
  const whole = (): 'whole' | 'partial' => (found.size >= (promised ?? 0) ? 'whole' : 'partial');
  for (let requests = 1; requests <= budget; requests += 1) {
    const page = await ask(placeOf(dialect, cursor, received));
    if ('class' in page) return { result: page, requests };
    if (page.unusable.length > 0) return { result: 'partial', requests }; // whoever that is, a look-up of the others may do without
    const before = found.size;
    if (!(await take(page))) return { result: 'partial', requests };
    for (const { id } of page.resources) found.add(id);
    received += page.resources.length;
    if (page.total !== undefined) promised = Math.max(promised ?? 0, page.total);
    if (dialect.paging === 'none') return { result: whole(), requests };
    const byCursor = cursor;
    cursor = dialect.paging === 'index' ? undefined : page.nextCursor;
    if (cursor !== undefined) {
      if (cursor === byCursor) return { result: 'partial', requests }; // the same page for ever
    } else if (byCursor !== undefined && whole() === 'whole') {
      return { result: whole(), requests };
    } else {
      // By index; or cursors were asked for, and the target does not know them.
      if (promised === undefined || (byCursor !== undefined && byCursor !== '')) return { result: 'partial', requests };
      if (received === 0) return { result: promised === 0 ? 'whole' : 'partial', requests }; // a total, and nobody behind it
      if (found.size === before) return { result: whole(), requests };
    }
    const pagesLeft =
      Math.ceil(((promised ?? 0) - received) / (page.resources.length || dialect.pageSize)) +
      (cursor === undefined ? 1 : 0);
    if (requests + pagesLeft > budget) return { result: 'partial', requests };
  }
  return { result: 'partial', requests: budget };
}

/** The first page by cursor is asked for with a `cursor` that has no value; everything else is repeated as it was. */
function placeOf({ paging, pageSize }: ListDialect, cursor: string | undefined, received: number): readonly string[] {
  if (paging === 'none') return [];
  if (cursor === undefined) return [`startIndex=${received + 1}`, `count=${pageSize}`];
  return [cursor === '' ? 'cursor' : `cursor=${encodeURIComponent(cursor)}`, `count=${pageSize}`];
}
