import { sidText } from '../../directory/sid.ts';
import { toSourceId } from '../../directory/source-id.ts';
import { EvaluationError } from '../expression.ts';
import { boundedLength, isList, kindOf, toBool, type Value } from '../value.ts';
import { oneInt, type FunctionDefinition } from './function.ts';

/** From one kind of value to another. */
export const conversionFunctions: readonly FunctionDefinition[] = [
  {
    name: 'string',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'string',
    doc: 'A number or a bool as text.',
    example: ['string(size(sn))', '"5"'],
    entra: 'CStr',
    call: ([value = null]) =>
      each(value, (one) => {
        if (typeof one === 'string') return one;
        if (typeof one === 'number' || typeof one === 'boolean') return String(one);
        throw new EvaluationError(`string() needs text, a number or a bool, and got ${kindOf(one)}`);
      }),
  },
  {
    name: 'int',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'int',
    doc: 'A whole number out of its digits; fractions are cut off.',
    example: ['int("42")', '42'],
    call: ([value = null]) => (typeof value === 'number' ? Math.trunc(value) : (oneInt('int', value) ?? null)),
  },
  {
    name: 'double',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'double',
    doc: 'A number with a fraction out of its digits.',
    example: ['double("1.5")', '1.5'],
    call: ([value = null]) => {
      const one = isList(value) ? (value[0] ?? null) : value;
      if (one === null || typeof one === 'number') return one;
      if (typeof one === 'string' && /^\s*[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?\s*$/.test(one))
        return Number(one);
      throw new EvaluationError(`double() needs a number as text, and got ${kindOf(one)}`);
    },
  },
  {
    name: 'bool',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'bool',
    doc: 'The LDAP booleans `TRUE` and `FALSE`, in any case, as a bool.',
    example: ['bool("TRUE")', 'true'],
    entra: 'CBool',
    call: ([value = null]) => toBool(isList(value) ? (value[0] ?? null) : value),
  },
  {
    name: 'base64',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'string',
    doc: 'Bytes (a photo, a certificate), or the UTF-8 of a text, in base64.',
    example: ['base64(thumbnailPhoto)', '"/9j/4A=="'],
    entra: 'ConvertToBase64',
    call: ([value = null]) =>
      each(value, (one) => {
        if (one instanceof Uint8Array) return encode(one);
        if (typeof one === 'string') return encode(new TextEncoder().encode(one));
        throw new EvaluationError(`base64() needs bytes or text, and got ${kindOf(one)}`);
      }),
  },
  {
    name: 'guid',
    parameters: [{ name: 'bytes', kind: 'bytes' }],
    returns: 'string',
    doc: 'The text of a binary GUID (objectGUID, mS-DS-ConsistencyGuid) as Windows shows it (MS-DTYP §2.3.4), in lower case.',
    example: ['guid(objectGUID)', '"00112233-4455-6677-8899-aabbccddeeff"'],
    call: ([value = null]) =>
      each(value, (one) => {
        const text = one instanceof Uint8Array ? toSourceId('objectGUID', one) : undefined;
        if (text === undefined)
          throw new EvaluationError(
            `guid() needs 16 bytes, and got ${one instanceof Uint8Array ? `${one.length} bytes` : kindOf(one)}`,
          );
        return text;
      }),
  },
  {
    name: 'sid',
    parameters: [{ name: 'bytes', kind: 'bytes' }],
    returns: 'string',
    doc: 'The text of a binary security identifier (objectSid; MS-DTYP §2.4.2).',
    example: ['sid(objectSid)', '"S-1-5-21-1-2-3-1104"'],
    call: ([value = null]) =>
      each(value, (one) => {
        const text = one instanceof Uint8Array ? sidText(one) : undefined;
        if (text === undefined)
          throw new EvaluationError(`sid() needs the bytes of a security identifier, and got ${kindOf(one)}`);
        return text;
      }),
  },
];

function each(value: Value, convert: (one: Value) => Value): Value {
  if (value === null) return null;
  return isList(value) ? value.map(convert) : convert(value);
}

function encode(bytes: Uint8Array): string {
  boundedLength(Math.ceil(bytes.length / 3) * 4);
  // In pieces: a call has a limited number of arguments.
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
