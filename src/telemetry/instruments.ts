import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { directoryInstruments } from './directory-instruments.ts';
import { watchEventLoop } from './event-loop.ts';
import { optionsIn, requestBuckets, type MetricOptions } from './metric-options.ts';
import { comparisonInstruments, standingInstruments, targetInstruments } from './target-instruments.ts';

/** From a poll of a small directory to the first load of a large company, in seconds. */
const cycleBuckets = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
/** What people wait for, in seconds. */
const delayBuckets = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600];

export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Every metric, with its labels. Names follow prometheus.io/docs/practices/naming: one prefix, base units, `_total` on
 * counters only. docs/metrics.md lists them; a test compares the two both ways.
 */
export function createInstruments(registry: Registry) {
  const options = optionsIn(registry);
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

function cycleInstruments(options: MetricOptions) {
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

function requestInstruments(options: MetricOptions) {
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
