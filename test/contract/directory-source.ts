import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Entry, ResourceType } from '../../src/core/model/entry.ts';
import { BridgeError } from '../../src/core/model/errors.ts';
import type { DirectorySource, ReadOutcome } from '../../src/ports/directory-source.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import { photo, tree, type TreeEntry } from './directory-tree.ts';

/**
 * A directory that holds exactly `tree` (and nothing else that the source finds), and a hand that changes it.
 * `type` and `name` are those of the tree. A change is visible to the next reading when the promise resolves.
 */
export interface DirectoryFixture {
  readonly source: DirectorySource;
  /** How this directory calls the attribute with several telephone numbers, in lower case. */
  readonly telephones: string;
  add(entry: TreeEntry): Promise<void>;
  /** Replaces all values; no values clear the attribute. */
  modify(type: ResourceType, name: string, attribute: string, values: readonly string[]): Promise<void>;
  /** Gives an entry another `cn`, and so another DN. The directory may or may not follow it in `member`. */
  rename(type: ResourceType, name: string, newName: string): Promise<void>;
  remove(type: ResourceType, name: string): Promise<void>;
  dispose(): Promise<void>;
}

interface Result {
  readonly verdict: ReadOutcome;
  readonly entries: readonly Entry[];
}

/** What a source must do to honour src/ports/directory-source.ts. `makeFixture` is called once. */
export function directorySourceContract(name: string, makeFixture: () => Promise<DirectoryFixture>): void {
  describe(`${name} as a directory source`, () => {
    let fixture: DirectoryFixture;
    before(async () => {
      fixture = await makeFixture();
    });
    after(() => fixture.dispose());

    const read = (attributes: Partial<Record<ResourceType, readonly string[]>> = {}): Promise<Result> =>
      readAll(fixture.source, attributes);
    const find = (entries: readonly Entry[], wanted: string): Entry => {
      const found = entries.filter((entry) => first(entry, 'cn') === wanted);
      assert.equal(found.length, 1, `${wanted} is there once`);
      return found[0] ?? assert.fail();
    };

    it('says what it is', async () => {
      const facts = await fixture.source.inspect(new AbortController().signal);
      assert.notEqual(facts.server, '');
      assert.notEqual(facts.idAttribute, '');
      assert.ok(facts.details.length > 0);
    });

    it('visits every entry once, users before groups, and proves it with complete', async () => {
      const { verdict, entries } = await read();
      assert.equal(verdict.kind, 'complete');
      for (const type of ['user', 'group'] as const) {
        const names = entries.filter((entry) => entry.type === type).map((entry) => first(entry, 'cn'));
        const expected = tree.filter((entry) => entry.type === type).map((entry) => entry.name);
        assert.deepEqual(names.sort(), expected.sort());
      }
      const types = entries.map((entry) => entry.type);
      assert.ok(types.lastIndexOf('user') < types.indexOf('group'));
      assert.ok(entries.every((entry) => entry.directory === fixture.source.name));
    });

    it('gives ids that are different, in RFC 4122 text form, and the same in the next reading', async () => {
      const [one, two] = [await read(), await read()];
      const ids = one.entries.map((entry) => entry.id);
      assert.equal(new Set(ids).size, tree.length);
      for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      assert.deepEqual(two.entries.map((entry) => entry.id).sort(), ids.sort());
    });

    it('gives the attributes that were asked for, in lower case, and nothing but the id besides', async () => {
      const { idAttribute } = await fixture.source.inspect(new AbortController().signal);
      const { entries } = await read({ user: ['cn', 'givenname', 'mail'], group: ['cn', 'description'] });
      const names = (entry: Entry): string[] =>
        [...entry.attributes.keys()].filter((key) => key !== idAttribute.toLowerCase()).sort();
      assert.deepEqual(names(find(entries, 'Anna Berg')), ['cn', 'givenname', 'mail']);
      assert.deepEqual(names(find(entries, 'staff')), ['cn', 'description']);
      assert.equal(first(find(entries, 'Anna Berg'), 'mail'), 'anna.berg@example.org');
    });

    it('leaves out an attribute that has no value', async () => {
      const { entries } = await read({ user: ['cn', 'mail', 'title'] });
      assert.equal(find(entries, 'Nobody').attributes.has('mail'), false);
      for (const entry of entries) {
        for (const values of entry.attributes.values()) assert.ok(values.length > 0);
      }
    });

    it('keeps text outside of ASCII as it is', async () => {
      const { entries } = await read({ user: ['cn', 'displayname', 'sn'], group: ['cn', 'description'] });
      assert.equal(first(find(entries, 'José Müller 太郎'), 'displayname'), 'José Müller 太郎');
      assert.equal(first(find(entries, 'staff'), 'description'), 'Everybody — tous');
    });

    it('gives all values of an attribute', async () => {
      const { entries } = await read({ user: ['cn', fixture.telephones] });
      const values = find(entries, 'Anna Berg').attributes.get(fixture.telephones) ?? [];
      assert.deepEqual([...values].sort(), ['+49 30 1', '+49 30 2', '+49 30 3']);
    });

    it('gives binary values byte by byte', async () => {
      const { entries } = await read({ user: ['cn', 'jpegphoto'] });
      const [value, ...others] = find(entries, 'Photo Graph').attributes.get('jpegphoto') ?? [];
      assert.equal(others.length, 0);
      assert.ok(value instanceof Uint8Array);
      assert.equal(Buffer.from(value).toString('hex'), Buffer.from(photo).toString('hex'));
    });

    it('gives members as DNs that mean the entries', async () => {
      const { entries } = await read({ group: ['cn', 'member'] });
      for (const group of tree.filter((entry) => entry.type === 'group')) {
        const expected = group.members.map((member) => fold(find(entries, member).dn));
        const members = (find(entries, group.name).attributes.get('member') ?? []).map((value) => fold(String(value)));
        assert.deepEqual(members.sort(), expected.sort());
      }
    });

    it('waits for each visit before the next one, and for the last one before it resolves', async () => {
      let running = 0;
      let most = 0;
      let done = 0;
      await fixture.source.read({
        ...everything(),
        visit: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          done += 1;
        },
      });
      assert.deepEqual([most, done], [1, tree.length]);
    });

    it('rejects with what a visit throws', async () => {
      const broken = new Error('enough');
      const reading = fixture.source.read({ ...everything(), visit: () => Promise.reject(broken) });
      await assert.rejects(reading, (error) => error === broken);
    });

    it('rejects when it is interrupted before or during a reading', async () => {
      await assert.rejects(fixture.source.read({ ...everything(), signal: AbortSignal.abort() }), BridgeError);
      const controller = new AbortController();
      let visits = 0;
      const reading = fixture.source.read({
        ...everything(),
        signal: controller.signal,
        visit: () => {
          visits += 1;
          controller.abort();
        },
      });
      await assert.rejects(reading, BridgeError);
      assert.ok(visits < tree.length);
      await assert.rejects(fixture.source.inspect(AbortSignal.abort()), BridgeError);
    });

    it('shows a changed, a cleared and an added value in the next reading', async () => {
      await fixture.modify('user', 'Anna Berg', 'title', ['Director']);
      await fixture.modify('user', 'Photo Graph', 'mail', []);
      await fixture.modify('user', 'Nobody', 'displayName', ['Somebody']);
      const { verdict, entries } = await read({ user: ['cn', 'title', 'mail', 'displayname'] });
      assert.equal(verdict.kind, 'complete');
      assert.equal(first(find(entries, 'Anna Berg'), 'title'), 'Director');
      assert.equal(find(entries, 'Photo Graph').attributes.has('mail'), false);
      assert.equal(first(find(entries, 'Nobody'), 'displayname'), 'Somebody');
    });

    it('keeps the id of an entry that is renamed', async () => {
      const old = find((await read()).entries, 'Nobody');
      await fixture.rename('user', 'Nobody', 'Jemand, Ä.');
      const { entries } = await read();
      const renamed = find(entries, 'Jemand, Ä.');
      assert.equal(renamed.id, old.id);
      assert.notEqual(renamed.dn, old.dn);
      assert.equal(entries.length, tree.length);
      await fixture.rename('user', 'Jemand, Ä.', 'Nobody');
    });

    it('shows who came and no longer shows who left, and gives who comes back under the same name another id', async () => {
      const newcomer: TreeEntry = { type: 'user', name: 'New Comer', attributes: { sn: ['Comer'] }, members: [] };
      await fixture.add(newcomer);
      const { id } = find((await read()).entries, newcomer.name);
      await fixture.remove('user', newcomer.name);
      const { verdict, entries } = await read();
      assert.equal(verdict.kind, 'complete');
      assert.equal(
        entries.some((entry) => entry.id === id),
        false,
      );
      await fixture.add(newcomer);
      assert.notEqual(find((await read()).entries, newcomer.name).id, id);
      await fixture.remove('user', newcomer.name);
    });

    it('says what became of those whom a reading does not show, and takes nobody for gone who is there', async () => {
      const { source } = fixture;
      if (source.lookUp === undefined) return; // a file shows all that there is
      const gone: TreeEntry = { type: 'user', name: 'Long Gone', attributes: { sn: ['Gone'] }, members: [] };
      await fixture.add(gone);
      const left = find((await read()).entries, gone.name);
      await fixture.remove('user', gone.name);
      const { entries } = await read();
      const some = [left, find(entries, 'Anna Berg'), find(entries, 'staff')].map(({ id, type }) => ({ id, type }));
      const absenceReasons = await source.lookUp(some, new AbortController().signal);
      assert.match(absenceReasons.get(left.id) ?? 'nothing', /^(?:deleted|missing)$/);
      assert.deepEqual(
        some.slice(1).map(({ id }) => absenceReasons.get(id)),
        ['present', 'present'],
      );
      await assert.rejects(source.lookUp(some, AbortSignal.abort()), BridgeError);
    });

    it('shows what changed since a watermark that it gave, so that what is known equals a complete reading', async () => {
      const directoryCache = new DirectoryCache();
      const follow = async (): Promise<void> => {
        const { watermark } = directoryCache;
        const since = watermark === undefined ? undefined : { watermark, known: directoryCache.known };
        const entries: Entry[] = [];
        const verdict = await fixture.source.read({
          ...everything(followed),
          since,
          visit: (entry) => void entries.push(entry),
        });
        directoryCache.update({ ...verdict, directory: 'corp', entries });
        const complete = await read(followed);
        assert.deepEqual(plain([...directoryCache.known]), plain(complete.entries));
      };
      await follow();
      await follow();
      await fixture.modify('user', 'Anna Berg', 'title', ['President']);
      await follow();
      await fixture.modify('user', 'Anna Berg', 'title', []);
      await fixture.add(passerBy);
      await follow();
      await fixture.rename('user', passerBy.name, 'Passer By Again');
      await follow();
      await fixture.remove('user', 'Passer By Again');
      await follow();
      await fixture.modify('user', 'Anna Berg', 'title', ['Engineer']);
      await follow();
    });
  });
}

/** Reads the whole source; without names, the attribute `cn`. */
export async function readAll(
  source: DirectorySource,
  attributes: Partial<Record<ResourceType, readonly string[]>> = {},
): Promise<Result> {
  const entries: Entry[] = [];
  const verdict = await source.read({
    attributes: { user: new Set(attributes.user ?? ['cn']), group: new Set(attributes.group ?? ['cn']) },
    visit: (entry) => void entries.push(entry),
    signal: new AbortController().signal,
  });
  return { verdict, entries };
}

/** Comes and goes while changes are followed. */
const passerBy: TreeEntry = { type: 'user', name: 'Passer By', attributes: { sn: ['By'] }, members: [] };
const followed = { user: ['cn', 'title'], group: ['cn', 'member'] } as const;

/** What can be compared between a directory cache and a reading: members as sets, since servers give them in any order. */
function plain(entries: readonly Entry[]): unknown {
  return entries
    .map(({ id, type, dn, attributes }) => [
      id,
      type,
      fold(dn),
      [...attributes].map(([name, values]) => [name, values.map((value) => fold(String(value))).sort()]).sort(),
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** A request for everybody that nobody listens to and nobody interrupts; without names, for `cn`. */
function everything(
  attributes: Partial<Record<ResourceType, readonly string[]>> = {},
): Parameters<DirectorySource['read']>[0] {
  return {
    attributes: { user: new Set(attributes.user ?? ['cn']), group: new Set(attributes.group ?? ['cn']) },
    visit: () => undefined,
    signal: new AbortController().signal,
  };
}

/** OpenLDAP spells the same DN differently here and there (`\,` and `\2C`): without escapes and case they are equal. */
function fold(dn: string): string {
  const unescape = (_: string, hex: string | undefined, other: string | undefined): string =>
    hex === undefined ? (other ?? '') : Buffer.from(hex.replaceAll('\\', ''), 'hex').toString();
  return dn.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/giu, unescape).toLowerCase();
}

/** The first value of an attribute as text; undefined when there is none. */
export function first(entry: Entry, attribute: string): string | undefined {
  const value = entry.attributes.get(attribute)?.[0];
  return typeof value === 'string' ? value : undefined;
}
