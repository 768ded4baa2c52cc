import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { LearnableSetting } from '../../../core/dialect/learned-setting.ts';
import type { Body } from '../shared/message.ts';
import { withWholeLists } from './whole-lists.ts';
import { isManager, type WireChange } from './wire-change.ts';

/** Another form of a PATCH, and what is learned where it is the one that works. */
export interface Form {
  readonly setting: LearnableSetting | undefined;
  readonly value: string | boolean;
  readonly way: Dialect;
  readonly fits: (change: WireChange) => boolean;
  /** What is said in place of the changes. */
  readonly said?: (changes: readonly WireChange[]) => readonly WireChange[];
}

/** What came with a POST, and not by PATCH so far. */
export function byPatch(dialect: Dialect): Form {
  return { setting: undefined, value: '', way: dialect, fits: () => true };
}

/** What was joined with others, and answered with nothing but a number. */
export function byItself(dialect: Dialect): Form {
  return { setting: 'bulk.use', value: false, way: dialect, fits: () => true };
}

/** Elements of lists, where a path with a filter had no effect. */
export function asWholeLists(dialect: Dialect, body: Body): Form {
  return {
    setting: 'patch.valueFilters',
    value: false,
    way: dialect,
    fits: ({ path }) => path.filter !== undefined,
    said: (changes) => withWholeLists(body, changes, dialect.values),
  };
}

/** The forms that are not in use. */
export function otherForms(dialect: Dialect): Form[] {
  const { patch, values } = dialect;
  const managers = (['object', 'string', 'sub-attribute', 'array'] as const).filter(
    (manager) => manager !== values.manager,
  );
  const paths = patch.paths === 'each' ? 'object' : 'each';
  const extensionPaths = patch.extensionPaths === 'colon' ? 'object' : 'colon';
  const clears = (['remove', 'null', 'empty'] as const).filter(
    (clear) => clear !== patch.clear && patch.clear !== 'skip',
  );
  const isPlain = ({ path, value }: WireChange): boolean =>
    path.filter === undefined && value !== undefined && !isManager(path);
  return [
    ...managers.map((manager): Form => ({
      setting: 'values.manager',
      value: manager,
      way: { ...dialect, values: { ...values, manager } },
      fits: ({ path, value }) => isManager(path) && value !== undefined,
    })),
    {
      setting: 'patch.extensionPaths',
      value: extensionPaths,
      way: { ...dialect, patch: { ...patch, extensionPaths } },
      fits: (change) => isPlain(change) && change.path.schema !== undefined,
    },
    { setting: 'patch.paths', value: paths, way: { ...dialect, patch: { ...patch, paths } }, fits: isPlain },
    ...clears.map((clear): Form => ({
      setting: 'patch.clear',
      value: clear,
      way: { ...dialect, patch: { ...patch, clear } },
      fits: ({ path, value }) => value === undefined && path.filter === undefined,
    })),
  ];
}
