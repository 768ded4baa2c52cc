import { attributeKey } from '../../directory/attribute.ts';
import { typeName } from '../../directory/attribute-types.ts';
import { parseDn } from '../../directory/dn.ts';
import { DnReference, EvaluationError } from '../expression.ts';
import { readAttribute } from '../read-attribute.ts';
import { isList, kindOf, type Value } from '../value.ts';
import { literalText, oneInt, oneText, type FunctionDefinition } from './function.ts';

/** What only directories have: bit fields, DNs, groups. */
export const directoryFunctions: readonly FunctionDefinition[] = [
  {
    name: 'attr',
    parameters: [{ name: 'name', kind: 'literal' }],
    returns: 'dyn',
    asks: 'attribute',
    doc: 'The attribute of that name, for names with hyphens and for one language (`title;lang-de`). The name must be written out, so that it is known what to read.',
    example: ['attr("msDS-cloudExtensionAttribute1")', '"blue"'],
    lazy: ([name]) => readAttribute(attributeKey(literalText(name))).run,
  },
  {
    name: 'bit',
    parameters: [
      { name: 'value', kind: 'any' },
      { name: 'mask', kind: 'int' },
    ],
    returns: 'bool',
    doc: 'Whether the bit is set (of a mask with several bits: all of them). Bit 2 of userAccountControl means disabled (MS-ADTS §2.2.16). Null, because nobody knows, for null.',
    example: ['!bit(userAccountControl, 2)', 'true'],
    entra: 'BitAnd',
    call: ([value = null, mask]) => {
      const one = isList(value) ? (value[0] ?? null) : value;
      const wanted = oneInt('bit', mask);
      if (wanted === undefined || wanted <= 0) throw new EvaluationError('bit() needs a mask greater than 0');
      if (one === null) return null;
      // Values are signed 32-bit numbers in Active Directory; groupType is negative for security groups.
      if (
        (typeof one === 'string' && /^-?\d{1,19}$/.test(one)) ||
        (typeof one === 'number' && Number.isSafeInteger(one))
      ) {
        return (BigInt(one) & BigInt(wanted)) === BigInt(wanted);
      }
      throw new EvaluationError(`bit() needs a whole number, and got ${kindOf(one)}`);
    },
  },
  {
    name: 'dnPart',
    parameters: [
      { name: 'dn', kind: 'string' },
      { name: 'type', kind: 'literal' },
      { name: 'index', kind: 'int', occurs: 'optional' },
    ],
    returns: 'string',
    doc: 'The value of a part of a DN, counted from the entry upwards from 0; null when there is none.',
    example: ['dnPart(distinguishedName, "OU")', '"Oslo"'],
    call: ([dn, type, index]) => {
      const text = oneText('dnPart', dn);
      if (text === undefined) return null;
      const rdns = parseDn(text);
      if (rdns === undefined) throw new EvaluationError('dnPart() needs a DN');
      const wanted = typeName(oneText('dnPart', type) ?? '');
      const found = rdns.flat().filter((part) => typeName(part.type) === wanted);
      return found[oneInt('dnPart', index) ?? 0]?.value ?? null;
    },
  },
  {
    name: 'ref',
    parameters: [{ name: 'dn', kind: 'text' }],
    returns: 'ref',
    asks: 'entries',
    doc: 'The person or group that a DN names, as this target knows it. No value while the target does not have them; completed when they come.',
    example: ['ref(manager)', '{"dn":"CN=Kim Berg,OU=Oslo,OU=Staff,DC=corp,DC=example"}'],
    call: ([value = null]) => toReference(value),
  },
  {
    name: 'memberOf',
    parameters: [{ name: 'dn', kind: 'literal' }],
    returns: 'bool',
    asks: 'groups',
    doc: 'Whether the entry belongs to the group with that DN, directly or through other groups.',
    example: ['memberOf("CN=wiki-users,OU=Groups,DC=corp,DC=example")', 'true'],
    call: ([dn], run) => run.context.isMemberOf(oneText('memberOf', dn) ?? ''),
  },
];

/** DNs in one entry whose meaning a target is told. A manager has some hundreds of reports. */
export const mostReferences = 10_000;

function toReference(value: Value): Value {
  if (value === null || value instanceof DnReference) return value;
  if (typeof value === 'string') return new DnReference(value);
  if (isList(value)) {
    if (value.length > mostReferences) throw new EvaluationError(`refers to more than ${mostReferences} entries`);
    return value.map(toReference);
  }
  throw new EvaluationError(`ref() needs a DN, and got ${kindOf(value)}`);
}
