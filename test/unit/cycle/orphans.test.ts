import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import { createFakeSource } from '../../support/fake-source.ts';
import { cycleStage, operationsOf, person } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';

const users = { userName: 'lower(mail)', active: 'status != "off"' };
const ids = ['anna', 'ben', 'cleo', 'dora'];
const readFrom = (...directories: string[]): TargetSetup['definition'] => definition({ directories, users });

/** A target that was in step with directory `corp`, and then a configuration that calls it `head` and shows these people. */
async function renamed(present: readonly string[], rest: { readonly dn?: string } = {}) {
  const stage = cycleStage(
    ids.map((id) => person(id)),
    { definition: readFrom('corp') },
  );
  await stage.cycle();
  const head = createFakeSource('head');
  head.become({ kind: 'generic', idAttribute: 'entryUUID', contexts: [rest.dn ?? 'dc=other'] });
  for (const id of present) head.put({ ...person(id), directory: 'head' } satisfies Entry);
  const setup = { ...stage.setup, definition: readFrom('head') };
  return {
    ...stage,
    head,
    next: () => stage.cycle({ sources: new Map([['head', head]]), prepare: () => Promise.resolve(setup) }),
  };
}

describe('a directory that has another name in the configuration', () => {
  it('keeps its people, and whoever leaves in the same moment loses access', async () => {
    const stage = await renamed(['anna', 'ben', 'cleo']);
    assert.deepEqual(operationsOf((await stage.next()).report.applied), ['deactivate dora']);
    assert.deepEqual(await stage.store.linkTotals(), [{ target: 'wiki', directory: 'head', links: 4 }]);
  });

  it('is known by what it is, even when nobody of its people is left', async () => {
    const stage = await renamed([], { dn: 'dc=corp' });
    stage.head.put(person('emil'));
    const { report } = await stage.next();
    assert.deepEqual(operationsOf(report.applied).filter((one) => one.startsWith('deactivate')).length, 4);
  });

  it('lets nobody leave whom nobody can tell of: a person decides about them', async () => {
    const stage = await renamed(['emil']);
    const { report } = await stage.next();
    assert.deepEqual(operationsOf(report.applied), ['create emil']);
    assert.equal(report.result, 'held');
    assert.deepEqual(
      report.hold?.findings.map(({ kind, planned }) => [kind, planned]),
      [['unread_directory', 4]],
    );
    assert.match(JSON.stringify(report.hold.findings), /nobody reads directory corp any more/);
    assert.deepEqual(operationsOf((await stage.next()).report.applied), []);
  });
});
