import { Counter, Gauge, Histogram } from 'prom-client';
import { requestBuckets, type MetricOptions } from './metric-options.ts';

/** Metrics of directories: what was read of them, and the servers. */
export function directoryInstruments(options: MetricOptions) {
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
