import * as z from 'zod';
import { compileExpression, isProblem } from '../../core/expression/compile.ts';
import { parseScimPath } from '../../core/mapping/scim-path.ts';
import { flawed } from './flaw.ts';
import { choice, forms } from './values.ts';

/** An expression as text, compiled. The type is checked as far as it is known before there is an entry. */
function expression(expected: 'any' | 'bool', form: string) {
  return z
    .string()
    .register(forms, { form, quotable: true })
    .transform((source, context) => {
      const compiled = compileExpression(source, expected);
      if (!isProblem(compiled)) return compiled;
      return flawed(context, {
        code: 'D2S_EXPRESSION_INVALID',
        what: compiled.message,
        fix: compiled.suggestion,
        inside: compiled,
      });
    });
}

export const condition = expression('bool', 'a condition in quotes, like \'department == "Sales"\'');

const value = expression('any', 'an expression in quotes');

/** The source id is always the externalId, and nothing may be put in its place. */
const mapKey = z.string().superRefine((key, context) => {
  const path = parseScimPath(key);
  if (typeof path === 'string') flawed(context, { what: path });
  else if (path.schema === undefined && path.attribute.toLowerCase() === 'externalid') {
    flawed(context, {
      what: 'externalId cannot be mapped: it is always the source id (objectGUID, entryUUID, nsUniqueId), by which people are recognised after a rename',
      fix: 'leave it out',
    });
  }
});

const mapValue = z
  .union([
    value,
    z.null(),
    z.strictObject({
      value: value.describe('The expression.'),
      apply: choice(['always', 'create'])
        .default('always')
        .describe('`create`: sent when the resource is created and never again.'),
    }),
  ])
  .register(forms, { form: 'an expression in quotes, { value: EXPRESSION, apply: create } or null', quotable: true });

export const attributeMap = z.record(mapKey, mapValue).default({});

export type AttributeMapSection = z.output<typeof attributeMap>;
