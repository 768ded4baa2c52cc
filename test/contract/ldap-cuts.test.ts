import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import { BridgeError } from '../../src/core/model/errors.ts';
import type { AbsenceReason } from '../../src/core/model/reading.ts';
import type { ReadOutcome } from '../../src/ports/directory-source.ts';
import { createCutter, type Cutter } from '../support/cutter.ts';
import { createLdapStub, resultMessage } from '../support/ldap-stub.ts';
import { stubActiveDirectory, stubOpenldap, type StubDirectory } from '../support/stub-directory.ts';
import { ldapOptions } from './ldap-fixture.ts';

const ways = {
  'OpenLDAP by reading everything': () => stubOpenldap('full'),
  'Active Directory by change numbers': stubActiveDirectory,
  'OpenLDAP by content synchronization': () => stubOpenldap('syncrepl'),
  'OpenLDAP by comparing': () => stubOpenldap('timestamp'),
};

interface Stage {
  readonly directory: StubDirectory;
  readonly cutter: Cutter;
  /** The number of a search after the beginning → the code that it ends with instead. */
  readonly codes: Map<number, number>;
  readonly timeouts: { idleMilliseconds: number };
  /** How many searches there were since this was last asked. */
  readonly searches: () => number;
  /** Reads; with a directory cache, what has changed since. Gives the directory cache afterwards, and those who cannot be read. */
  readonly read: (
    directoryCache?: DirectoryCache,
  ) => Promise<{
    readonly directoryCache: DirectoryCache;
    readonly verdict: ReadOutcome;
    readonly unreadable: readonly SourceId[];
  }>;
}

async function onStage(create: () => StubDirectory, use: (stage: Stage) => Promise<void>): Promise<void> {
  const directory = create();
  const codes = new Map<number, number>();
  let count = 0;
  const stub = await createLdapStub(directory.rootDse, (request, socket) => {
    const code = codes.get((count += 1));
    socket.write(code === undefined ? directory.answer(request) : resultMessage(request.id, 0x65, code, '', ''));
  });
  const cutter = await createCutter(Number(new URL(stub.url).port));
  let absenceReasons: ReadonlyMap<SourceId, AbsenceReason> = new Map();
  const timeouts = { connectMilliseconds: 10_000, idleMilliseconds: 10_000 };
  // A source each time: one that fails at content synchronization again and again gives it up.
  const newSource = () =>
    createLdapSource(
      ldapOptions(
        cutter.url,
        { dn: 'cn=reader', password: 'x' },
        { ...directory.options, timeouts, onAbsent: (told) => void (absenceReasons = told) },
      ),
    );
  const read: Stage['read'] = async (known) => {
    const entries: Entry[] = [];
    absenceReasons = new Map();
    const verdict = await newSource().read({
      attributes: { user: new Set(['cn', 'title', 'description']), group: new Set() },
      known: known?.known,
      since: known?.watermark === undefined ? undefined : { watermark: known.watermark, known: known.known },
      visit: (entry) => void entries.push(entry),
      signal: new AbortController().signal,
    });
    const directoryCache = new DirectoryCache();
    if (known !== undefined) directoryCache.update({ kind: 'complete', directory: 'corp', entries: [...known.known] });
    directoryCache.update({ ...verdict, directory: 'corp', entries });
    return {
      directoryCache,
      verdict,
      unreadable: [...absenceReasons].filter(([, absenceReason]) => absenceReason === 'unreadable').map(([id]) => id),
    };
  };
  const searches = (): number => {
    const before = count;
    count = 0;
    return before;
  };
  try {
    await use({ directory, cutter, codes, timeouts, searches, read });
  } finally {
    await cutter.close();
    await stub.close();
  }
}

const shown = (directoryCache: DirectoryCache): string[] =>
  [...directoryCache.known]
    .map((entry) => ['cn', 'title', 'description'].map((name) => entry.attributes.get(name)?.join('+') ?? '').join(' '))
    .sort();

for (const [name, create] of Object.entries(ways)) {
  describe(`${name}, where answers do not arrive as a whole`, () => {
    const expected = name.startsWith('Active')
      ? ['Anna Clerk a+b+c', 'Bert Clerk ', 'Cleo Clerk ']
      : ['Anna Clerk ', 'Bert Clerk ', 'Cleo Clerk '];
    const afterwards = [expected[0], 'Bert Boss '];

    it('is never read completely when the connection is cut, after whichever byte', () =>
      onStage(create, async ({ cutter, read }) => {
        assert.deepEqual(shown((await read()).directoryCache), expected);
        const total = cutter.forwarded();
        for (let bytes = 0; bytes < total; bytes += 1) {
          cutter.limit(bytes);
          await assert.rejects(read(), isExpected, `cut after ${bytes} of ${total} bytes`);
        }
        cutter.limit(total);
        assert.deepEqual(shown((await read()).directoryCache), expected, 'with the last byte it is complete');
      }));

    it('tells nothing of what changed when the connection is cut, after whichever byte', () =>
      onStage(create, async ({ directory, cutter, read }) => {
        const { directoryCache } = await read();
        directory.change();
        cutter.limit(Infinity);
        const { directoryCache: next, verdict } = await read(directoryCache);
        assert.deepEqual([verdict.kind, shown(next)], [name.endsWith('everything') ? 'complete' : 'delta', afterwards]);
        const total = cutter.forwarded();
        for (let bytes = 0; bytes < total; bytes += 1) {
          cutter.limit(bytes);
          await assert.rejects(read(directoryCache), isExpected, `cut after ${bytes} of ${total} bytes`);
        }
        cutter.limit(total);
        assert.deepEqual(shown((await read(directoryCache)).directoryCache), afterwards);
      }));

    it('gives nothing when garbage follows, or silence', () =>
      onStage(create, async ({ directory, cutter, timeouts, read }) => {
        for (const since of [undefined, (await read()).directoryCache]) {
          directory.change();
          cutter.limit(Infinity);
          await read(since);
          const total = cutter.forwarded();
          timeouts.idleMilliseconds = 50;
          // Some of it looks like the length of a long message that never comes, so that each try takes a while.
          for (let bytes = 0; bytes < total; bytes += 17) {
            cutter.limit(bytes, 'garbage');
            await assert.rejects(read(since), isExpected, `garbage after ${bytes} of ${total} bytes`);
          }
          for (const part of [0, 0.3, 0.6, 0.9, 1]) {
            cutter.limit(Math.min(Math.floor(total * part), total - 1), 'silence');
            await assert.rejects(read(since), isExpected, `silence after ${part} of ${total} bytes`);
          }
          timeouts.idleMilliseconds = 10_000;
        }
      }));

    for (const code of [1, 2, 3, 4, 10, 11, 12, 32, 50, 51, 52, 53, 80, 4096]) {
      it(`loses nobody and nothing when one of the searches ends with code ${code}`, () =>
        onStage(create, async ({ directory, codes, searches, read }) => {
          const { directoryCache } = await read();
          directory.change();
          searches();
          await read(directoryCache);
          const total = searches();
          assert.ok(total > 1);
          let rejected = 0;
          for (let at = 1; at <= total; at += 1) {
            codes.clear();
            codes.set(at, code);
            searches();
            try {
              const result = await read(directoryCache);
              // Who cannot be looked up stays as known; whatever else is told is as it is.
              const stays = result.unreadable.length > 0 ? ['Cleo Clerk '] : [];
              assert.deepEqual(shown(result.directoryCache), [...afterwards, ...stays], `search ${at} of ${total}`);
            } catch (error) {
              assert.ok(isExpected(error), `search ${at} of ${total}: ${String(error)}`);
              rejected += 1;
            }
          }
          assert.ok(rejected > 0, 'some of them cannot do without an answer');
        }));
    }
  });
}

function isExpected(error: unknown): boolean {
  const codes = ['D2S_DIRECTORY_UNREACHABLE', 'D2S_DIRECTORY_READ_INCOMPLETE', 'D2S_DIRECTORY_BASE_MISSING'];
  return error instanceof BridgeError && codes.includes(error.code);
}
