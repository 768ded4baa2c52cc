import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { assign, scimPath, unassign } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { type Body } from '../shared/message.ts';
import { withSchemas } from '../answers/resource.ts';
import type { Bench } from './bench.ts';
import { effectOf, tryPatch, type Effect, type IsDone } from './effect.ts';
import { pathOf, read } from './specimen.ts';
import { needed } from './trial.ts';

/** One operation that sets one attribute, in the shape that is known to work. */
export function settingOf(
  { patch }: Pick<Dialect, 'patch'>,
  text: string,
  value: unknown,
  op: 'add' | 'replace' = 'replace',
): Body {
  const path = scimPath(text);
  if (path.filter !== undefined) return { op, path: path.text, value };
  const root = path.schema !== undefined && patch.extensionPaths === 'object' ? path.schema : undefined;
  const name = root === undefined && path.schema !== undefined ? `${path.schema}:${path.attribute}` : path.attribute;
  if (patch.paths === 'each' && root === undefined) return { op, path: path.text, value };
  const inner: Body =
    path.sub === undefined
      ? { [name]: value }
      : patch.paths === 'dotted'
        ? { [`${name}.${path.sub}`]: value }
        : { [name]: { [path.sub]: value } };
  if (patch.paths === 'each') return { op, path: root, value: inner };
  return { op, value: root === undefined ? inner : { [root]: inner } };
}

/** Sets one attribute by what updates go by, and looks. */
export async function change(
  bench: Bench,
  type: ResourceType,
  id: TargetId,
  path: string,
  value: ScimValue,
  isDone: IsDone,
): Promise<Effect> {
  const way = type === 'user' ? bench.facts.userUpdate : bench.facts.groupUpdate;
  if (way === 'patch') return tryPatch(bench, type, id, [settingOf(bench.dialect(), path, value)], isDone);
  return tryPut(
    bench,
    type,
    id,
    (body) => {
      assign(body, scimPath(path), value);
    },
    isDone,
  );
}

/** Read, change, replace (RFC 7644 §3.5.1). */
export async function tryPut(
  bench: Bench,
  type: ResourceType,
  id: TargetId,
  edit: (body: Body) => void,
  isDone: IsDone,
): Promise<Effect> {
  const body = structuredClone(needed(await read(bench, type, id), `the ${type} is not there any more`));
  delete body['meta'];
  edit(body);
  return effectOf(bench, await bench.ask('PUT', pathOf(type, id), withSchemas(type, body)), type, id, isDone);
}

export function withoutPath(body: Body, path: string): void {
  unassign(body, scimPath(path));
}
