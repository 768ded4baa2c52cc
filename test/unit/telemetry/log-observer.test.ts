import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Verb } from '../../../src/core/model/plan.ts';
import type { CycleEvent, CycleObserver, CycleResult } from '../../../src/ports/cycle-observer.ts';
import { logObserver } from '../../../src/telemetry/log-observer.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

const noCounts: Record<Verb, number> = {
  create: 0,
  adopt: 0,
  relink: 0,
  update: 0,
  reactivate: 0,
  members: 0,
  deactivate: 0,
  delete: 0,
};

const started: CycleEvent = { kind: 'cycle_started', target: 'wiki', mode: 'full', cycle: 'c1' };

function finished(
  result: CycleResult,
  error?: { code: string; message: string; remedy?: string },
  deferred = 0,
): CycleEvent {
  return {
    kind: 'cycle_finished',
    target: 'wiki',
    mode: 'full',
    cycle: 'c1',
    result,
    milliseconds: 12.4,
    deferred,
    error,
  };
}

function operation(
  outcome: 'applied' | 'failed',
  rest: Partial<CycleEvent & { kind: 'operation_finished' }> = {},
): CycleEvent {
  return {
    kind: 'operation_finished',
    target: 'wiki',
    type: 'user',
    sourceId: '6f1e',
    verb: 'update',
    outcome,
    delayMilliseconds: 3,
    ...rest,
  };
}

const hold: CycleEvent = {
  kind: 'held',
  target: 'wiki',
  hold: {
    holdId: 'ab12',
    decisive: [],
    operations: [
      {
        verb: 'delete',
        cause: 'absent',
        type: 'user',
        sourceId: '6f1e',
        directory: 'corp',
        label: 'canary@corp.example',
        reason: 'canary',
        stage: 4,
      },
    ],
    findings: [
      { kind: 'removals', type: 'user', planned: 40, recent: 0, population: 100, allowed: 10, text: 'canary' },
    ],
  },
};

function observed(level: 'info' | 'debug' | 'trace' = 'info') {
  const clock = fakeClock();
  const log = logLines(level);
  const observer: CycleObserver = logObserver(log.log, clock);
  const told = (): unknown[] => log.lines().map((line) => [line['level'], line['event']]);
  return { clock, observe: (...events: CycleEvent[]) => events.forEach(observer), told, ...log };
}

describe('log of events', () => {
  it('says nothing at info about a cycle in which nothing happened', () => {
    const { observe, told } = observed();
    observe(
      { kind: 'directory_read', directory: 'corp', verdict: 'complete', users: 3, groups: 1, milliseconds: 5 },
      started,
      { kind: 'plan_made', target: 'wiki', planId: 'ab12', counts: noCounts, rejected: 0, reasons: {} },
      finished('success'),
    );
    assert.deepEqual(told(), []);
  });

  it('sums up a cycle that did something in one line with stable fields', () => {
    const { observe, lines } = observed();
    observe(
      started,
      operation('applied', { verb: 'create' }),
      operation('applied'),
      operation('applied'),
      finished('success'),
    );
    assert.deepEqual(lines(), [
      {
        level: 'info',
        event: 'cycle_finished',
        target: 'wiki',
        cycle: 'c1',
        mode: 'full',
        result: 'success',
        milliseconds: 12,
        counts: { create: 1, update: 2 },
        msg: 'target wiki: cycle finished',
      },
    ]);
  });

  it('warns of a failed operation by source id and class, and keeps the words of the target for debug', () => {
    const failed = operation('failed', { failure: 'rejected', status: 400, detail: 'canary@corp.example is taken' });
    const atInfo = observed('info');
    atInfo.observe(started, failed, finished('partial'));
    assert.deepEqual(atInfo.told(), [
      ['warn', 'operation_finished'],
      ['warn', 'cycle_finished'],
    ]);
    assert.deepEqual(atInfo.lines()[1]?.['failed'], { rejected: 1 });
    assert.equal(atInfo.lines()[0]?.['class'], 'rejected');
    assert.equal(atInfo.text().includes('canary'), false);
    const atDebug = observed('debug');
    atDebug.observe(started, failed);
    assert.equal(atDebug.text().includes('canary@corp.example is taken'), true);
  });

  it('gives only the first failures of a cycle a line of their own', () => {
    const { observe, lines } = observed();
    observe(
      started,
      ...Array.from({ length: 500 }, (_, id) =>
        operation('failed', { sourceId: `id-${id}`, failure: 'rejected', status: 400 }),
      ),
      finished('partial'),
    );
    assert.equal(lines().length, 21);
    assert.deepEqual(lines().at(-1)?.['failed'], { rejected: 500 });
  });

  it('warns of a hold once, with the numbers and the command, without names', () => {
    const { observe, lines, told, text } = observed();
    for (let cycle = 0; cycle < 5; cycle += 1) observe(started, hold, finished('held'));
    assert.deepEqual(told(), [
      ['warn', 'held'],
      ['warn', 'cycle_finished'],
    ]);
    assert.match(String(lines()[0]?.['msg']), /dir2scim approve ab12$/);
    assert.deepEqual(lines()[0]?.['counts'], { delete: 1 });
    assert.equal(text().includes('canary'), false);
  });

  it('warns again of a hold that comes back after a cycle without one', () => {
    const { observe, told } = observed();
    observe(started, hold, finished('held'), started, finished('success'), started, hold, finished('held'));
    assert.deepEqual(
      told().filter((line) => String(line).includes('held')),
      [
        ['warn', 'held'],
        ['warn', 'held'],
      ],
    );
  });

  it('tells an unchanged failure first, then every 15 minutes with a count, and then that it is over', async () => {
    const { observe, clock, lines } = observed();
    const broken = finished('error', { code: 'D2S_TARGET_AUTH', message: 'refused', remedy: 'renew the token' });
    observe(started, operation('failed', { failure: 'auth', status: 401 }), broken);
    for (let poll = 0; poll <= 90; poll += 1) {
      observe(started, broken);
      await clock.advance(10_000);
    }
    observe(started, finished('success'));
    assert.deepEqual(
      lines().map(({ level, code, repeated, msg }) => ({ level, code, repeated, msg })),
      [
        {
          level: 'warn',
          code: undefined,
          repeated: undefined,
          msg: 'target wiki: update of user 6f1e failed (auth, HTTP 401)',
        },
        { level: 'error', code: 'D2S_TARGET_AUTH', repeated: undefined, msg: 'refused; renew the token' },
        { level: 'error', code: 'D2S_TARGET_AUTH', repeated: 90, msg: 'refused; renew the token' },
        {
          level: 'info',
          code: undefined,
          repeated: undefined,
          msg: 'target wiki: cycle finished; nothing fails any more',
        },
      ],
    );
  });

  it('logs a failing operation once, then every 15 minutes, however its class is counted', async () => {
    const { observe, clock, lines } = observed();
    const failed = (sourceId: string) => operation('failed', { sourceId, failure: 'rejected', status: 400 });
    for (let poll = 0; poll <= 90; poll += 1) {
      // Tried at different times, and a cycle between them that only waits.
      const tried = poll % 3 === 2 ? [] : poll % 3 === 1 ? [failed('6f1e')] : [failed('6f1e'), failed('7a2b')];
      observe(started, ...tried, finished('partial', undefined, 2 - tried.length));
      await clock.advance(10_000);
    }
    assert.deepEqual(
      lines().map(({ event, sourceId, repeated }) => [event, sourceId, repeated]),
      [
        ['operation_finished', '6f1e', undefined],
        ['operation_finished', '7a2b', undefined],
        ['cycle_finished', undefined, undefined],
        ['operation_finished', '6f1e', 59],
        ['operation_finished', '7a2b', 29],
        ['cycle_finished', undefined, 89],
      ],
    );
  });

  it('logs a failure again that comes back after the operation succeeded', () => {
    const { observe, told } = observed();
    const failed = operation('failed', { failure: 'rejected', status: 400 });
    observe(
      started,
      failed,
      finished('partial'),
      started,
      operation('applied'),
      finished('success'),
      started,
      failed,
      finished('partial'),
    );
    assert.deepEqual(told().map(String), [
      'warn,operation_finished',
      'warn,cycle_finished',
      'info,cycle_finished',
      'warn,operation_finished',
      'warn,cycle_finished',
    ]);
  });

  it('has whole numbers only', () => {
    const { observe, lines } = observed('trace');
    observe(
      started,
      operation('applied', { delayMilliseconds: 3.7 }),
      { kind: 'scim_request', target: 'wiki', method: 'GET', status: 200, milliseconds: 4.25 },
      finished('success'),
    );
    const numbers = lines().flatMap((line) => Object.values(line).filter((value) => typeof value === 'number'));
    assert.deepEqual([numbers.length > 2, numbers.every(Number.isInteger)], [true, true]);
  });

  it('warns once of entries that cannot be written, and again when their number changes', () => {
    const { observe, lines } = observed();
    const plan = (rejected: number): CycleEvent => ({
      kind: 'plan_made',
      target: 'wiki',
      planId: 'ab12',
      counts: noCounts,
      rejected,
      reasons: {},
    });
    for (const rejected of [3, 3, 4, 0, 4]) observe(started, plan(rejected), finished('success'));
    assert.deepEqual(
      lines().map(({ level, event, rejected }) => [level, event, rejected]),
      [3, 4, 4].map((rejected) => ['warn', 'plan_made', rejected]),
    );
  });

  it('has the same events as docs/logs.md, both ways', async () => {
    const kinds: Record<CycleEvent['kind'], true> = {
      cycle_started: true,
      cycle_finished: true,
      reading_started: true,
      still_reading: true,
      entries_read: true,
      directory_read: true,
      absent_entries: true,
      directory_failed: true,
      directory_failover: true,
      open_to_all: true,
      ldap_request: true,
      ldap_request_started: true,
      plan_made: true,
      link_forgotten: true,
      held: true,
      decided: true,
      decision_unusable: true,
      operation_finished: true,
      operations_given_up: true,
      search_failed: true,
      scim_request: true,
      scim_request_started: true,
      target_probed: true,
      throttled: true,
      answer_unusable: true,
      rate_limit_wait: true,
      resources_counted: true,
      unresolved_counted: true,
      verified: true,
      verify_failed: true,
      state_opened: true,
      state_written: true,
      notified: true,
    };
    const root = new URL('../../../', import.meta.url);
    const daemonEvents: (string | undefined)[] = [];
    for await (const file of glob('src/**/*.ts', { cwd: fileURLToPath(root) })) {
      const source = await readFile(new URL(file, root), 'utf8');
      daemonEvents.push(...[...source.matchAll(/\{ event: '(\w+)'/g)].map((match) => match[1]));
    }
    const doc = await readFile(new URL('docs/logs.md', root), 'utf8');
    const rows = [...doc.matchAll(/^\| (`[^|]*) \|/gm)].map((match) => match[1]).filter((cell) => cell !== '`event`');
    const documented = rows.flatMap((cell) => [...String(cell).matchAll(/`(\w+)`/g)].map((match) => match[1]));
    assert.deepEqual(documented.sort(), [...new Set([...Object.keys(kinds), ...daemonEvents])].sort());
  });

  it('tells who decided what and when, and what became of it', () => {
    const { observe, lines } = observed();
    const record = {
      target: 'wiki',
      holdId: 'hold-2ba102f94dbc',
      decision: 'approve',
      at: '2026-11-01T00:00:00.000Z',
      by: { via: 'shell', user: 'olga' },
      counts: { deactivate: 7 },
    } as const;
    for (const end of ['taken', 'expired', 'void'] as const)
      observe({ kind: 'decided', target: 'wiki', record: { ...record, end } });
    const common = {
      event: 'decided',
      target: 'wiki',
      hold: 'hold-2ba102f94dbc',
      decision: 'approve',
      by: 'olga',
      via: 'shell',
      at: record.at,
      counts: { deactivate: 7 },
    };
    assert.deepEqual(
      lines().map(({ msg, ...line }) => [
        line,
        String(msg).startsWith('target wiki: approve of hold-2ba102f94dbc by olga is '),
      ]),
      [
        [{ ...common, level: 'info', end: 'taken' }, true],
        [{ ...common, level: 'warn', end: 'expired' }, true],
        [{ ...common, level: 'warn', end: 'void' }, true],
      ],
    );
  });

  it('names a file that is no decision, once and then now and then', async () => {
    const { observe, told, clock } = observed();
    const event = { kind: 'decision_unusable', file: 'notes.json', because: 'unreadable' } as const;
    observe(event, event);
    await clock.advance(16 * 60_000);
    observe(event);
    assert.deepEqual(told(), [
      ['warn', 'decision_unusable'],
      ['warn', 'decision_unusable'],
    ]);
  });

  it('tells at once when the failure is another one', () => {
    const { observe, told } = observed();
    observe(started, finished('error', { code: 'D2S_TARGET_AUTH', message: 'refused' }));
    observe(started, finished('error', { code: 'D2S_TARGET_UNREACHABLE', message: 'gone' }));
    observe(started, finished('partial'));
    observe(started, operation('failed', { failure: 'rejected' }), finished('partial'));
    assert.deepEqual(told(), [
      ['error', 'cycle_finished'],
      ['error', 'cycle_finished'],
      ['warn', 'cycle_finished'],
      ['warn', 'operation_finished'],
      ['warn', 'cycle_finished'],
    ]);
  });

  it('keeps the troubles of a directory and of the state apart, and tells when they are over', () => {
    const { observe, told } = observed();
    const failed: CycleEvent = {
      kind: 'directory_failed',
      directory: 'corp',
      code: 'D2S_DIRECTORY_UNREACHABLE',
      message: 'no answer',
    };
    const read: CycleEvent = {
      kind: 'directory_read',
      directory: 'corp',
      verdict: 'complete',
      users: 1,
      groups: 0,
      milliseconds: 1,
    };
    observe(failed, failed, { kind: 'state_written', result: 'error', journalBytes: 0 }, read, read);
    observe(
      { kind: 'state_written', result: 'success', journalBytes: 10 },
      { kind: 'state_written', result: 'success', journalBytes: 20 },
    );
    assert.deepEqual(told(), [
      ['error', 'directory_failed'],
      ['error', 'state_written'],
      ['info', 'directory_read'],
      ['info', 'state_written'],
    ]);
  });

  it('counts by reason who is not shown any more, and names source ids at debug only', () => {
    const event: CycleEvent = {
      kind: 'absent_entries',
      directory: 'corp',
      absenceReasons: new Map([
        ['6f1e', 'deleted'],
        ['7a2b', 'moved'],
        ['8c3d', 'moved'],
      ]),
    };
    const atInfo = observed('info');
    atInfo.observe(event);
    assert.deepEqual(atInfo.lines(), [
      {
        level: 'info',
        event: 'absent_entries',
        directory: 'corp',
        deleted: 1,
        moved: 2,
        filtered: 0,
        missing: 0,
        unreadable: 0,
        msg: 'directory corp: 3 entries left',
      },
    ]);
    const atDebug = observed('debug');
    atDebug.observe(event);
    assert.deepEqual(atDebug.lines()[1]?.['sources'], {
      deleted: ['6f1e'],
      moved: ['7a2b', '8c3d'],
      filtered: [],
      missing: [],
      unreadable: [],
      present: [],
    });
  });

  it('tells once, and then now and then, of those who only cannot be read', async () => {
    const { observe, clock, lines } = observed();
    const hidden = (...ids: string[]): CycleEvent => ({
      kind: 'absent_entries',
      directory: 'corp',
      absenceReasons: new Map(ids.map((id) => [id, 'unreadable'])),
    });
    for (let poll = 0; poll <= 90; poll += 1) {
      observe(hidden('6f1e'));
      await clock.advance(10_000);
    }
    observe(hidden('6f1e', '7a2b'));
    assert.deepEqual(
      lines().map(({ unreadable, repeated }) => [unreadable, repeated]),
      [
        [1, undefined],
        [1, 89],
        [2, undefined],
      ],
    );
  });

  it('keeps requests and waits for trace', () => {
    const events: CycleEvent[] = [
      { kind: 'scim_request', target: 'wiki', method: 'GET', status: 200, milliseconds: 4 },
      { kind: 'ldap_request', directory: 'corp', operation: 'search', milliseconds: 4, outcome: 'success' },
      { kind: 'rate_limit_wait', target: 'wiki', milliseconds: 40 },
    ];
    const atDebug = observed('debug');
    atDebug.observe(...events);
    assert.deepEqual(atDebug.told(), []);
    const atTrace = observed('trace');
    atTrace.observe(...events);
    assert.equal(atTrace.lines().length, 3);
  });
});
