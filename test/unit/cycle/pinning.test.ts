import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointOf } from '../../../src/cycle/bind-target.ts';
import { explainTarget } from '../../../src/cycle/explain-target.ts';
import { planTarget } from '../../../src/cycle/plan-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { cycleStage, operationsOf, person } from '../../support/cycle-stage.ts';

const lookUp = () => Promise.resolve(new Map<string, never>());
const signal = new AbortController().signal;
const people = ['anna', 'ben', 'cleo'].map((id) => person(id));
const otherId = { kind: '389ds', idAttribute: 'nsUniqueId', contexts: ['dc=corp'] } as const;
const moved = { url: 'https://other.example/scim/v2' };

describe('a directory whose ids come from another attribute than before', () => {
  it('is refused before anything is planned, and believed again when it is what it was', async () => {
    const stage = cycleStage(people);
    await stage.cycle();
    stage.source.become(otherId);
    for (const { id } of people) stage.source.remove(id);
    stage.source.put(person('other'));
    const { report, calls } = await stage.cycle();
    assert.deepEqual([report.error?.code, calls], ['D2S_DIRECTORY_CHANGED', []]);
    stage.source.become({ kind: 'generic', idAttribute: 'entryUUID' });
    for (const one of people) stage.source.put(one);
    stage.source.remove('other');
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), []);
  });

  it('is refused for plan and explain as well, and in a directory cache that is kept current', async () => {
    const stage = cycleStage(people);
    await stage.cycle();
    stage.source.become(otherId);
    const control = { clock: stage.clock, observer: () => undefined, signal, store: stage.store };
    const readings = await readDirectories([stage.setup.definition], new Map([['corp', stage.source]]), control);
    assert.equal(readings.failed.get('corp')?.code, 'D2S_DIRECTORY_CHANGED');
  });

  it('may be anything as long as nobody is linked', async () => {
    const stage = cycleStage([]);
    await stage.cycle();
    stage.source.become(otherId);
    stage.source.put(person('anna'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['create anna']);
    assert.equal((await stage.store.identity('corp'))?.idAttribute, 'nsUniqueId');
  });
});

describe('a target at another URL', () => {
  it('is left alone by cycles, plan and explain, until somebody says what happened', async () => {
    const stage = cycleStage(people);
    await stage.cycle();
    const elsewhere = { ...stage.setup, ...moved };
    const { report, calls } = await stage.cycle({ prepare: () => Promise.resolve(elsewhere) });
    assert.deepEqual([report.error?.code, report.error?.exitCode, calls], ['D2S_TARGET_CHANGED', 2, []]);
    const error = { code: 'D2S_TARGET_CHANGED', remedy: /state rebind wiki; .* state reset wiki/ };
    await assert.rejects(planTarget(elsewhere, [], stage.store, { attempt: 'asked', lookUp, now: 0, signal }), error);
    await assert.rejects(explainTarget('anna', elsewhere, [], stage.store, { lookUp, now: 0, signal }), error);
    assert.equal((await stage.cycle()).report.error, undefined);
  });

  it('is taken as it comes while it has nobody', async () => {
    const stage = cycleStage([]);
    await stage.cycle();
    assert.equal(
      (await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, ...moved }) })).report.error,
      undefined,
    );
    assert.equal(await stage.store.boundTo('wiki'), 'other.example/scim/v2');
  });

  it('is bound in a state from before there was such a thing', async () => {
    const stage = cycleStage([]);
    const link = {
      target: 'wiki',
      type: 'user',
      sourceId: 'anna',
      directory: 'corp',
      targetId: 'user-1',
      origin: 'created',
      lifecycle: 'deactivated',
      attributes: {},
    } as const;
    await stage.store.record([{ kind: 'link', link }]);
    assert.equal((await stage.cycle()).report.error, undefined);
    assert.equal(await stage.store.boundTo('wiki'), 'wiki.example/scim/v2');
  });
});

describe('endpointOf', () => {
  const same = [
    'https://wiki.example/scim/v2',
    'https://WIKI.example/scim/v2/',
    'https://wiki.example:443/scim/v2',
    'http://wiki.example/scim/v2',
    'https://wiki.example./scim/x/../v2//',
  ];
  for (const url of same)
    it(`takes ${url} for the same service`, () => assert.equal(endpointOf(url), 'wiki.example/scim/v2'));
  const others = [
    'https://wiki.example/scim/V2',
    'https://wiki.example:8443/scim/v2',
    'https://wiki.example/tenants/b/scim/v2',
    'https://wiki.example',
  ];
  for (const url of others)
    it(`takes ${url} for another one`, () => assert.notEqual(endpointOf(url), 'wiki.example/scim/v2'));
  it('does not care for the case of escapes', () =>
    assert.equal(endpointOf('https://a.example/%7eb'), endpointOf('https://a.example/%7Eb')));
});
