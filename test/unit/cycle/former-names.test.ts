import { EntryMap } from '../../support/entry-map.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DirectoryCache } from '../../../src/core/directory/directory-cache.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { CompleteReading } from '../../../src/core/model/reading.ts';
import { formerNames, noteNames } from '../../../src/cycle/shared/former-names.ts';
import { entry } from '../../support/entries.ts';
import { linkOf, user } from '../../support/plan-input.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const at = (id: string, dn: string): Entry => entry(id, {}, { dn });
const readingOf = (...entries: Entry[]): CompleteReading => ({
  kind: 'complete',
  directory: 'corp',
  entries: new EntryMap(entries),
});

describe('names that entries had', () => {
  const setup = () => {
    const store = createMemoryStore();
    const note = (reading: CompleteReading) => noteNames(new Map([['corp', reading]]), store);
    const who = async (dn: string) => (await formerNames(new Set([dn]), ['corp'], store, undefined)).get(dn);
    return { store, note, who };
  };

  it('mean them still, in whatever spelling, when they have moved', async () => {
    const { note, who } = setup();
    await note(readingOf(at('ann', 'CN=Ann,OU=A,DC=corp')));
    await note(readingOf(at('ann', 'CN=Ann,OU=B,DC=corp')));
    assert.deepEqual(await who('cn=ann, ou=a, dc=CORP'), ['ann']);
    assert.deepEqual(await who('cn=ann,ou=b,dc=corp'), ['ann']);
    assert.equal(await who('cn=ann,ou=c,dc=corp'), undefined);
  });

  it('mean all who had them, and nobody who is gone', async () => {
    const { note, who } = setup();
    await note(readingOf(at('ann', 'CN=x,DC=corp'), at('ben', 'CN=ben,DC=corp')));
    await note(readingOf(at('ann', 'CN=ann,DC=corp'), at('ben', 'CN=x,DC=corp')));
    assert.deepEqual(await who('CN=x,DC=corp'), ['ann', 'ben']);
    await note(readingOf(at('ben', 'CN=ben,DC=corp')));
    assert.deepEqual(await who('CN=x,DC=corp'), ['ben']);
  });

  it('are kept of those who are gone while a target has a link of theirs', async () => {
    const { store, note, who } = setup();
    const link = linkOf(user('ben'));
    await note(readingOf(at('ben', 'CN=ben,DC=corp')));
    await store.record([{ kind: 'link', link }]);
    await note(readingOf(at('ann', 'CN=ann,DC=corp')));
    assert.deepEqual(await who('CN=ben,DC=corp'), ['ben']);
    await store.record([{ kind: 'unlink', target: link.target, sourceId: 'ben' }]);
    await note(readingOf(at('ann', 'CN=ann,DC=corp')));
    assert.equal(await who('CN=ben,DC=corp'), undefined);
  });

  it('are the last few', async () => {
    const { note, who } = setup();
    for (const number of [1, 2, 3, 4, 5]) await note(readingOf(at('ann', `CN=${number},DC=corp`)));
    assert.deepEqual([await who('CN=1,DC=corp'), await who('CN=2,DC=corp')], [undefined, ['ann']]);
  });

  it('are written once, and after a delta only for what changed', async () => {
    const { store, note, who } = setup();
    const directoryCache = new DirectoryCache();
    directoryCache.update({ ...readingOf(at('ann', 'CN=a,DC=corp'), at('ben', 'CN=b,DC=corp')), watermark: '1' });
    let records = 0;
    store.failRecords(() => (records += 1) < 0);
    const noteNow = () => note(directoryCache.reading ?? assert.fail());
    await noteNow();
    await noteNow();
    assert.equal(records, 1);
    directoryCache.update({
      kind: 'delta',
      directory: 'corp',
      entries: [at('ann', 'CN=c,DC=corp')],
      gone: ['ben'],
      watermark: '2',
    });
    await noteNow();
    assert.deepEqual([await who('CN=a,DC=corp'), await who('CN=b,DC=corp')], [['ann'], ['ben']]);
    await note(readingOf(at('ann', 'CN=c,DC=corp')));
    assert.deepEqual([records, await who('CN=b,DC=corp')], [3, undefined], 'a complete reading forgets who is gone');
  });

  it('are noted next time when the state cannot be written', async () => {
    const { store, note, who } = setup();
    const reading = readingOf(at('ann', 'CN=a,DC=corp'));
    let broken = true;
    store.failRecords(() => broken);
    await note(reading);
    broken = false;
    await note(reading);
    assert.deepEqual(await who('CN=a,DC=corp'), ['ann']);
  });
});
