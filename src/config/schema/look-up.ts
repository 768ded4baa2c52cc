import * as z from 'zod';
import type { ConfigPath } from '../place.ts';
import { forms, type Later } from './values.ts';

/** What the schema knows about a path. */
export interface SchemaPlace {
  /** Keys that may stand there, where it is a section with fixed keys. */
  readonly keys: readonly string[];
  readonly form: string | undefined;
  /** True where any text will do. */
  readonly quotable: boolean;
  readonly later: Later | undefined;
  readonly description: string | undefined;
}

/** Follows a path through the schema; undefined when it leads nowhere. */
export function lookUp(schema: z.core.$ZodType, path: ConfigPath): SchemaPlace | undefined {
  const { inner, ...words } = unwrap(schema);
  const [part, ...rest] = path;
  if (part === undefined) return { ...words, keys: keysOf(inner) };
  const next = child(inner, part);
  return next === undefined ? undefined : lookUp(next, rest);
}

function keysOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodUnion ? schema.options.flatMap((option) => keysOf(unwrap(option).inner)) : [];
}

function child(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    return Object.hasOwn(shape, part) ? shape[part] : undefined;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) {
    return schema.options.map((option) => child(unwrap(option).inner, part)).find((found) => found !== undefined);
  }
  return undefined;
}

/** Takes off defaults, options and transforms, and gathers what they say about themselves on the way. */
function unwrap(schema: z.core.$ZodType): Omit<SchemaPlace, 'keys'> & { readonly inner: z.core.$ZodType } {
  const own = forms.get(schema);
  const description = z.globalRegistry.get(schema)?.description;
  const wrapped = wrappedBy(schema);
  if (wrapped === undefined)
    return { inner: schema, form: own?.form, quotable: own?.quotable === true, later: own?.later, description };
  const below = unwrap(wrapped);
  return {
    inner: below.inner,
    form: own?.form ?? below.form,
    quotable: own === undefined ? below.quotable : own.quotable === true,
    later: own?.later ?? below.later,
    description: description ?? below.description,
  };
}

function wrappedBy(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional)
    return schema.unwrap();
  return schema instanceof z.ZodPipe ? schema.in : undefined;
}
