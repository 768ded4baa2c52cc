import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { MemberDialect } from '../../../core/dialect/dialect.ts';
import { isBody, listOf, type Body } from '../shared/message.ts';
import type { Bench, Specimen } from './bench.ts';
import { tryPatch, type IsDone } from './effect.ts';
import { read } from './specimen.ts';
import { needed, Untestable } from './trial.ts';

/** The group of the examination, and the two users who may be in it. */
export interface Cast {
  readonly crew: Specimen;
  readonly anna: Specimen;
  readonly ben: Specimen;
}

/** @throws Untestable where one of them is missing, or groups are not changed by PATCH */
export function castOf(bench: Bench): Cast {
  const { facts } = bench;
  const crew = needed(facts.crew, 'no group could be made');
  if (facts.groupUpdate !== 'patch' && facts.patchStyle !== true)
    throw new Untestable('groups are not changed by PATCH');
  const anna = needed(facts.anna, 'no user could be made');
  return { crew, anna, ben: needed(facts.ben, 'there is no second user') };
}

/** Ids of those whom a group shows; undefined: it shows nobody at all. */
export function membersOf(held: Body | undefined): string[] | undefined {
  const list = held === undefined ? undefined : readScimPath(held, scimPath('members'));
  return Array.isArray(list) ? listOf(list).map((one) => String(isBody(one) ? one['value'] : one)) : undefined;
}

/** With which query a group shows its members, for each way to read them. */
const queries: Readonly<Record<MemberDialect['read'], string>> = {
  get: '',
  attributes: '?attributes=members',
  'own-record': '',
};

/** Whether the target shows who is in a group. */
export function isVisible(bench: Bench): boolean {
  return bench.dialect().members.read !== 'own-record';
}

/** The query with which this target shows the members of a group. */
export function queryOf(bench: Bench): string {
  return queries[bench.dialect().members.read];
}

/** Whether exactly these of anna and ben are in; anything goes where nobody is shown. */
export function has(bench: Bench, ...ids: readonly string[]): IsDone {
  return (held) => {
    const shown = membersOf(held) ?? [];
    return !isVisible(bench) || (shown.length === ids.length && ids.every((id) => shown.includes(id)));
  };
}

/** The first way to read a group that shows this member. */
export async function seenBy(bench: Bench, group: string, member: string): Promise<MemberDialect['read']> {
  for (const way of ['get', 'attributes'] as const) {
    if (membersOf(await read(bench, 'group', group, queries[way]))?.includes(member) === true) return way;
  }
  return 'own-record';
}

/** The values of one `add`, in each style that somebody wants. */
export const styles: Readonly<Record<MemberDialect['add'], (ids: readonly string[]) => Body>> = {
  array: (ids) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }),
  pathless: (ids) => ({ op: 'add', value: { members: ids.map((value) => ({ value })) } }),
  nested: (ids) => ({ op: 'add', path: 'members', value: { members: ids.map((value) => ({ value })) } }),
  ids: (ids) => ({ op: 'add', path: 'members', value: ids }),
};

/** One operation that adds these, in the style that was found to work. */
export function additionOf(bench: Bench, ids: readonly string[]): Body {
  return styles[bench.dialect().members.add](ids);
}

/** @throws Untestable where no style of `add` was found to work */
export function added(bench: Bench): Cast {
  if (bench.says().members?.add === undefined) throw new Untestable('members cannot be added');
  return castOf(bench);
}

/** Adds them one after the other. Answers whether both are in, as far as that is shown. */
export async function addBoth(bench: Bench, crew: Specimen, anna: Specimen, ben: Specimen): Promise<boolean> {
  for (const { id } of [anna, ben]) await tryPatch(bench, 'group', crew.id, [additionOf(bench, [id])], () => true);
  const shown = membersOf(await read(bench, 'group', crew.id, queryOf(bench))) ?? [];
  return !isVisible(bench) || [anna, ben].every(({ id }) => shown.includes(id));
}
