import { isUsableCursor } from '../answers/list.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { endpoints, isRefusal, type Answer, type Body } from '../shared/message.ts';
import { idOf } from '../answers/resource.ts';
import type { Bench } from './bench.ts';
import { resourcesOf } from './specimen.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** Lists and their pages (RFC 7644 §3.4.2.4, RFC 9865). With two users at least, since anna and ben are there. */
export const lists: Subject = {
  name: 'Lists',
  trials: [
    { name: 'pages by index', run: tryIndex },
    { name: 'size of a page', run: trySize },
    { name: 'beyond the end', run: tryBeyond },
    { name: 'pages by cursor', run: tryCursor },
  ],
};

interface Page {
  readonly rows: readonly Body[];
  readonly total: number | undefined;
  readonly nextCursor: string | undefined;
}

async function page(bench: Bench, query: string): Promise<Page | string> {
  const answer = await bench.ask('GET', `${endpoints.user}?${query}`);
  return isRefusal(answer) ? words(answer) : pageOf(answer);
}

function pageOf(answer: Answer): Page {
  const total = Number(readScimPath(answer.body ?? {}, scimPath('totalResults')));
  const cursor = readScimPath(answer.body ?? {}, scimPath('nextCursor'));
  return {
    rows: resourcesOf(answer),
    total: Number.isFinite(total) ? total : undefined,
    nextCursor: typeof cursor === 'string' && cursor !== '' && isUsableCursor(cursor) ? cursor : undefined,
  };
}

async function tryIndex(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.ben, 'there are no two users');
  const first = await page(bench, 'startIndex=1&count=1');
  if (typeof first === 'string')
    return {
      verdict: 'refused',
      text: `lists are refused (${first})`,
      says: { list: { usable: false } },
      blocks: !isSearchable(bench),
    };
  const second = await page(bench, 'startIndex=2&count=1');
  if (typeof second === 'string')
    return { verdict: 'refused', text: `startIndex is refused (${second})`, says: { list: { paging: 'none' } } };
  if (first.rows.length === 0)
    return {
      verdict: 'lies',
      text: 'lists are empty, although there are users',
      says: { list: { usable: false } },
      blocks: !isSearchable(bench),
    };
  const known = new Set(first.rows.map(idOf));
  const isNew = second.rows.some((row) => !known.has(idOf(row)));
  if (first.rows.length > 1 && !isNew) {
    const whole = first.rows.length === first.total || first.total === undefined;
    return {
      verdict: 'lies',
      text: `count and startIndex are ignored: each answer has ${first.rows.length} users`,
      says: { list: whole ? { paging: 'none' } : { usable: false } },
    };
  }
  if (!isNew)
    return {
      verdict: 'lies',
      text: 'startIndex is ignored: the second page is the first one again',
      says: first.nextCursor === undefined ? { list: { usable: false } } : {},
    };
  const remarks = [
    first.rows.length > 1 ? 'count is ignored' : '',
    first.total === undefined
      ? 'totalResults is not told'
      : first.total < 2
        ? 'totalResults is the size of the page'
        : '',
  ].filter((text) => text !== '');
  if (remarks.length > 0) return { verdict: 'lies', text: `startIndex works; ${remarks.join('; ')}` };
  return works(`startIndex and count work; there are ${first.total ?? 0} users`);
}

/** Whoever can be neither searched nor listed cannot be found before they are made. */
function isSearchable({ facts }: Bench): boolean {
  return [...facts.searchable.users.values()].includes(true);
}

/** Where there are fewer users than that, no end can be met. */
async function trySize(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.ben, 'there are no two users');
  const first = await page(bench, 'startIndex=1&count=1000');
  if (typeof first === 'string') return { verdict: 'refused', text: `a page of 1,000 is refused (${first})` };
  const { total = 0, rows } = first;
  if (rows.length >= Math.min(total, 1000)) return works(`of 1,000 that were asked for all ${rows.length} are there`);
  const text = `a page has at most ${rows.length} of ${total} users`;
  return works(
    text,
    rows.length > 0 && rows.length < bench.dialect().list.pageSize ? { list: { pageSize: rows.length } } : {},
  );
}

async function tryBeyond(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.ben, 'there are no two users');
  const first = await page(bench, 'startIndex=1&count=1');
  if (typeof first === 'string') throw new Untestable('lists are refused');
  const beyond = await page(bench, `startIndex=${Math.max(first.total ?? 0, 1000) + 100_000}&count=2`);
  if (typeof beyond === 'string') return { verdict: 'refused', text: `is refused (${beyond})` };
  return beyond.rows.length === 0
    ? works('there is nobody')
    : { verdict: 'lies', text: `the list starts again: ${beyond.rows.length} users are there` };
}

async function tryCursor(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.ben, 'there are no two users');
  const first = await page(bench, 'cursor&count=1');
  if (typeof first === 'string') return { verdict: 'absent', text: `cursors are refused (${first})` };
  if (first.nextCursor === undefined) return { verdict: 'absent', text: 'there are no cursors' };
  const second = await page(bench, `cursor=${encodeURIComponent(first.nextCursor)}&count=1`);
  if (typeof second === 'string')
    return { verdict: 'lies', text: `a cursor is given, and refused when it is used (${second})` };
  const isNew = second.rows.some((row) => idOf(row) !== idOf(first.rows[0]));
  if (!isNew) return { verdict: 'lies', text: 'a cursor leads to the same page again' };
  const index = await page(bench, 'startIndex=2&count=1');
  const isOnly = typeof index === 'string' || idOf(index.rows[0]) === idOf(first.rows[0]);
  return works('cursors lead from page to page', isOnly ? { list: { paging: 'cursor', usable: true } } : {});
}

/** Groups can be long: lists are cheaper without members. */
export async function tryExcluded(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.crew, 'no group could be made');
  const whole = await bench.ask('GET', `${endpoints.group}?startIndex=1&count=1`);
  const without = await bench.ask('GET', `${endpoints.group}?startIndex=1&count=1&excludedAttributes=members`);
  if (isRefusal(without)) return { verdict: 'refused', text: `excludedAttributes is refused (${words(without)})` };
  const shown = (answer: Answer): boolean =>
    resourcesOf(answer).some((row) => readScimPath(row, scimPath('members')) !== undefined);
  if (shown(without)) return { verdict: 'lies', text: 'excludedAttributes=members is ignored' };
  const isNeeded = !isRefusal(whole) && shown(whole);
  return works(
    isNeeded ? 'excludedAttributes=members leaves them out' : 'lists of groups show no members',
    isNeeded ? { list: { excludeMembers: true } } : {},
  );
}
