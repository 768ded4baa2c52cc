import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { TargetState } from '../../../src/ports/state-records.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.ts';
import { until } from '../../support/until.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const startAt = Date.UTC(2026, 0, 5);

function metricsOf(...events: CycleEvent[]): Metrics {
  const metrics = createMetrics({
    version: '1.2.3',
    targets: ['wiki', 'chat'],
    directories: ['corp'],
    pollSeconds: 10,
    clock: fakeClock({ startAt }),
  });
  events.forEach(metrics.observer);
  return metrics;
}

/** The sample lines of our own metrics. */
async function samplesOf({ registry }: Metrics): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('dir2scim_'));
}

const started: CycleEvent = { kind: 'cycle_started', target: 'wiki', mode: 'full', cycle: 'c1' };
const finished = (result: 'success' | 'error' | 'held' | 'interrupted'): CycleEvent => ({
  kind: 'cycle_finished',
  target: 'wiki',
  mode: 'full',
  cycle: 'c1',
  result,
  milliseconds: 1500,
  deferred: 0,
});
const held: Extract<CycleEvent, { kind: 'held' }> = {
  kind: 'held',
  target: 'wiki',
  hold: {
    holdId: 'ab12',
    decisive: [],
    findings: [],
    operations: ['1', '2'].map((sourceId) => ({
      verb: 'delete',
      cause: 'absent',
      type: 'user',
      sourceId,
      directory: 'corp',
      label: 'someone',
      reason: 'gone',
      stage: 4,
    })),
  },
};

describe('metrics', () => {
  it('count a cycle that was ended as interrupted, and leave everything else as it was', async () => {
    const before = [started, held, finished('held')];
    const after = await samplesOf(metricsOf(...before, started, finished('interrupted')));
    assert.ok(after.includes('dir2scim_cycles_total{target="wiki",mode="full",result="interrupted"} 1'));
    const others = (lines: readonly string[]) => lines.filter((line) => !line.includes('result="interrupted"'));
    assert.deepEqual(others(after), others(await samplesOf(metricsOf(...before))));
  });

  it('gives every metric a HELP text, and the suffix _total to counters and nothing else', async () => {
    const all = await metricsOf().registry.getMetricsAsJSON();
    assert.ok(all.length > 30);
    for (const { name, help, type } of all) {
      assert.notEqual(help.trim(), '', name);
      assert.equal(name.endsWith('_total'), String(type) === 'counter', `${name} is a ${String(type)}`);
    }
  });

  it('has the same metrics, types and labels as docs/metrics.md, both ways', async () => {
    const doc = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const documented = [...doc.matchAll(/^\| `(dir2scim_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
      ([, name, type, labels]) => `${String(name)} ${String(type)} {${[...String(labels).matchAll(/\w+/g)].join(',')}}`,
    );
    const text = await metricsOf().registry.metrics();
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
    const exposed = metricsOf()
      .registry.getMetricsAsArray()
      .filter(({ name }) => name.startsWith('dir2scim_'))
      .map((metric) => `${metric.name} ${String(types.get(metric.name))} {${labelNamesOf(metric).join(',')}}`);
    assert.deepEqual([...exposed].sort(), [...documented].sort());
  });

  it('has every value of a label from a closed list in docs/metrics.md', async () => {
    const doc = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const closed = /\b(state|outcome|result|mode|reason|kind|operation|condition)="(\w+)"/g;
    const unsaid = (await samplesOf(metricsOf())).flatMap((line) => {
      const name = /^\w+?(?=(?:_bucket|_sum|_count)?\{)/.exec(line)?.[0] ?? '';
      const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(doc)?.[0] ?? '';
      return [...line.matchAll(closed)].flatMap(([label, , value = '']) =>
        new RegExp(`\\b${value}\\b`).test(row) ? [] : [`${name} ${label}`],
      );
    });
    assert.deepEqual([...new Set(unsaid)], []);
  });

  it('knows every series that can be known from the start, at 0, and no timestamp', async () => {
    const samples = await samplesOf(metricsOf());
    for (const line of [
      'dir2scim_cycles_total{target="chat",mode="incremental",result="error"} 0',
      'dir2scim_operations_total{target="wiki",type="group",operation="members",outcome="failed"} 0',
      'dir2scim_held_operations{target="wiki",operation="delete"} 0',
      'dir2scim_propagation_delay_seconds_count{target="wiki"} 0',
      'dir2scim_state_writes_total{result="error"} 0',
      'dir2scim_poll_interval_seconds 10',
      `dir2scim_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ]) {
      assert.ok(samples.includes(line), line);
    }
    assert.deepEqual(
      samples.filter((line) => line.includes('_timestamp_')),
      [],
    );
  });

  it('counts cycles, operations, entries, requests and writes in base units', async () => {
    const samples = await samplesOf(
      metricsOf(
        { kind: 'directory_read', directory: 'corp', verdict: 'complete', users: 30, groups: 4, milliseconds: 50 },
        { kind: 'ldap_request', directory: 'corp', operation: 'search', milliseconds: 250, outcome: 'success' },
        started,
        {
          kind: 'operation_finished',
          target: 'wiki',
          type: 'user',
          sourceId: '1',
          verb: 'create',
          outcome: 'applied',
          delayMilliseconds: 1500,
        },
        {
          kind: 'operation_finished',
          target: 'wiki',
          type: 'user',
          sourceId: '2',
          verb: 'create',
          outcome: 'failed',
          failure: 'rejected',
          status: 400,
          delayMilliseconds: 9e9,
        },
        { kind: 'scim_request', target: 'wiki', method: 'POST', status: 201, milliseconds: 500 },
        { kind: 'throttled', target: 'wiki', milliseconds: 2000 },
        { kind: 'rate_limit_wait', target: 'wiki', milliseconds: 2500 },
        {
          kind: 'resources_counted',
          target: 'wiki',
          counts: {
            user: { active: 5, deactivated: 2, lost: 1, adopted: 3, quarantined: 4, leftDisabled: 1 },
            group: { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 },
          },
          pending: 7,
          pendingResources: { user: 5, group: 1 },
          unstored: { title: 2 },
          strangers: 3,
        },
        { kind: 'unresolved_counted', target: 'wiki', counts: { members: 3, groups: 2, references: 1 }, isNews: true },
        { kind: 'state_written', result: 'success', journalBytes: 4096 },
        finished('success'),
      ),
    );
    for (const line of [
      'dir2scim_unresolved_values{target="wiki",kind="member"} 3',
      'dir2scim_unresolved_values{target="wiki",kind="reference"} 1',
      'dir2scim_source_entries{directory="corp",type="user"} 30',
      `dir2scim_last_complete_read_timestamp_seconds{directory="corp"} ${startAt / 1000}`,
      'dir2scim_ldap_request_duration_seconds_sum{directory="corp",operation="search",outcome="success"} 0.25',
      'dir2scim_operations_total{target="wiki",type="user",operation="create",outcome="applied"} 1',
      'dir2scim_operations_total{target="wiki",type="user",operation="create",outcome="failed"} 1',
      'dir2scim_propagation_delay_seconds_sum{target="wiki"} 1.5',
      'dir2scim_propagation_delay_seconds_count{target="wiki"} 1',
      'dir2scim_scim_request_duration_seconds_sum{target="wiki",method="POST",status="2xx"} 0.5',
      'dir2scim_scim_throttled_total{target="wiki"} 1',
      'dir2scim_rate_limit_wait_seconds_total{target="wiki"} 2.5',
      'dir2scim_resources{target="wiki",type="user",state="quarantined"} 4',
      'dir2scim_resources{target="wiki",type="user",state="left_disabled"} 1',
      'dir2scim_pending_operations{target="wiki"} 7',
      'dir2scim_resources{target="wiki",type="user",state="pending"} 5',
      'dir2scim_resources{target="wiki",type="group",state="pending"} 1',
      'dir2scim_kept_members{target="wiki"} 3',
      'dir2scim_journal_bytes 4096',
      'dir2scim_cycles_total{target="wiki",mode="full",result="success"} 1',
      'dir2scim_cycle_duration_seconds_sum{target="wiki",mode="full"} 1.5',
      `dir2scim_last_success_timestamp_seconds{target="wiki"} ${startAt / 1000}`,
    ]) {
      assert.ok(samples.includes(line), line);
    }
  });

  it('tells how long nothing else had its turn, and forgets it once it is told', async () => {
    const metrics = metricsOf();
    const told = async (): Promise<number> => {
      const [line = ''] = (await samplesOf(metrics)).filter((one) =>
        one.startsWith('dir2scim_event_loop_delay_seconds '),
      );
      return Number(line.split(' ')[1]);
    };
    await told();
    await wait(50);
    for (const end = performance.now() + 300; performance.now() < end;);
    await wait(50);
    assert.ok((await told()) > 0.2);
    await until('it is over', async () => (await told()) < 0.2);
  });

  it('knows after a delta how many entries there are, not only how many came', async () => {
    const complete: CycleEvent = {
      kind: 'directory_read',
      directory: 'corp',
      verdict: 'complete',
      users: 30,
      groups: 4,
      milliseconds: 1,
    };
    const samples = await samplesOf(metricsOf(complete, { ...complete, verdict: 'delta', users: 31, changed: 1 }));
    assert.ok(samples.includes('dir2scim_source_entries{directory="corp",type="user"} 31'));
  });

  it('shows what is held until a cycle holds nothing; a failed cycle proves nothing', async () => {
    const heldNow = async (...events: CycleEvent[]): Promise<string | undefined> =>
      (await samplesOf(metricsOf(...events)))
        .find((line) => line.startsWith('dir2scim_held_operations{target="wiki",operation="delete"}'))
        ?.split(' ')[1];
    assert.equal(await heldNow(started, held, finished('held')), '2');
    assert.equal(await heldNow(started, held, finished('held'), started, held, finished('held')), '2');
    assert.equal(await heldNow(started, held, finished('held'), started, finished('error')), '2');
    assert.equal(await heldNow(started, held, finished('held'), started, finished('success')), '0');
  });

  it('tells errors of directories from those of targets and of our own', async () => {
    const error = (code: string): CycleEvent =>
      ({ ...finished('error'), error: { code, message: 'no' } }) as CycleEvent;
    const codes = [
      'D2S_DIRECTORY_UNREACHABLE',
      'D2S_LDIF_INVALID',
      'D2S_ENTRY_NOT_SEEN',
      'D2S_SCOPE_GROUP_MISSING',
      'D2S_TARGET_AUTH',
      'D2S_STATE_UNWRITABLE',
      'D2S_INTERNAL',
    ];
    const samples = await samplesOf(metricsOf(...codes.map(error)));
    const counted = samples.flatMap(
      (line) =>
        /^dir2scim_cycles_total\{target="wiki",mode="full",result="(\w+)"\} ([1-9]\d*)$/
          .exec(line)
          ?.slice(1)
          .join(' ') ?? [],
    );
    assert.deepEqual(counted, ['directory_error 4', 'target_error 1', 'error 2']);
  });

  it('names what ended the last cycle, and what a probe found, one code at a time', async () => {
    const codesAfter = async (...events: CycleEvent[]): Promise<string[]> =>
      (await samplesOf(metricsOf(...events))).flatMap(
        (line) => /^dir2scim_cycle_error\{target="wiki",code="(\w+)"\} 1$/.exec(line)?.[1] ?? [],
      );
    const ended = (code: string): CycleEvent =>
      ({ ...finished('error'), error: { code, message: 'no' } }) as CycleEvent;
    const probed = (code?: string): CycleEvent => ({
      kind: 'target_probed',
      target: 'wiki',
      ...(code === undefined ? {} : { error: { code, message: 'no', remedy: 'look' } }),
    });
    assert.deepEqual(await codesAfter(started), []);
    assert.deepEqual(await codesAfter(ended('D2S_TARGET_AUTH'), ended('D2S_TARGET_UNREACHABLE')), [
      'D2S_TARGET_UNREACHABLE',
    ]);
    assert.deepEqual(await codesAfter(ended('D2S_TARGET_AUTH'), finished('success')), []);
    assert.deepEqual(await codesAfter(ended('D2S_DIRECTORY_AUTH'), probed('D2S_TARGET_AUTH')), [
      'D2S_DIRECTORY_AUTH',
      'D2S_TARGET_AUTH',
    ]);
    assert.deepEqual(await codesAfter(ended('D2S_DIRECTORY_AUTH'), probed('D2S_TARGET_AUTH'), probed()), [
      'D2S_DIRECTORY_AUTH',
    ]);
    assert.deepEqual(await codesAfter(ended('made up by a target')), []);
  });

  it('names why a directory could not be read, until it was read', async () => {
    const failed: CycleEvent = {
      kind: 'directory_failed',
      directory: 'corp',
      code: 'D2S_DIRECTORY_READ_INCOMPLETE',
      message: 'no',
    };
    const read: CycleEvent = {
      kind: 'directory_read',
      directory: 'corp',
      verdict: 'complete',
      users: 1,
      groups: 0,
      milliseconds: 1,
    };
    const errors = async (...events: CycleEvent[]): Promise<string[]> =>
      (await samplesOf(metricsOf(...events))).filter((line) => line.startsWith('dir2scim_directory_error'));
    assert.deepEqual(await errors(failed), [
      'dir2scim_directory_error{directory="corp",code="D2S_DIRECTORY_READ_INCOMPLETE"} 1',
    ]);
    assert.deepEqual(await errors(failed, read), []);
  });

  it('shows what the guard found, as long as it is held', async () => {
    const findings = ['older_data', 'removals', 'removals', 'made_up'].map((kind) => ({ kind }));
    const suspicious = { ...held, hold: { ...held.hold, findings } } as unknown as CycleEvent;
    const found = async (...events: CycleEvent[]): Promise<string[]> =>
      (await samplesOf(metricsOf(...events))).filter((line) => /^dir2scim_held_findings.* [1-9]/.test(line));
    assert.deepEqual(await found(started, suspicious, finished('held')), [
      'dir2scim_held_findings{target="wiki",kind="removals"} 2',
      'dir2scim_held_findings{target="wiki",kind="older_data"} 1',
    ]);
    assert.deepEqual(await found(started, suspicious, finished('held'), started, finished('success')), []);
  });

  it('shows since when a target fails and how often, and that a cycle is under way', async () => {
    const seen = async (...events: CycleEvent[]): Promise<string[]> =>
      (await samplesOf(metricsOf(...events))).filter((line) =>
        /(?:consecutive_failures|failing_since_timestamp_seconds|cycles_in_progress)\{target="wiki"/.test(line),
      );
    const failing = { since: new Date(1_700_000_000_000).toISOString(), at: '', cycles: 3 };
    const failed = { ...finished('error'), failing } as CycleEvent;
    assert.deepEqual(await seen(started), [
      'dir2scim_consecutive_failures{target="wiki"} 0',
      'dir2scim_cycles_in_progress{target="wiki"} 1',
    ]);
    assert.deepEqual(await seen(started, failed), [
      'dir2scim_consecutive_failures{target="wiki"} 3',
      'dir2scim_failing_since_timestamp_seconds{target="wiki"} 1700000000',
      'dir2scim_cycles_in_progress{target="wiki"} 0',
    ]);
    assert.deepEqual(await seen(started, failed, started, finished('success')), [
      'dir2scim_consecutive_failures{target="wiki"} 0',
      'dir2scim_cycles_in_progress{target="wiki"} 0',
    ]);
  });

  it('starts from what the state says of a target', async () => {
    const metrics = metricsOf();
    const held = {
      holdId: 'hold-1',
      since: '',
      findings: [],
      operations: [{ verb: 'delete' }, { verb: 'delete' }],
    } as unknown as NonNullable<TargetState['held']>;
    metrics.recall('wiki', {
      pending: 0,
      failing: { since: new Date(1_000).toISOString(), at: '', cycles: 7 },
      rejected: { map_error: 2 },
      held,
    });
    const samples = await samplesOf(metrics);
    for (const line of [
      'dir2scim_consecutive_failures{target="wiki"} 7',
      'dir2scim_rejected_entries{target="wiki",reason="map_error"} 2',
      'dir2scim_held_operations{target="wiki",operation="delete"} 2',
    ])
      assert.ok(samples.includes(line), line);
  });

  it('recalls a success from before the start', async () => {
    const metrics = metricsOf();
    metrics.recall('wiki', { pending: 0, lastSuccessAt: new Date(1_700_000_000_000).toISOString() });
    metrics.recall('nobody', { pending: 0, lastSuccessAt: new Date(1).toISOString() });
    const timestamps = (await samplesOf(metrics)).filter((line) => line.includes('last_success'));
    assert.deepEqual(timestamps, ['dir2scim_last_success_timestamp_seconds{target="wiki"} 1700000000']);
  });

  it('counts connections and binds by server, and no server without end', async () => {
    const servers = new Map([['corp', ['ldaps://dc1.corp.example']]]);
    const clock = fakeClock({ startAt });
    const metrics = createMetrics({ version: '1', targets: [], directories: ['corp'], servers, pollSeconds: 1, clock });
    const request = (operation: string, outcome: 'success' | 'refused' | 'failed', server: string) =>
      metrics.observer({ kind: 'ldap_request', directory: 'corp', operation, milliseconds: 1, outcome, server });
    const counted = async () =>
      (await samplesOf(metrics)).filter((line) => line.includes('ldap_server_') && !line.endsWith(' 0'));
    assert.deepEqual(await counted(), []);
    assert.equal((await samplesOf(metrics)).filter((line) => line.includes('ldap_server_')).length, 5);
    request('connect', 'success', 'ldaps://dc1.corp.example');
    request('bind', 'refused', 'ldaps://dc1.corp.example');
    const first = [
      'dir2scim_ldap_server_connections_total{directory="corp",server="ldaps://dc1.corp.example",outcome="success"} 1',
      'dir2scim_ldap_server_binds_total{directory="corp",server="ldaps://dc1.corp.example",outcome="refused"} 1',
    ];
    assert.deepEqual(await counted(), first);
    for (let n = 0; n < 1_000; n += 1) request('connect', 'failed', `ldaps://made-up-${n}.corp.example:636`);
    const all = await counted();
    assert.equal(all.length, 2 + 63 + 1);
    const rest = 'dir2scim_ldap_server_connections_total{directory="corp",server="other",outcome="failed"} 937';
    assert.ok(all.includes(rest), all.join('\n'));
  });

  it('has no more series, whatever targets and directories say', async () => {
    const metrics = metricsOf();
    const before = (await samplesOf(metrics)).length;
    for (let n = 0; n < 100; n += 1) {
      metrics.observer({ kind: 'throttled', target: `made-up-${n}`, milliseconds: 1 });
      metrics.observer({
        kind: 'ldap_request',
        directory: 'corp',
        operation: `made-up-${n}`,
        milliseconds: 1,
        outcome: 'success',
      });
      metrics.observer({
        kind: 'ldap_request',
        directory: `made-up-${n}`,
        operation: 'bind',
        milliseconds: 1,
        outcome: 'success',
      });
      metrics.observer({
        kind: 'scim_request',
        target: 'wiki',
        method: `MADE-UP-${n}`,
        status: 600 + n,
        milliseconds: 1,
      });
    }
    const samples = await samplesOf(metrics);
    assert.equal(
      samples.some((line) => line.includes('made-up') || line.includes('MADE-UP')),
      false,
    );
    const perHistogram = 13;
    assert.equal(samples.length, before + 2 * perHistogram);
  });
});

function labelNamesOf(metric: object): unknown[] {
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
}
