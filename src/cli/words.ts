import { printable } from '../core/wording/foreign.ts';
import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import { shortPath } from '../core/mapping/scim-path.ts';
import { count, whole } from '../core/wording/count.ts';
import type { ResourceType } from '../core/model/entry.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { ReasonCounts } from '../core/model/resource.ts';

/** What names nobody who is read, as a sentence. */
export function unresolvedText({ members, groups, references }: UnresolvedCounts): string {
  const parts = [
    members === 0 ? '' : `${count(members, 'member')} in ${count(groups, 'group')}`,
    references === 0 ? '' : count(references, 'reference'),
  ];
  return `${parts.filter((part) => part !== '').join(' and ')} in the directory ${members + references === 1 ? 'names' : 'name'} nobody who is read`;
}

/** What a target does not store, by path, the most first. */
export function unstoredText(unstored: Readonly<Record<string, number>>): string {
  const paths = Object.entries(unstored).sort(([, a], [, b]) => b - a);
  return `the target does not store as it was sent: ${paths.map(([path, times]) => `${shortPath(path)} (${times.toLocaleString('en-US')})`).join(', ')}`;
}

/** Who is in adopted groups without the directory's word. */
export function strangersText(strangers: number): string {
  return `${count(strangers, 'member')} of adopted groups that the directory does not have (kept)`;
}

/** The first few of such values; what is left is counted. */
export function unresolvedValues(values: readonly string[]): string {
  const more = values.length - mostValues;
  return `${values.slice(0, mostValues).map(printable).join('; ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

/** As many as a person wants to read. */
const mostValues = 5;

/** `350 ms`, `2.1 s`, `3 min 20 s`, `5 h 2 min`, `40 d 3 h`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function resourceTypeName(type: ResourceType): string {
  return type === 'user' ? 'user' : 'group';
}

/** `3 entries cannot be written (2 ambiguous_match, 1 map_error)`. */
export function rejectedText(counts: ReasonCounts): string {
  const parts = Object.entries(counts);
  const sum = parts.reduce((all, [, number]) => all + number, 0);
  return `${sum.toLocaleString('en-US')} ${sum === 1 ? 'entry' : 'entries'} cannot be written (${parts.map(([reason, number]) => `${number} ${reason}`).join(', ')})`;
}

/** `3 people wait for a seat: 500 of 500 are taken`. */
export function seatsText({ of, taken, waiting }: NonNullable<TargetState['seats']>): string {
  return `${waiting === 1 ? '1 person waits' : `${whole(waiting)} people wait`} for a seat: ${whole(taken)} of ${whole(of)} are taken`;
}
