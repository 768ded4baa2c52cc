import * as z from 'zod';
import { dialectFields } from './dialect.ts';
import { flawed } from './flaw.ts';
import { choice, forms, text } from './values.ts';

const month = z
  .string()
  .register(forms, { form: 'a month in quotes, like "2026-11"', quotable: true })
  .superRefine((input, context) => {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(input))
      flawed(context, { what: `"${input}" is not a month`, fix: 'write it like 2026-11' });
  });

const about = z.strictObject({
  title: text.describe('What the target is called.'),
  sources: z.array(z.url()).min(1).describe('Pages that say so.'),
  date: month.describe('When they were read.'),
  tested: choice(['documented', 'lab']).describe(
    '`documented`: from the sources, not tested live; `lab`: tried against a server.',
  ),
  notes: z.array(text).default([]).describe('What no setting can say.'),
});

const base = z.exactOptional(text);

/** A profile as a file: the ones in config/profiles, and anyone's own. */
export const profileFileSchema = z.strictObject({
  about: z.exactOptional(about).describe('Where the profile comes from.'),
  extends: base.describe(
    'The profile that this one changes: a name, or a file, relative to this one. Without it: rfc7644.',
  ),
  ...dialectFields,
});

/** Where a target says which profile it has. */
export const profileSection = z
  .union([
    text,
    z.strictObject({
      extends: base.describe('The profile that the values change: a name or a file. Without it: rfc7644.'),
      ...dialectFields,
    }),
  ])
  .register(forms, {
    form: 'the name of a profile, a file like ./wiki.yaml, or { extends: NAME, … } with values',
    quotable: true,
  })
  .prefault('rfc7644');

/** What a file or the configuration says of a dialect. */
export type DialectSection = Omit<z.output<typeof profileFileSchema>, 'about' | 'extends'>;
