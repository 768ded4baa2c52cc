import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import { createLdifSource, type LdifSourceOptions } from '../../src/adapters/ldif/source.ts';
import { defaultReadingLimits } from '../../src/core/directory/reading-limits.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { watchTurns } from '../support/longest-turn.ts';

/** An LDIF file that somebody else puts there. */

const megabyte = 1024 * 1024;
const head = (number: number, kind = 'inetOrgPerson'): string =>
  `dn: cn=p${number},dc=corp\nobjectClass: ${kind}\nentryUUID: 00000000-0000-4000-8000-${String(number).padStart(12, '0')}\n`;

async function read(
  context: TestContext,
  content: string | Buffer,
  rest: Partial<LdifSourceOptions> = {},
): Promise<{ readonly entries: Entry[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'people.ldif');
  await writeFile(path, content);
  const entries: Entry[] = [];
  const source = createLdifSource({ name: 'corp', path, settleMilliseconds: 0, ...rest });
  const turns = watchTurns();
  try {
    await source.read({
      attributes: { user: new Set(['cn', 'jpegphoto']), group: new Set(['member']) },
      known: undefined,
      since: undefined,
      expected: undefined,
      visit: (entry) => void entries.push(entry),
      signal: new AbortController().signal,
    });
  } finally {
    const longest = turns.stop();
    assert.ok(longest < 100, `${longest} ms`);
  }
  return { entries };
}

const invalid = (text: RegExp) => ({ code: 'D2S_LDIF_INVALID', message: text });

describe('a file that is none', () => {
  it('a pipe: nobody waits until somebody writes to it', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
    context.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'people.ldif');
    execFileSync('mkfifo', [path]);
    const opened = createLdifSource({ name: 'corp', path, settleMilliseconds: 0 }).read({
      attributes: { user: new Set(), group: new Set() },
      known: undefined,
      since: undefined,
      expected: undefined,
      visit: () => undefined,
      signal: AbortSignal.timeout(10_000),
    });
    const outcome = Promise.race([opened, delay(5_000, 'waits for ever', { ref: false })]);
    await assert.rejects(outcome, { code: 'D2S_DIRECTORY_UNREACHABLE', message: /is not a file/ });
  });
});

describe('a file without end', () => {
  it('has a line of 60 MB, whole or folded: it is refused soon, and in turns', async (context) => {
    await assert.rejects(
      read(context, `${head(1)}cn: ${'x'.repeat(60 * megabyte)}\n`),
      invalid(/a line of more than 16 MB/),
    );
    await assert.rejects(
      read(context, `${head(1)}cn: x\n${` ${'x'.repeat(75)}\n`.repeat(300_000)}`),
      invalid(/a line of more than 16 MB/),
    );
    await assert.rejects(read(context, Buffer.alloc(60 * megabyte, 'x')), invalid(/a line of more than 16 MB/));
  });

  it('has a record of millions of lines, as when empty lines are missing', async (context) => {
    await assert.rejects(
      read(context, head(1) + 'cn: x\n'.repeat(2_100_000)),
      invalid(/a record of more than 2000000 lines/),
    );
  });

  it('has more entries than limits.maximumEntries', async (context) => {
    const file = Array.from({ length: 1_001 }, (_, at) => head(at)).join('\n');
    await assert.rejects(
      read(context, file, { limits: { ...defaultReadingLimits, maximumEntries: 1_000 } }),
      invalid(/more than 1000 entries/),
    );
    assert.equal(
      (await read(context, file, { limits: { ...defaultReadingLimits, maximumEntries: 1_001 } })).entries.length,
      1_001,
    );
  });

  it('has base64 of megabytes that is none', async (context) => {
    await assert.rejects(
      read(context, `${head(1)}jpegPhoto:: ${'A'.repeat(10 * megabyte)}=A==\n`),
      invalid(/not base64/),
    );
    await assert.rejects(
      read(context, `${head(1)}jpegPhoto:: ${'A'.repeat(10 * megabyte + 1)}\n`),
      invalid(/not base64/),
    );
  });

  it('may have a photo of 7 MB, folded, and a group of 100,000 members', async (context) => {
    const photo = Buffer.alloc(7 * megabyte, 7)
      .toString('base64')
      .replace(/(.{76})/g, '$1\n ');
    const members = Array.from({ length: 100_000 }, (_, at) => `member: uid=p${at},ou=people,dc=corp\n`).join('');
    const { entries } = await read(context, `${head(1)}jpegPhoto:: ${photo}\n\n${head(2, 'groupOfNames')}${members}`);
    assert.deepEqual(
      entries.map(({ attributes }) => attributes.get('jpegphoto')?.[0]?.length ?? attributes.get('member')?.length),
      [7 * megabyte, 100_000],
    );
  });
});
