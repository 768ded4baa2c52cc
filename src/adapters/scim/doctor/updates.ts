import { enterpriseUser, readScimPath, scimPath, shortPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import type { Body } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { change, tryPut, withoutPath } from './change.ts';
import { shows, told, type Effect } from './effect.ts';
import { plainPaths } from './patch-shapes.ts';
import { read } from './specimen.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';

/** Whole resources, and what can be changed at all. */
export const updates: Subject = {
  name: 'Updates',
  trials: [
    { name: 'PUT', run: tryWhole },
    { name: 'after creation only', run: tryAfterwards },
    { name: 'locked attributes', run: tryLocked },
  ],
};

/** A PUT with one attribute changed and another left out (RFC 7644 §3.5.1: that may be cleared). */
async function tryWhole(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.anna, 'no user could be made');
  const path = needed(plainPaths(bench)[0], 'no text is kept that could be changed');
  const held = await read(bench, 'user', id);
  const required = bench.says().users?.required ?? [];
  const omitted = ['title', `${enterpriseUser}:department`, 'displayName'].find(
    (one) =>
      one !== path &&
      facts.kept.includes(one) &&
      !required.includes(one) &&
      readScimPath(held ?? {}, scimPath(one)) !== undefined,
  );
  const value = bench.fresh();
  const edit = (body: Body): void => {
    body[path.split('.')[0] ?? path] = path.includes('.') ? { familyName: value, givenName: value } : value;
    if (omitted !== undefined) withoutPath(body, omitted);
  };
  const effect = await tryPut(bench, 'user', id, edit, (now) => shows(now, path, value));
  const isNeeded = facts.userUpdate === undefined;
  if (effect.kind !== 'done') {
    if (isNeeded) facts.userUpdate = 'none';
    return {
      verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
      text: `${told(effect)}${isNeeded ? ': attributes are not changed at all' : ''}`,
      says: isNeeded ? { users: { update: 'none' } } : {},
    };
  }
  const now = await read(bench, 'user', id);
  const isMerge = omitted !== undefined && readScimPath(now ?? {}, scimPath(omitted)) !== undefined;
  const update = isMerge ? 'put-merge' : 'put';
  if (isNeeded) facts.userUpdate = update;
  return works(
    isMerge ? 'leaves alone what it does not name' : 'replaces the whole user',
    isNeeded ? { users: { update } } : confirmed(bench),
  );
}

/** PATCH works, whatever ServiceProviderConfig says. */
function confirmed({ facts }: Bench): { readonly users?: { readonly update: 'patch' } } {
  return facts.discovered.users?.update === undefined ? {} : { users: { update: 'patch' } };
}

/** What was not kept of a new user may be kept of a change: then it need not be left out. */
async function tryAfterwards(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const anna = needed(facts.anna, 'no user could be made');
  if (facts.userUpdate === undefined || facts.userUpdate === 'none') throw new Untestable('attributes are not changed');
  const { drop = [] } = bench.says().users ?? {};
  const kept: string[] = [];
  for (const path of needed(
    facts.ignored.length > 0 ? facts.ignored : undefined,
    'all that was taken at creation was kept',
  )) {
    if (scimPath(path).filter !== undefined) continue;
    const value = bench.fresh();
    const effect = await change(bench, 'user', anna.id, path, value, (held) => shows(held, path, value));
    if (effect.kind === 'done') kept.push(path);
  }
  if (kept.length === 0)
    return { verdict: 'lies', text: 'what is not kept of a new user is not kept of a change either' };
  facts.kept = [...facts.kept, ...kept];
  const left = drop.filter((path) => !kept.map(shortPath).includes(path));
  return {
    verdict: 'lies',
    text: `${kept.map(shortPath).join(', ')}: not kept of a new user, and of a change`,
    says: { users: { drop: left } },
  };
}

/** Each attribute that a person can get anew. What is refused although others can be changed counts as locked. */
async function tryLocked(bench: Bench): Promise<TrialResult> {
  const { facts, tag } = bench;
  const anna = needed(facts.anna, 'no user could be made');
  if (facts.userUpdate === undefined || facts.userUpdate === 'none') throw new Untestable('attributes are not changed');
  const primary = bench.dialect().values.primary ? { primary: true } : {};
  const tries: (readonly [path: string, value: ScimValue, shown: string])[] = [
    ['userName', `${tag}-renamed@example.com`, `${tag}-renamed`],
    ...['displayName', 'name.givenName', 'name.familyName', 'title']
      .map((path) => [path, bench.fresh(), ''] as const)
      .map(([path, value]) => [path, value, value] as const),
    ['emails', [{ value: `${tag}-moved@example.com`, type: 'work', ...primary }], `${tag}-moved`],
  ];
  const locked: { readonly path: string; readonly effect: Effect }[] = [];
  const changed: string[] = [];
  for (const [path, value, shown] of tries) {
    if (path !== 'userName' && !facts.kept.some((kept) => kept === path || kept.startsWith(`${path}[`))) continue;
    const effect = await change(bench, 'user', anna.id, path, value, (held) => shows(held, path, shown));
    if (effect.kind !== 'done') locked.push({ path: shortPath(path), effect });
    else changed.push(shortPath(path));
    if (effect.kind === 'done' && path === 'userName') facts.anna = { ...anna, name: `${tag}-renamed@example.com` };
  }
  if (locked.length === 0) return works(`none: ${changed.join(', ')} can be changed`);
  const isLie = locked.some(({ effect }) => effect.kind === 'nothing');
  return {
    verdict: isLie ? 'lies' : 'refused',
    text: `cannot be changed: ${locked.map(({ path, effect }) => `${path} ${told(effect)}`).join('; ')}`,
    says: { users: { immutable: locked.map(({ path }) => path) } },
  };
}
