import type { Value } from '../value.ts';
import { boundedLength, isEmpty, isList, kindOf } from '../value.ts';
import { spendWork } from '../compiled.ts';
import { EvaluationError } from '../expression.ts';
import { eachText, oneInt, oneText, someText, type FunctionDefinition, type Parameter } from './function.ts';
import { pattern } from './pattern.ts';

const text: Parameter = { name: 'text', kind: 'text' };
const patternParameter: Parameter = { name: 'pattern', kind: 'pattern' };

const searches = {
  contains: {
    doc: 'Whether the text (of several: one of them) contains a part. Null: false.',
    example: ['contains(title, "Engineer")', 'true'],
  },
  startsWith: {
    doc: 'Whether the text (of several: one of them) starts with a part. Null: false.',
    example: ['cn.startsWith("app-wiki-")', 'false'],
  },
  endsWith: {
    doc: 'Whether the text (of several: one of them) ends with a part. Null: false.',
    example: ['mail.endsWith("@corp.example")', 'true'],
  },
} as const;

/** Texts in, texts out. A null argument gives null. */
export const textFunctions: readonly FunctionDefinition[] = [
  {
    name: 'lower',
    parameters: [text],
    returns: 'string',
    doc: 'In lower case.',
    example: ['lower(mail)', '"zoe.olsen@corp.example"'],
    entra: 'ToLower',
    call: ([value = null]) => eachText('lower', value, (one) => one.toLowerCase()),
  },
  {
    name: 'upper',
    parameters: [text],
    returns: 'string',
    doc: 'In upper case.',
    example: ['upper(c)', '"NO"'],
    entra: 'ToUpper',
    call: ([value = null]) => eachText('upper', value, (one) => one.toUpperCase()),
  },
  {
    name: 'trim',
    parameters: [text],
    returns: 'string',
    doc: 'Without space at both ends.',
    example: ['trim("  a b ")', '"a b"'],
    call: ([value = null]) => eachText('trim', value, (one) => one.trim()),
  },
  {
    name: 'stripSpaces',
    parameters: [text],
    returns: 'string',
    doc: 'Without any space.',
    example: ['stripSpaces(telephoneNumber)', '"+4722334455"'],
    entra: 'StripSpaces',
    call: ([value = null]) => eachText('stripSpaces', value, (one) => one.replace(/\s+/g, '')),
  },
  {
    name: 'left',
    parameters: [text, { name: 'length', kind: 'int' }],
    returns: 'string',
    doc: 'The first characters.',
    example: ['left(sn, 3)', '"Ols"'],
    entra: 'Left',
    call: ([value = null, length]) => slice('left', value, length, (characters, count) => characters.slice(0, count)),
  },
  {
    name: 'right',
    parameters: [text, { name: 'length', kind: 'int' }],
    returns: 'string',
    doc: 'The last characters.',
    example: ['right(sn, 3)', '"sen"'],
    call: ([value = null, length]) =>
      slice('right', value, length, (characters, count) => (count === 0 ? [] : characters.slice(-count))),
  },
  {
    name: 'mid',
    parameters: [text, { name: 'start', kind: 'int' }, { name: 'length', kind: 'int' }],
    returns: 'string',
    doc: 'That many characters from `start` on. The first character is number 1, as in Entra ID.',
    example: ['mid(sn, 2, 3)', '"lse"'],
    entra: 'Mid',
    call: ([value = null, start, length]) => {
      const from = oneInt('mid', start);
      if (from === undefined) return null;
      if (from < 1) throw new EvaluationError('mid() counts characters from 1');
      return slice('mid', value, length, (characters, count) => characters.slice(from - 1, from - 1 + count));
    },
  },
  {
    name: 'append',
    parameters: [text, { name: 'suffix', kind: 'string' }],
    returns: 'string',
    doc: 'With the suffix at the end.',
    example: ['append(sAMAccountName, "@corp.example")', '"zolsen@corp.example"'],
    entra: 'Append',
    call: ([value = null, suffix]) => {
      const end = oneText('append', suffix);
      return end === undefined ? null : eachText('append', value, (one) => one + end);
    },
  },
  {
    name: 'replace',
    parameters: [text, { name: 'find', kind: 'string' }, { name: 'replacement', kind: 'string' }],
    returns: 'string',
    doc: 'Every occurrence of a text replaced.',
    example: ['replace(telephoneNumber, "+", "00")', '"0047 22 33 44 55"'],
    entra: 'Replace',
    call: ([value = null, find, replacement]) => {
      const wanted = oneText('replace', find);
      const other = oneText('replace', replacement);
      if (wanted === undefined || other === undefined) return null;
      return eachText('replace', value, (one) => {
        if (wanted === '') return one;
        const parts = one.split(wanted);
        boundedLength(one.length + (parts.length - 1) * (other.length - wanted.length));
        return parts.join(other);
      });
    },
  },
  {
    name: 'regexReplace',
    parameters: [text, patternParameter, { name: 'replacement', kind: 'string' }],
    returns: 'string',
    doc: 'Every match of a regular expression replaced; `$1` is the first group. RE2 syntax.',
    example: ['regexReplace(mail, "@.*$", "")', '"Zoe.Olsen"'],
    entra: 'Replace',
    call: ([value = null, expression, replacement]) => {
      const other = oneText('regexReplace', replacement);
      const compiled = pattern(oneText('regexReplace', expression) ?? '');
      if (other === undefined) return null;
      return eachText('regexReplace', value, (one) => {
        // No more matches than characters and one, and no group longer than the text.
        boundedLength(one.length + (one.length + 1) * other.length);
        return compiled.matcher(one).replaceAll(other);
      });
    },
  },
  {
    name: 'matches',
    parameters: [text, patternParameter],
    returns: 'bool',
    doc: 'Whether a regular expression is found in the text (of several: in one of them). `^` and `$` tie it to the ends. RE2 syntax, linear time. Null: false.',
    example: ['matches(mail, "@corp\\\\.example$")', 'true'],
    call: ([value = null, expression]) => {
      const compiled = pattern(oneText('matches', expression) ?? '');
      return someText('matches', value, (one) => compiled.matcher(one).find());
    },
  },
  {
    name: 'split',
    parameters: [text, { name: 'separator', kind: 'string' }],
    returns: 'list',
    doc: 'The parts between separators, as a list. `split(…)[0]` is the first.',
    example: ['split(mail, "@")', '["Zoe.Olsen","corp.example"]'],
    entra: 'Split',
    call: ([value = null, separator]) => {
      const between = oneText('split', separator);
      if (value === null || between === undefined) return null;
      const parts = eachText('split', value, (one) => (between === '' ? Array.from(one) : one.split(between)));
      return parts !== null && isList(parts) ? parts.flatMap((part: Value) => (isList(part) ? part : [part])) : parts;
    },
  },
  {
    name: 'join',
    parameters: [
      { name: 'separator', kind: 'literal' },
      { name: 'value', kind: 'any', occurs: 'rest' },
    ],
    returns: 'string',
    doc: 'All values in one text, with the separator between. Lists are joined value by value; null and empty texts are skipped; nothing left gives null.',
    example: ['join(" ", givenName, initials, sn)', '"Zoë Olsen"'],
    entra: 'Join',
    call: ([separator, ...values]) => {
      const texts = values.flatMap((value) => (isList(value) ? value : [value])).filter((value) => !isEmpty(value));
      if (texts.length === 0) return null;
      const between = oneText('join', separator) ?? '';
      const parts = texts.map(joinable);
      boundedLength(parts.reduce((length, part) => length + part.length + between.length, 0));
      return parts.join(between);
    },
  },
  {
    name: 'normalizeDiacritics',
    parameters: [text],
    returns: 'string',
    doc: 'Latin letters without their accents; ß, æ, ø, ł and their like in plain letters.',
    example: ['normalizeDiacritics(givenName)', '"Zoe"'],
    entra: 'NormalizeDiacritics',
    call: ([value = null], run) =>
      eachText('normalizeDiacritics', value, (one) => {
        if (isPlain.test(one)) return one;
        spendWork(run, letterPrice * one.length);
        return plainLetters(one);
      }),
  },
  ...(['contains', 'startsWith', 'endsWith'] as const).map((name): FunctionDefinition => ({
    name,
    parameters: [text, { name: 'part', kind: 'string' }],
    returns: 'bool',
    ...searches[name],
    call: ([value = null, part]) => {
      const wanted = oneText(name, part);
      return (
        wanted !== undefined &&
        someText(name, value, (one) => (name === 'contains' ? one.includes(wanted) : one[name](wanted)))
      );
    },
  })),
];

function slice(
  name: string,
  value: Value,
  length: Value | undefined,
  cut: (characters: string[], count: number) => string[],
): Value {
  const count = oneInt(name, length);
  if (count === undefined) return null;
  if (count < 0) throw new EvaluationError(`${name}() needs a length that is not negative`);
  // By character, not by UTF-16 unit: half an emoji is no text.
  return eachText(name, value, (one) => cut(Array.from(one), count).join(''));
}

function joinable(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new EvaluationError(`join() needs text, and got ${kindOf(value)}`);
}

/** Letters that Unicode does not take apart into a base letter and an accent. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
  ħ: 'h',
  Ħ: 'H',
};

const isPlain = /^\p{ASCII}*$/u;

/** Taking letters apart and looking each of them up takes several times as long as anything else. */
const letterPrice = 40;

function plainLetters(one: string): string {
  // Marks that stand by themselves go first: taking apart a letter with thousands of them costs the square of their number.
  return one
    .replace(marks, '')
    .normalize('NFD')
    .replace(marks, '')
    .replace(/[^\p{ASCII}]/gu, (letter) => (Object.hasOwn(letters, letter) ? letters[letter] : undefined) ?? letter)
    .normalize('NFC');
}

const marks = /\p{M}+/gu;
