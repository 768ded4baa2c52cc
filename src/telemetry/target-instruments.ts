import { Gauge } from 'prom-client';
import type { MetricOptions } from './metric-options.ts';

/** Metrics of targets: what they have, and what is not as it should be. */
export function targetInstruments(options: MetricOptions) {
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
        'Linked resources by state; adopted, quarantined and pending ones are counted again as such, pending ones also when they are not linked yet.',
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

/** Whether a target is left alone, and whether there is room on it. */
export function standingInstruments(options: MetricOptions) {
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

/** What a comparison of a target with what it should have came to. */
export function comparisonInstruments(options: MetricOptions) {
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
