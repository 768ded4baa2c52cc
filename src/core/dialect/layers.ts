import type { Dialect } from './dialect.ts';

/** Where a value comes from, from the weakest to the strongest. */
export type Origin = 'rfc' | 'profile' | 'discovery' | 'learned' | 'config';

/** A dialect of which only some is said. Lists are values: they are replaced, not joined. */
export type PartialDialect = {
  readonly [Key in keyof Dialect]?: Dialect[Key] extends readonly unknown[] | string | Dialect['headers']
    ? Dialect[Key]
    : Partial<Dialect[Key]>;
};

/** One layer over those before it. */
export interface Layer {
  readonly origin: Origin;
  readonly says: PartialDialect;
}

/** One value of a dialect by its name (`members.addPerRequest`). */
export interface Setting {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Lays the layers over each other, the last one on top. The first has to be complete. */
export function layDialect(base: Dialect, layers: readonly Layer[]): Dialect {
  let dialect = base;
  for (const { says } of layers) dialect = overlay(dialect, says);
  return dialect;
}

function overlay(dialect: Dialect, says: PartialDialect): Dialect {
  return Object.fromEntries(
    Object.entries(dialect).map(([key, value]: [string, unknown]) => {
      const said: unknown = Reflect.get(says, key);
      if (said === undefined) return [key, value];
      return [key, isSection(key, value) && isPlain(said) ? { ...value, ...said } : said];
    }),
  ) as unknown as Dialect;
}

/** Every value with the layer that it comes from, in the order of the dialect. */
export function listSettings(base: Dialect, layers: readonly Layer[]): Setting[] {
  const dialect = layDialect(base, layers);
  const originOf = (name: string): Origin =>
    layers.findLast(({ says }) => valueAt(says, name) !== undefined)?.origin ?? 'rfc';
  return Object.entries(dialect).flatMap(([key, value]: [string, unknown]) => {
    const names = isSection(key, value) ? Object.keys(value).map((sub) => `${key}.${sub}`) : [key];
    return names.map((name) => ({ name, value: valueAt(dialect, name), origin: originOf(name) }));
  });
}

/** Of what one layer says, only what none of the others says. */
export function withoutSaid(says: PartialDialect, others: readonly Layer[]): PartialDialect {
  const isSaid = (name: string): boolean => others.some((other) => valueAt(other.says, name) !== undefined);
  return Object.fromEntries(
    Object.entries(says).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
      if (!isSection(key, value)) return isSaid(key) ? [] : [[key, value]];
      return [[key, Object.fromEntries(Object.entries(value).filter(([sub]) => !isSaid(`${key}.${sub}`)))]];
    }),
  );
}

function valueAt(tree: object, name: string): unknown {
  const [key = '', sub] = name.split('.');
  const value: unknown = Reflect.get(tree, key);
  if (sub === undefined) return value;
  return isPlain(value) ? value[sub] : undefined;
}

/** `headers` is a value although it is an object: its keys are not ours. */
function isSection(key: string, value: unknown): value is Record<string, unknown> {
  return key !== 'headers' && isPlain(value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
