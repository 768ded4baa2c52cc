import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { ExpressionFlaw } from './flaw.ts';

/** A node of the syntax tree as the CEL library parses it. */
export type Node = ASTNode;

/** Longest source, and the limits of its tree: more than any map needs, few enough to be walked recursively. */
const sourceLimit = 10_000;
const limits = { maxAstNodes: 2000, maxDepth: 64, maxListElements: 1000, maxMapEntries: 200, maxCallArguments: 100 };
const environment = new Environment({ unlistedVariablesAreDyn: true, limits });

/** Reads an expression. Throws a Flaw with place and suggestion when it is not one. */
export function parseExpression(source: string): Node {
  if (source.trim() === '') throw new ExpressionFlaw(0, 'the expression is empty', 'write null for no value');
  if (source.length > sourceLimit)
    throw new ExpressionFlaw(sourceLimit, `the expression is longer than ${sourceLimit} characters`);
  try {
    return environment.parse(source).ast;
  } catch (thrown) {
    if (thrown instanceof ParseError) throw syntaxFlaw(thrown, source);
    if (thrown instanceof RangeError) throw new ExpressionFlaw(0, 'the expression is nested too deeply');
    throw thrown;
  }
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a text',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  BYTES: 'bytes',
  PLUS: '+',
  MINUS: '-',
  MULTIPLY: '*',
  DIVIDE: '/',
  MODULO: '%',
  EQ: '==',
  NE: '!=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
  AND: '&&',
  OR: '||',
  NOT: '!',
  IN: 'in',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  DOT: '.',
  COMMA: ',',
  COLON: ':',
  QUESTION: '?',
};

const limitNames: Readonly<Record<string, string>> = {
  maxAstNodes: 'parts',
  maxDepth: 'levels',
  maxListElements: 'elements in a list',
  maxMapEntries: 'entries in a map',
  maxCallArguments: 'arguments',
};

function syntaxFlaw(error: ParseError, source: string): ExpressionFlaw {
  const start = error.range?.start ?? 0;
  const found = source.slice(start, Math.max(error.range?.end ?? 0, start + 1));
  return new ExpressionFlaw(start, describe(error, found), meant(found, source.slice(0, start), source.slice(start)));
}

function describe({ code, summary }: ParseError, found: string): string {
  switch (code) {
    case 'unexpected_character':
      return `"${found}" is not expected here`;
    case 'reserved_identifier':
      return `"${found}" is a word of the language and cannot be an attribute's name here`;
    case 'limit_exceeded': {
      const limit = /Exceeded (\w+) \((\d+)\)/.exec(summary);
      return `the expression has more than ${limit?.[2] ?? 'the allowed'} ${limitNames[limit?.[1] ?? ''] ?? 'parts'}`;
    }
    case 'unexpected_token':
      return `${tokens[/\w+$/.exec(summary)?.[0] ?? ''] ?? 'something else'} stands where a value is expected`;
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
      return 'the text has no closing quote';
    case 'invalid_macro_argument':
      return 'the first argument must be a new name, like in proxyAddresses.filter(a, a.startsWith("smtp:"))';
    default:
      return summary
        .replace(/[A-Z]{2,}/g, (token) => tokens[token] ?? token)
        .replace(/^[A-Z]/, (first) => first.toLowerCase());
  }
}

/** What other languages write in this place. */
const spellings: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  '&': '&&',
  '|': '||',
  is: '==',
  eq: '==',
  ne: '!=',
  gt: '>',
  lt: '<',
  ge: '>=',
  le: '<=',
  co: '.contains(…)',
  sw: '.startsWith(…)',
  like: '.matches("…")',
  pr: '!= null',
};

function meant(found: string, before: string, after: string): string | undefined {
  if (after.startsWith('=')) return 'compare with ==';
  if (/\bnot\s*$/i.test(before)) return 'write !';
  if (found === 'if') return 'write condition ? a : b';
  if (before.endsWith('<') && after.startsWith('>')) return 'compare with !=';
  if (/^[“”„‘’«»]/.test(found)) return 'use straight quotes: "…"';
  const known = Object.hasOwn(spellings, found.toLowerCase()) ? spellings[found.toLowerCase()] : undefined;
  if (known !== undefined) return `write ${known}`;
  return /^[A-Za-z_]\w*$/.test(found) ? `attr("${found}") reads an attribute of that name` : undefined;
}
