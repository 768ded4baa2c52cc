import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { watchEventLoop } from './event-loop.ts';

/** From a poll of a small directory to the first load of a large company, in seconds. */
const cycleBuckets = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
/** What people wait for, in seconds. */
const delayBuckets = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600];
const requestBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Every metric, with its labels. Names follow prometheus.io/docs/practices/naming: one prefix, base units, `_total` on
 * counters only. docs/metrics.md lists them; a test compares the two both ways.
 */
export function createInstruments(registry: Registry) {
  const options = <L extends string>(name: string, help: string, ...labelNames: L[]) => ({
    name: `dir2scim_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const eventLoopDelay = watchEventLoop();
  return {
    buildInfo: new Gauge(
      options('build_info', 'Always 1; the labels name the version that runs.', 'version', 'node_version'),
    ),
    pollInterval: new Gauge(
      options(
        'poll_interval_seconds',
        'Configured interval between two polls of the directories; 0 with a cron expression.',
      ),
    ),
    reloadSuccessful: new Gauge(
      options('config_last_reload_successful', '1 when the configuration was last read without an error, 0 otherwise.'),
    ),
    configHash: new Gauge(options('config_hash', 'Another number for another text of the configuration that runs.')),
    leader: new Gauge(options('leader', '1 while this process has the state, and so may write to the targets.')),
    eventLoopDelay: new Gauge({
      ...options(
        'event_loop_delay_seconds',
        'The longest time since the last scrape for which nothing else had its turn.',
      ),
      collect() {
        this.set(eventLoopDelay());
      },
    }),
    ...cycleInstruments(options),
    ...directoryInstruments(options),
    ...targetInstruments(options),
    ...standingInstruments(options),
    ...comparisonInstruments(options),
    ...requestInstruments(options),
    notifications: new Counter(
      options('notifications_total', 'Notifications by what became of them.', 'condition', 'outcome'),
    ),
    journalBytes: new Gauge(options('journal_bytes', 'Size of the state journal since its last snapshot.')),
    stateWrites: new Counter(options('state_writes_total', 'Durable writes of the state, by result.', 'result')),
  };
}

type Options = <L extends string>(
  name: string,
  help: string,
  ...labelNames: L[]
) => { name: string; help: string; labelNames: L[]; registers: Registry[] };

function cycleInstruments(options: Options) {
  return {
    cycles: new Counter(
      options(
        'cycles_total',
        'Cycles that ended, by result; errors by what failed, the directory, the target or dir2scim itself.',
        'target',
        'mode',
        'result',
      ),
    ),
    cycleDuration: new Histogram({
      ...options('cycle_duration_seconds', 'How long a cycle took.', 'target', 'mode'),
      buckets: cycleBuckets,
    }),
    lastSuccess: new Gauge(
      options(
        'last_success_timestamp_seconds',
        'When a cycle last left nothing undone, as Unix time; absent before the first.',
        'target',
      ),
    ),
    failures: new Gauge(
      options(
        'consecutive_failures',
        'Cycles in a row that left something undone for a failure; 0 after a success.',
        'target',
      ),
    ),
    failingSince: new Gauge(
      options(
        'failing_since_timestamp_seconds',
        'When the first of these cycles ended, as Unix time; absent while nothing fails.',
        'target',
      ),
    ),
    cycleError: new Gauge(
      options(
        'cycle_error',
        'Always 1; the label names what ended the last cycle, or what the last probe found. Absent while nothing did.',
        'target',
        'code',
      ),
    ),
    inProgress: new Gauge(options('cycles_in_progress', 'Cycles that are under way: 1 or 0.', 'target')),
    held: new Gauge(
      options('held_operations', 'Operations that a guard holds until somebody approves them.', 'target', 'operation'),
    ),
    heldFindings: new Gauge(
      options('held_findings', 'What the guard found in what it holds, by kind.', 'target', 'kind'),
    ),
  };
}

function directoryInstruments(options: Options) {
  return {
    lastCompleteRead: new Gauge(
      options(
        'last_complete_read_timestamp_seconds',
        'When the content of a directory was last known completely, as Unix time; absent before the first.',
        'directory',
      ),
    ),
    readingStarted: new Gauge(
      options(
        'reading_started_timestamp_seconds',
        'When the reading of a directory began that is under way, as Unix time; absent when none is.',
        'directory',
      ),
    ),
    directoryError: new Gauge(
      options(
        'directory_error',
        'Always 1; the label names why the last reading of the directory failed. Absent while none did.',
        'directory',
        'code',
      ),
    ),
    sourceEntries: new Gauge(options('source_entries', 'Entries in scope of a directory.', 'directory', 'type')),
    ldapFailovers: new Counter(
      options('ldap_failovers_total', 'How often dir2scim changed to another server of the directory.', 'directory'),
    ),
    serverConnections: new Counter(
      options(
        'ldap_server_connections_total',
        'Connections to one server of a directory that were tried, TLS included.',
        'directory',
        'server',
        'outcome',
      ),
    ),
    serverBinds: new Counter(
      options(
        'ldap_server_binds_total',
        'Binds to one server of a directory, by what became of them.',
        'directory',
        'server',
        'outcome',
      ),
    ),
    ldapDuration: new Histogram({
      ...options(
        'ldap_request_duration_seconds',
        'How long LDAP requests took, and whether they succeeded.',
        'directory',
        'operation',
        'outcome',
      ),
      buckets: requestBuckets,
    }),
  };
}

function targetInstruments(options: Options) {
  return {
    up: new Gauge(
      options(
        'target_up',
        '1 when the target last answered as it should, 0 when it did not answer, refused the credentials or is no SCIM service; absent before it was asked.',
        'target',
      ),
    ),
    resources: new Gauge(
      options(
        'resources',
        'Linked resources by state; adopted and quarantined ones are counted again as such.',
        'target',
        'type',
        'state',
      ),
    ),
    unresolved: new Gauge(
      options(
        'unresolved_values',
        'Members and references in the directories that name no known entry.',
        'target',
        'kind',
      ),
    ),
    rejected: new Gauge(
      options(
        'rejected_entries',
        'Entries in scope that cannot be written to the target, by reason.',
        'target',
        'reason',
      ),
    ),
    pending: new Gauge(
      options(
        'pending_operations',
        'What the last cycle left to do: failed, backing off, held, rejected or waiting.',
        'target',
      ),
    ),
    keptMembers: new Gauge(
      options(
        'kept_members',
        'Members of adopted groups whom the directory does not have, and who stay (groups.adoptedMembers).',
        'target',
      ),
    ),
    unstored: new Gauge(
      options(
        'unstored_values',
        'Resources of which the target does not store an attribute as it was sent.',
        'target',
        'attribute',
      ),
    ),
  };
}

function standingInstruments(options: Options) {
  return {
    targetQuarantined: new Gauge(
      options(
        'target_quarantined',
        '1 while the target is left alone as a whole: it refused the credentials, is no SCIM service, or carried out nothing.',
        'target',
      ),
    ),
    seats: new Gauge(
      options('seats', 'How many users may be active, where limits.seats says so; absent elsewhere.', 'target'),
    ),
    waitingForSeat: new Gauge(options('waiting_for_seat', 'People who wait until a seat is free.', 'target')),
  };
}

function requestInstruments(options: Options) {
  return {
    operations: new Counter(
      options('operations_total', 'Attempted operations, by outcome.', 'target', 'type', 'operation', 'outcome'),
    ),
    propagationDelay: new Histogram({
      ...options(
        'propagation_delay_seconds',
        'Time from the reading that showed a change to its acknowledgement by the target.',
        'target',
      ),
      buckets: delayBuckets,
    }),
    scimDuration: new Histogram({
      ...options(
        'scim_request_duration_seconds',
        'How long SCIM requests took, by class of status; status 0 means no answer.',
        'target',
        'method',
        'status',
      ),
      buckets: requestBuckets,
    }),
    throttled: new Counter(
      options('scim_throttled_total', 'How often the target asked for a pause (429 or 503).', 'target'),
    ),
    rateLimitWait: new Counter(
      options('rate_limit_wait_seconds_total', 'Time that requests waited because of rate limits or pauses.', 'target'),
    ),
  };
}

function comparisonInstruments(options: Options) {
  return {
    drift: new Gauge(
      options(
        'drift_resources',
        'Resources that others changed on the target, as of the last comparison; a resource counts once for each kind.',
        'target',
        'type',
        'kind',
      ),
    ),
    foreign: new Gauge(
      options(
        'foreign_resources',
        'Resources on the target that dir2scim does not manage, as of the last comparison.',
        'target',
        'type',
      ),
    ),
    lastVerify: new Gauge(
      options('last_verify_timestamp_seconds', 'When the target was last compared with what it should have.', 'target'),
    ),
  };
}
