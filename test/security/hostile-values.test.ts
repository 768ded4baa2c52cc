import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addValues } from '../../src/adapters/ldap/read/attributes.ts';
import { parseLine } from '../../src/adapters/ldif/record.ts';
import { dnKey, parseDn } from '../../src/core/directory/dn.ts';
import { fold, foldPart, presentText } from '../../src/core/directory/fold.ts';
import { requirementsIn } from '../../src/core/directory/object-classes.ts';
import { typeNamesOf } from '../../src/core/directory/attribute-types.ts';
import { compileExpression, isProblem } from '../../src/core/expression/compile.ts';
import { EvaluationError, type ExpressionContext, type ExpressionValue } from '../../src/core/expression/expression.ts';
import { projectTarget } from '../../src/core/mapping/project.ts';
import { enterpriseUser, sameScimValue } from '../../src/core/mapping/scim-path.ts';
import type { AttributeValue } from '../../src/core/model/entry.ts';
import { definition, entry } from '../support/entries.ts';

/** Values that people write into their own entries, or a directory into theirs. None of them holds everybody else up. */

const most = 100;

/** Processor time of this thread, in milliseconds: a busy machine does not count. */
function cost<T>(work: () => T): { readonly result: T; readonly milliseconds: number } {
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, milliseconds: (user + system) / 1000 };
}

function isQuick(what: string, work: () => unknown): void {
  const { milliseconds } = cost(work);
  assert.ok(milliseconds < most, `${what}: ${milliseconds} ms`);
}

const context: ExpressionContext = { isMemberOf: () => false, isOver: () => false };

function evaluate(
  source: string,
  attributes: Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>,
): () => ExpressionValue {
  const compiled = compileExpression(source, 'any');
  if (isProblem(compiled)) throw new Error(compiled.message);
  const one = {
    ...entry('anna', {}),
    attributes: new Map(
      Object.entries(attributes).map(([name, values]) => [
        name,
        typeof values === 'string' || values instanceof Uint8Array ? [values] : values,
      ]),
    ),
  };
  return () => compiled.evaluate(one, context);
}

const marks = '\u0327\u0301'.repeat(60_000);

describe('a value that is made to take long', () => {
  it('is folded in no time: combining marks, spaces, ligatures, backslashes', () => {
    const values = {
      'a manager of 120,000 marks': `uid=a${marks},ou=people,dc=corp`,
      'just below the longest': `uid=a${'\u0327\u0301'.repeat(4_000)}`,
      'with what nobody sees between': `uid=a${'\u0327\u200d\u0301'.repeat(2_600)}`,
      ligatures: 'cn=' + '\ufdfa'.repeat(8_000),
      spaces: `cn=${' '.repeat(100_000)}x${' '.repeat(100_000)}`,
      backslashes: `cn=${'\\'.repeat(8_001)}`,
      'escaped octets': `cn=${'\\c3\\a4'.repeat(1_300)}`,
      'many parts': Array.from({ length: 2_000 }, (_, at) => `a=${at}`).join('+'),
      'fifteen megabytes': `cn=${'x'.repeat(15_000_000)}`,
      jamo: `cn=${'\u1100\u1161\u11a8'.repeat(2_700)}`,
    };
    for (const [what, value] of Object.entries(values)) {
      isQuick(what, () => [dnKey(value), fold(value), foldPart(value), presentText(value), parseDn(value)]);
      assert.equal(dnKey(dnKey(value)), dnKey(value), what);
    }
  });

  it('keeps its meaning for any language: 30 marks on a letter', () => {
    const composed = `\u00e9${'\u0323'.repeat(29)}`;
    assert.equal(fold(`E\u0301${'\u0323'.repeat(29)}`), fold(composed));
    assert.equal(fold('Nguy\u1ec5n Th\u1ecb'), fold('Nguye\u0302\u0303n Thi\u0323'));
  });

  it('is without accents in no time', () => {
    const plain = evaluate('normalizeDiacritics(cn)', { cn: `Zo\u00eb${marks}\u00df` });
    isQuick('normalizeDiacritics', plain);
    assert.equal(plain(), 'Zoess');
  });

  it('is looked for in a long list by a set', () => {
    const ids = Array.from({ length: 100_000 }, (_, at) => `person-${at}`);
    const both = evaluate('memberUid.filter(m, m in owner)', {
      memberuid: ids,
      owner: ids.map((id) => id.replace('person', 'owner')),
    });
    isQuick('in within filter, warm', () => undefined);
    const { result, milliseconds } = cost(both);
    assert.deepEqual(result, []);
    assert.ok(milliseconds < 500, `${milliseconds} ms`); // 100,000 steps of a configured loop over an honest group
    assert.equal(evaluate('memberUid in owner', { memberuid: ids, owner: ['person-99999'] })(), true);
    const photos = Array.from({ length: 5_000 }, (_, at) =>
      Uint8Array.from([at >> 8, at & 255, ...new Uint8Array(100)]),
    );
    isQuick('unique of bytes', evaluate('size(unique(photo))', { photo: photos }));
  });

  it('is refused where an expression would go through it again and again', () => {
    const ids = Array.from({ length: 100_000 }, (_, at) => `uid=person-${at},ou=people,dc=corp,dc=example`);
    for (const source of [
      'member.filter(m, contains(join(",", member), m))',
      'member.filter(m, member == member + "x")',
      'member.filter(m, m in lower(member))',
      'member.exists(m, member.exists(n, n == "x"))',
    ]) {
      const { milliseconds } = cost(() => assert.throws(evaluate(source, { member: ids }), EvaluationError, source));
      assert.ok(milliseconds < 1_500, `${source}: ${milliseconds} ms`);
    }
    assert.throws(evaluate('matches(cn, "(x+x+)+y")', { cn: 'x'.repeat(20_000_000) }), EvaluationError);
    assert.throws(evaluate('left(cn, 3)', { cn: 'x'.repeat(60_000_000) }), EvaluationError);
  });

  it('may be that of an honest group: 100,000 members are looked through', () => {
    const member = Array.from({ length: 100_000 }, (_, at) => `uid=person-${at},ou=people,dc=corp,dc=example`);
    assert.equal(evaluate('member.exists(m, matches(m, "^uid=person-99999,"))', { member })(), true);
    assert.equal(evaluate('size(member.filter(m, startsWith(m, "uid=person-1")))', { member })(), 11_111);
    assert.equal(evaluate('size(lower(member))', { member })(), 100_000);
  });

  it('is compared with what a target holds by a set', () => {
    const numbers = Array.from({ length: 20_000 }, (_, at) => `+47 ${at}`);
    isQuick('lists', () => assert.equal(sameScimValue(numbers, numbers.toReversed()), true));
    assert.equal(sameScimValue(['a', 'a'], ['a', 'b']), false);
    assert.equal(sameScimValue(['1', '2'], [2, 1n]), true);
  });

  it('may be a photo, one of many that are alike, or thousands of addresses', () => {
    const megabyte = 1024 * 1024;
    const photos = Array.from({ length: 15 }, (_, at) => {
      const bytes = new Uint8Array(15 * megabyte);
      bytes[bytes.length - 1] = at;
      return bytes;
    });
    const [one = new Uint8Array(0), other = new Uint8Array(0)] = photos;
    for (const [source, attributes] of [
      ['jpegPhoto', { jpegphoto: photos }],
      ['size(unique(jpegPhoto))', { jpegphoto: photos.slice(0, 2) }],
      ['jpegPhoto == audio', { jpegphoto: one, audio: other }],
      ['base64(jpegPhoto)', { jpegphoto: one }],
      [
        'normalizeDiacritics(title)',
        { title: Array.from({ length: 15 }, (_, at) => `${'\u00e4'.repeat(500_000)}${at}`) },
      ],
      ['first(mail)', { mail: Array.from({ length: 1_000_000 }, (_, at) => `${at}@example.org`) }],
    ] as const) {
      const run = evaluate(source, attributes);
      isQuick(source, () => {
        try {
          run();
        } catch (thrown) {
          assert.ok(thrown instanceof EvaluationError, String(thrown));
        }
      });
    }
  });

  it('is no text beyond 1 MB, wherever it comes from, and leaves that entry alone', () => {
    const long = 'x'.repeat(1024 * 1024 + 1);
    const into = new Map<string, AttributeValue[]>();
    addValues(into, { description: 'title', values: [Buffer.from(long), Buffer.from('Boss')] });
    const line = parseLine({ number: 1, text: `title: ${long}` }, 'people.ldif');
    assert.deepEqual(
      [...(into.get('title') ?? []), line.value].map((value) => typeof value),
      ['object', 'string', 'object'],
    );
    const wanted = definition({ users: { userName: 'uid', title: 'title' } });
    const anna = entry('anna', { uid: 'anna', title: Buffer.from(long) });
    const { resources, rejected } = projectTarget([anna, entry('ben', { uid: 'ben', title: 'Boss' })], wanted, 0);
    assert.deepEqual(
      [resources.map(({ label }) => label), rejected.map(({ label, reasons }) => [label, reasons[0]?.code])],
      [['ben'], [['anna', 'map_error']]],
    );
  });

  it('is not sent where all of them together are more than a target answers, nor refers to everybody', () => {
    const wanted = definition({ users: { userName: 'uid', title: 'title', 'enterprise.manager': 'ref(manager)' } });
    const large = entry('anna', { uid: 'anna', title: 'x'.repeat(900_000) });
    const many = entry('ben', { uid: 'ben', manager: Array.from({ length: 200_000 }, (_, at) => `uid=${at},dc=corp`) });
    let result: ReturnType<typeof projectTarget> | undefined;
    isQuick('projection', () => (result = projectTarget([large, many], wanted, 0)));
    assert.deepEqual(
      result?.rejected.map(({ label, reasons }) => [label, reasons[0]?.text]),
      [
        [
          'anna',
          'title: its values, with those before it in the map, are more than 768 kB together, and no target is sent so much about one',
        ],
        ['ben', `${enterpriseUser}:manager.value: refers to more than 10000 entries`],
      ],
    );
  });

  it('may be a definition in a schema', () => {
    isQuick('MUST (', () =>
      requirementsIn(
        [
          `( 1.1 NAME 'x' ${'MUST ( '.repeat(100_000)}`,
          `( 1.2 NAME ${"'a' ".repeat(50_000)})`,
          `( 1.3 ${'DESC '.repeat(50_000)} NAME 'y' )`,
        ],
        (name) => name,
      )(['x']),
    );
    isQuick('names', () => typeNamesOf([`( 1.1 NAME ( ${"'a' ".repeat(50_000)}`, `(${' '.repeat(100_000)}1.1`])('a'));
  });
});
