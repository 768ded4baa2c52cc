import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseJson, writeJson } from '../../../../src/adapters/scim/exchange/json.ts';
import { foundResource, idOf } from '../../../../src/adapters/scim/read/resource.ts';
import { sameScimValue } from '../../../../src/core/mapping/scim-path.ts';

describe('JSON of targets', () => {
  it('keeps every digit of an id, of member values and of what lies deeper', () => {
    const body = parseJson('{"Resources":[{"id":918273645546372801,"externalId": 918273645546372803,"members":[{"value":-9007199254740993}]}]}');
    assert.deepEqual(body, { Resources: [{ id: 918273645546372801n, externalId: 918273645546372803n, members: [{ value: -9007199254740993n }] }] });
  });

  it('gives back a long number as the same number', () => {
    const text = '{"id":918273645546372801,"list":[1,2.5,{"deep":12345678901234567890}],"text":"918273645546372801"}';
    assert.equal(writeJson(structuredClone(parseJson(text)) as object), text);
  });

  it('leaves numbers as they are that a double keeps', () => {
    assert.deepEqual(parseJson('{"id":9007199254740991,"pi":3.1415926535897931,"big":1e21,"s":"x: 12345678901234567890"}'), {
      id: 9007199254740991, pi: 3.1415926535897931, big: 1e21, s: 'x: 12345678901234567890',
    });
  });

  it('takes the id from the digits that the target wrote', () => {
    assert.equal(idOf(parseJson('{"id":918273645546372801}') as Record<string, unknown>), '918273645546372801');
    assert.equal(idOf({ id: 42 }), '42');
    assert.equal(sameScimValue('918273645546372803', 918273645546372803n), true);
  });
});

describe('active, as targets write it', () => {
  const cases: readonly (readonly [unknown, boolean | undefined])[] = [
    [true, true], [false, false], ['True', true], ['False', false], ['true', true], [1, true], [0, false], ['1', true], ['0', false],
    ['active', true], ['Inactive', false], ['DISABLED', false], ['suspended', false],
    [null, undefined], [undefined, undefined], ['', undefined], ['pending', undefined], [2, undefined], [{}, undefined], [[], undefined],
  ];
  for (const [held, meant] of cases) {
    it(`reads ${held === undefined ? 'nothing' : JSON.stringify(held)} as ${meant ?? 'unknown'}`, () => {
      assert.equal(foundResource({ id: '1', active: held })?.active, meant);
    });
  }
});
