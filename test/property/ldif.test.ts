import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createLdifSource } from '../../src/adapters/ldif/source.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { BridgeError } from '../../src/core/model/errors.ts';

interface Person {
  readonly cn: string;
  readonly photo: Uint8Array;
}

const people = fc.uniqueArray(
  fc.record({
    cn: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    photo: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 5, selector: ({ cn }) => cn },
);
/** How wide lines are, and how they end. */
const style = fc.record({
  width: fc.constantFrom(1, 2, 5, 20, 76),
  end: fc.constantFrom('\n', '\r\n'),
  comments: fc.boolean(),
});

const idOf = (at: number): string => `7a0d9c5e-0000-4000-8000-${`${at}`.padStart(12, '0')}`;

/** A file of these people, each value in base64 or as it is where RFC 2849 allows it, folded at the width. */
function write(
  persons: readonly Person[],
  { width, end, comments }: { width: number; end: string; comments: boolean },
): string {
  const line = (name: string, value: string | Uint8Array): string => {
    const plain = typeof value === 'string' && /^[!-9;=-~][!-~]*$/.test(value);
    const text = plain ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`;
    return (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(`${end} `);
  };
  return persons
    .map(({ cn, photo }, at) =>
      [
        line('dn', `uid=${at},dc=x`),
        ...(comments ? ['# a person', '  of many'] : []),
        line('objectClass', 'inetOrgPerson'),
        line('entryUUID', idOf(at)),
        line('cn', cn),
        line('jpegPhoto', photo),
        '',
      ].join(end),
    )
    .join(end);
}

describe('an LDIF file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(text: string | Uint8Array): Promise<Entry[]> {
    const path = join(folder, 'people.ldif');
    await writeFile(path, text);
    const entries: Entry[] = [];
    await createLdifSource({ name: 'corp', path, settleMilliseconds: 0 }).read({
      attributes: { user: new Set(['cn', 'jpegphoto']), group: new Set() },
      visit: (entry) => void entries.push(entry),
      signal: new AbortController().signal,
    });
    return entries;
  }

  it('gives back what was written into it, however it is folded', async () => {
    await fc.assert(
      fc.asyncProperty(people, style, async (persons, how) => {
        const entries = await read(write(persons, how));
        assert.deepEqual(
          entries.map(({ id, dn, attributes }) => [id, dn, attributes.get('cn'), attributes.get('jpegphoto')]),
          persons.map(({ cn, photo }, at) => [idOf(at), `uid=${at},dc=x`, [cn], [photo]]),
        );
      }),
    );
  });

  it('is refused when it was cut off within a line, and loses nobody who has begun when it was cut between lines', async () => {
    await fc.assert(
      fc.asyncProperty(people, style, fc.nat(), async (persons, how, at) => {
        const whole = Buffer.from(write(persons, how));
        const part = whole.subarray(0, at % whole.length);
        const endsLine = part.at(-1) === 0x0a;
        const outcome = await read(part).catch((error: unknown) => error);
        if (!endsLine) assert.ok(outcome instanceof BridgeError);
        else if (Array.isArray(outcome)) {
          // Cut between two lines, a record loses values but never itself. Cut in a fold, nobody can know.
          const begun = (part.toString('latin1').match(/^objectClass/gim) ?? []).length;
          if (how.width === 76) assert.equal(outcome.length, begun);
        } else assert.ok(outcome instanceof BridgeError);
      }),
    );
  });

  it('is refused or read, whatever bytes it holds, with an error that has a code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string(), async (bytes, text) => {
        for (const content of [bytes, text]) {
          const outcome = await read(content).catch((error: unknown) => error);
          assert.ok(Array.isArray(outcome) || outcome instanceof BridgeError);
        }
      }),
    );
  });
});
