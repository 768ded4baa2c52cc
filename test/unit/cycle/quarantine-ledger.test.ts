import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../src/core/model/plan.ts';
import type { Resource } from '../../../src/core/model/resource.ts';
import { quarantineAfter } from '../../../src/cycle/quarantine/back-off.ts';
import { createFingerprints } from '../../../src/cycle/quarantine/fingerprints.ts';
import { QuarantineLedger } from '../../../src/cycle/quarantine/ledger.ts';
import type { AttemptMode } from '../../../src/cycle/shared/target-setup.ts';
import type { QuarantineRecord } from '../../../src/ports/state-records.ts';
import { aLink } from '../../contract/state-store.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const minute = 60_000;

const person = (sourceId: string): Resource => ({
  sourceId,
  directory: 'corp',
  type: 'user',
  label: sourceId,
  attributes: new Map([['userName', sourceId]]),
  createOnly: new Map(),
  members: [],
});
const update = (sourceId: string): Operation => ({
  verb: 'update',
  type: 'user',
  sourceId,
  directory: 'corp',
  label: sourceId,
  reason: '',
  stage: 3,
  changes: [{ path: 'title', change: 'set', value: 'Chef', had: true }],
});
const fingerprints = createFingerprints([person('ada'), person('ben')], (text) => text, {
  user: ['userName'],
  group: [],
});

/** As the ledger of a cycle a few seconds after another one that found this. */
const ledger = (records: readonly QuarantineRecord[], attempt: AttemptMode = 'due', orphaned: string[] = []) =>
  new QuarantineLedger({
    target: 'wiki',
    quarantined: new Map(records.map((record) => [record.sourceId, record])),
    orphaned,
    fingerprints,
    attempt,
    now: now + 5_000,
  });
const record = (sourceId: string, rest: Partial<QuarantineRecord>): QuarantineRecord =>
  quarantineAfter(
    undefined,
    { target: 'wiki', type: 'user', sourceId, cause: 'rejected', fingerprint: '', ...rest },
    now,
  );
const changesOf = (one: QuarantineLedger) =>
  one.foundChanges().map((change) => (change.kind === 'quarantine' ? change.quarantine : undefined));

describe('the quarantine of a cycle', () => {
  it('advises about the search for a newcomer by what failed before, and by who asks', () => {
    const ofMatch = fingerprints.ofMatch('ada') ?? '';
    const ofResource = fingerprints.ofResource(person('ada'));
    const cases: [string, Partial<QuarantineRecord>, string, string, string][] = [
      ['refused', { cause: 'rejected', fingerprint: ofResource }, 'backing off', 'search', 'search'],
      ['could not be searched', { cause: 'transient', fingerprint: ofResource }, 'backing off', 'search', 'search'],
      ['creation held', { cause: 'held', fingerprint: ofResource }, 'not searched', 'search', 'search'],
      ['inactive', { cause: 'inactive', fingerprint: ofMatch }, 'unmatchable', 'unmatchable', 'search'],
      ['several fit', { cause: 'ambiguous_match', fingerprint: ofMatch }, 'unmatchable', 'search', 'search'],
      [
        'answered with another account',
        { cause: 'adoption_off', fingerprint: ofMatch, targetId: '7' },
        'unmatchable',
        'unmatchable',
        'search',
      ],
      ['changed since', { cause: 'rejected', fingerprint: 'other' }, 'search', 'search', 'search'],
    ];
    for (const [what, rest, due, asked, everything] of cases) {
      const advice = (attempt: AttemptMode) => ledger([record('ada', rest)], attempt).adviseSearch(person('ada')).kind;
      assert.deepEqual([advice('due'), advice('asked'), advice('everything')], [due, asked, everything], what);
    }
    assert.equal(ledger([]).adviseSearch(person('ada')).kind, 'search', 'nothing failed');
  });

  it('defers everything about an entry of which something failed, until its pause is over or a person wants it', () => {
    const own = [update('ada'), update('ben')];
    const failed = record('ada', { fingerprint: fingerprints.ofOperations([update('ada')]) });
    assert.deepEqual(ledger([failed]).divide(own, new Set()), { due: [own[1]], deferred: [own[0]] });
    assert.deepEqual(ledger([failed]).divide(own, new Set(['ada'])).deferred, []);
    assert.deepEqual(ledger([failed], 'asked').divide(own, new Set()).deferred, []);
    assert.deepEqual(ledger([{ ...failed, cause: 'held' }]).divide(own, new Set()).deferred, []);
    const over = new Date(now + 5_000).toISOString();
    assert.deepEqual(ledger([{ ...failed, retryAt: over }]).divide(own, new Set()).deferred, []);
  });

  it('records what a search finds in the way, with growing pauses', () => {
    const before = record('ada', { cause: 'ambiguous_match', fingerprint: fingerprints.ofMatch('ada') ?? '' });
    const one = ledger([before], 'asked');
    one.unmatchable(person('ada'), 'ambiguous_match');
    one.unreached(person('ben'), { class: 'transient', status: 503, detail: '' });
    assert.deepEqual(
      changesOf(one).map((found) => [found?.sourceId, found?.cause, found?.attempts, found?.status]),
      [
        ['ada', 'ambiguous_match', 2, undefined],
        ['ben', 'transient', 1, 503],
      ],
    );
    assert.equal(one.retryAt('ada'), now + 5_000 + 4 * minute);
    assert.equal(one.retryAt('carol'), undefined);
  });

  it('looks for somebody whom the target lost once in a while, and tells when it does again', () => {
    const lost = aLink('ada', { lifecycle: 'lost', targetId: '7' });
    const one = ledger([]);
    assert.equal(one.isSearchedFor(lost), true);
    one.mislaid(lost);
    const [found] = one.found;
    assert.deepEqual(one.searchedAgain, { count: 1, lookAt: found?.retryAt });
    const next = ledger(found === undefined ? [] : [found]);
    assert.equal(next.isSearchedFor(lost), false);
    next.mislaid(lost);
    assert.deepEqual([next.found, next.searchedAgain], [[], one.searchedAgain], 'the pause goes on');
    assert.equal(ledger(found === undefined ? [] : [found], 'asked').isSearchedFor(lost), true);
  });

  it('remembers all that failed for an entry in one cycle as one try, and nothing of refused credentials', () => {
    const one = ledger([]);
    const other: Operation = { ...update('ada'), stage: 4 };
    const fingerprintOf = (operation: Operation) => {
      const [change] = one.failed(operation, { class: 'rejected', status: 400, detail: 'no' }, now);
      return change?.kind === 'quarantine' ? change.quarantine.fingerprint : undefined;
    };
    assert.equal(fingerprintOf(update('ada')), fingerprints.ofOperations([update('ada')]));
    assert.equal(fingerprintOf(other), fingerprints.ofOperations([update('ada'), other]));
    assert.deepEqual(one.failed(update('ben'), { class: 'auth', detail: 'no' }, now), []);
  });

  it('ends where nothing is left to do: done, undone in the directory, or the entry gone', () => {
    const records = ['done', 'unwanted', 'waits', 'stands'].map((id) =>
      record(id, { cause: 'ambiguous_match', fingerprint: '' }),
    );
    const one = ledger(records, 'due', ['gone']);
    one.unmatchable(person('stands'), 'ambiguous_match');
    const [done, waits] = [update('done'), update('waits')];
    const over = one.ended([done, waits], [done]).map((change) => 'sourceId' in change && change.sourceId);
    assert.deepEqual(over, ['done', 'unwanted', 'gone']);
    assert.deepEqual(one.over('nobody'), []);
  });
});
