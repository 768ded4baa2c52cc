import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deepest, mostKeys, mostJsonValues } from '../../../../src/adapters/scim/shared/bounds.ts';
import { parseLong, UnreasonableJson } from '../../../../src/adapters/scim/http/json-long.ts';
import { piecesOf } from '../../../../src/adapters/scim/http/text-window.ts';
import { parseJson, writeJson } from '../../../../src/adapters/scim/http/json.ts';
import { foundResource, idOf } from '../../../../src/adapters/scim/answers/resource.ts';
import { sameScimValue } from '../../../../src/core/mapping/scim-path.ts';
import { longestTurn } from '../../../support/longest-turn.ts';

describe('JSON of targets', () => {
  it('keeps every digit of an id, of member values and of what lies deeper', async () => {
    const body = await parseJson(
      '{"Resources":[{"id":918273645546372801,"externalId": 918273645546372803,"members":[{"value":-9007199254740993}]}]}',
    );
    assert.deepEqual(body, {
      Resources: [
        { id: 918273645546372801n, externalId: 918273645546372803n, members: [{ value: -9007199254740993n }] },
      ],
    });
  });

  it('gives back a long number as the same number', async () => {
    const text = '{"id":918273645546372801,"list":[1,2.5,{"deep":12345678901234567890}],"text":"918273645546372801"}';
    assert.equal(writeJson(structuredClone(await parseJson(text)) as object), text);
  });

  it('leaves numbers as they are that a double keeps', async () => {
    assert.deepEqual(
      await parseJson('{"id":9007199254740991,"pi":3.1415926535897931,"big":1e21,"s":"x: 12345678901234567890"}'),
      { id: 9007199254740991, pi: 3.1415926535897931, big: 1e21, s: 'x: 12345678901234567890' },
    );
  });

  it('takes the id from the digits that the target wrote', async () => {
    assert.equal(idOf((await parseJson('{"id":918273645546372801}')) as Record<string, unknown>), '918273645546372801');
    assert.equal(idOf({ id: 42 }), '42');
    assert.equal(sameScimValue('918273645546372803', 918273645546372803n), true);
  });
});

describe('JSON without end', () => {
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const long = (text: string): string => text + ' '.repeat(600_000);

  it('has levels that somebody can mean', async () => {
    await parseJson(deep(deepest));
    for (const text of [
      deep(deepest + 1),
      deep(100_000),
      '['.repeat(100_000),
      long(deep(100_000)),
      `{"a":"\\"[","b":${deep(200)}}`,
    ])
      await assert.rejects(parseJson(text), UnreasonableJson);
    assert.deepEqual(await parseJson(`{"a":"${'['.repeat(1000)}\\"{"}`), { a: `${'['.repeat(1000)}"{` });
  });

  it('has as many values as somebody can mean', async () => {
    await assert.rejects(parseJson(`[${'{},'.repeat(mostJsonValues)}{}]`), UnreasonableJson);
    await assert.rejects(
      parseJson(long(`{${Array.from({ length: mostKeys + 1 }, (_, at) => `"k${at}":1`).join()}}`)),
      UnreasonableJson,
    );
  });

  it('takes a number with thousands of digits for what a double makes of it, and reads none that is longer', async () => {
    assert.deepEqual(await parseJson(`{"id":${'9'.repeat(20_000)}}`), { id: Infinity });
    await assert.rejects(parseJson(`{"id":${'9'.repeat(400_000)}}`), UnreasonableJson);
    await assert.rejects(parseJson(`{"id":${'9'.repeat(1_000_000)}}`), UnreasonableJson);
    await assert.rejects(parseJson(`{"id":0.${'9'.repeat(1_000_000)}}`), UnreasonableJson);
    await assert.rejects(
      parseJson(`{"id":${'9'.repeat(1_000)}, "space": [${' '.repeat(1_100_000)}]}`),
      UnreasonableJson,
    );
  });

  it('is read in slices, with the result of JSON.parse', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (text) =>
        assert.deepEqual(await parseLong([text]), await parseJson(text)),
      ),
      { numRuns: 500 },
    );
    const strange =
      ' { "a" : [ ] , "__proto__" : { "x" : [ 1 , -2.5e-3 , true , false , null ] } , "a" : "\\u00e4\\n\\\\" } ';
    assert.deepEqual(await parseLong([strange]), JSON.parse(strange));
  });

  it('is the same in whatever pieces it comes', async () => {
    const text = fc.json({ maxDepth: 4, stringUnit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 50 }), async (whole, sizes) => {
        const pieces = sizes.map((size, at) => {
          const before = sizes.slice(0, at).reduce((sum, one) => sum + one, 0);
          return whole.slice(before, at === sizes.length - 1 ? undefined : before + size);
        });
        assert.deepEqual(await parseLong(pieces), await parseJson(whole));
      }),
      { numRuns: 1000 },
    );
    const bytes = Buffer.from(JSON.stringify({ name: 'äöü€😀'.repeat(100_000) }));
    assert.deepEqual(await parseLong(piecesOf(bytes)), JSON.parse(bytes.toString()));
  });

  it('is no JSON where JSON.parse says so', async () => {
    const broken = [
      '',
      ' ',
      '{',
      '[1,]',
      '{"a":1,}',
      '{"a"}',
      '{a:1}',
      '[1 2]',
      '01',
      '+1',
      '1.',
      '.5',
      '"a',
      '"\\x"',
      '"\n"',
      'nul',
      '[1]x',
      '{"a":1}}',
      ']',
      '-',
      '\u00a01',
      'NaN',
    ];
    for (const text of broken) await assert.rejects(parseLong([text]), SyntaxError, JSON.stringify(text));
    await fc.assert(
      fc.asyncProperty(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.string({ maxLength: 2 }),
        async (text, place, inserted) => {
          const at = place % (text.length + 1);
          const changed = text.slice(0, at) + inserted + text.slice(at + 1);
          const expected = await Promise.resolve(changed)
            .then(JSON.parse)
            .then(
              () => true,
              () => false,
            );
          assert.equal(
            await parseLong([changed]).then(
              () => true,
              () => false,
            ),
            expected,
            changed,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('lets others have their turn', async () => {
    const group = JSON.stringify({
      members: Array.from({ length: 100_000 }, (_, at) => ({
        value: `${at}-6d1b2c0e-0000-4000-8000-000000000000`,
        $ref: `https://wiki.example/scim/v2/Users/${at}`,
        display: 'Somebody',
      })),
    });
    const longest = await longestTurn(async () => {
      const body = (await parseJson(group)) as { members: unknown[] };
      assert.equal(body.members.length, 100_000);
    });
    assert.ok(longest < 100, `${longest} ms`);
  });
});

describe('active, as targets write it', () => {
  const cases: readonly (readonly [unknown, boolean | undefined])[] = [
    [true, true],
    [false, false],
    ['True', true],
    ['False', false],
    ['true', true],
    [1, true],
    [0, false],
    ['1', true],
    ['0', false],
    ['active', true],
    ['Inactive', false],
    ['DISABLED', false],
    ['suspended', false],
    [null, undefined],
    [undefined, undefined],
    ['', undefined],
    ['pending', undefined],
    [2, undefined],
    [{}, undefined],
    [[], undefined],
  ];
  for (const [held, meant] of cases) {
    it(`reads ${held === undefined ? 'nothing' : JSON.stringify(held)} as ${meant ?? 'unknown'}`, () => {
      assert.equal(foundResource({ id: '1', active: held })?.active, meant);
    });
  }
});
