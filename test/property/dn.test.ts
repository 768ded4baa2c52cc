import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dnKey, isWithin, parseDn } from '../../src/core/directory/dn.ts';

interface Part {
  readonly type: string;
  readonly value: string;
}
/** Names as they come, with much of what has to be escaped. */
const value = fc.string({
  unit: fc.constantFrom('a', 'B', 'é', '太', '😀', ' ', ',', '+', '"', '\\', '<', '>', ';', '=', '#', '/'),
  minLength: 1,
  maxLength: 8,
});
const part: fc.Arbitrary<Part> = fc.record(
  { type: fc.constantFrom('cn', 'uid', 'ou', 'dc', '2.5.4.3'), value },
  { noNullPrototype: true },
);
const rdn = fc.uniqueArray(part, { minLength: 1, maxLength: 3, selector: ({ type }) => type });
const dn = fc.array(rdn, { minLength: 1, maxLength: 4 });

/** Any of the ways to write a character in a value, chosen by `way`. */
function spellCharacter(character: string, way: number): string {
  const octets = [...new TextEncoder().encode(character)]
    .map((byte) => `\\${byte.toString(16).padStart(2, '0')}`)
    .join('');
  if (/[\\",+<>;=# ]/.test(character)) return way % 2 === 0 ? `\\${character}` : octets;
  const ascii = /[a-z]/i.test(character);
  return (
    [character, octets, ascii ? character.toUpperCase() : character, ascii ? character.toLowerCase() : octets][
      way % 4
    ] ?? character
  );
}

function spell(rdns: readonly (readonly Part[])[], ways: readonly number[]): string {
  let at = 0;
  const way = (): number => ways[(at += 1) % ways.length] ?? 0;
  const space = (): string => ' '.repeat(way() % 2);
  const spellPart = ({ type, value: text }: Part): string =>
    `${space()}${way() % 2 === 0 ? type : type.toUpperCase()}${space()}=${space()}${Array.from(text, (one) => spellCharacter(one, way())).join('')}${space()}`;
  return rdns
    .map((parts) => (way() % 2 === 0 ? [...parts] : parts.toReversed()).map(spellPart).join('+'))
    .join(way() % 2 === 0 ? ',' : ';');
}

const ways = fc.array(fc.nat(3), { minLength: 7, maxLength: 23 });

describe('dnKey', () => {
  it('is the same however a DN is spelled', () => {
    fc.assert(
      fc.property(dn, ways, ways, (rdns, one, other) =>
        assert.equal(dnKey(spell(rdns, one)), dnKey(spell(rdns, other))),
      ),
      { numRuns: 1_000 },
    );
  });

  it('is itself spelled in one way: its own key', () => {
    fc.assert(
      fc.property(dn, ways, (rdns, one) => assert.equal(dnKey(dnKey(spell(rdns, one))), dnKey(spell(rdns, one)))),
    );
  });

  it('puts an entry below each of its ancestors', () => {
    fc.assert(
      fc.property(dn, dn, ways, (below, base, one) => {
        assert.equal(isWithin(dnKey(spell([...below, ...base], one)), dnKey(spell(base, one.toReversed()))), true);
      }),
    );
  });
});

describe('parseDn', () => {
  it('gives back the values that were escaped', () => {
    fc.assert(
      fc.property(dn, (rdns) => {
        const text = rdns
          .map((parts) =>
            parts
              .map(
                (one) => `${one.type}=${Array.from(one.value, (character) => spellCharacter(character, 0)).join('')}`,
              )
              .join('+'),
          )
          .join(',');
        assert.deepEqual(parseDn(text), rdns);
      }),
    );
  });

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(typeof dnKey(text), 'string')));
  });
});
