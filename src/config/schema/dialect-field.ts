import * as z from 'zod';
import { forms } from './values.ts';

/** One schema a key of the dialect: with one too many or too few, or one of another type, this does not compile. */
export type Fields<Section> = { readonly [Key in keyof Section]-?: z.ZodType<Section[Key] | undefined> };

/** A value that may be left out; `usual` is the one of the RFC, which then holds. */
export function leaf<Schema extends z.ZodType>(
  schema: Schema,
  usual: unknown,
  description: string,
): z.ZodExactOptional<Schema> {
  return z.exactOptional(schema).meta({ description, default: usual });
}

/** Of operations, members, bytes or characters. */
export const number = z.int().min(1).register(forms, { form: 'a whole number above 0' });
