import { collectDefaultMetrics, Registry, type Gauge } from 'prom-client';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { TargetState } from '../ports/state-records.ts';
import { createInstruments } from './instruments.ts';
import { initialise, setFailing, setHeld, setRejected } from './initial-series.ts';
import { metricsObserver } from './measure.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Names from the configuration: the only ones that become labels. */
  readonly targets: readonly string[];
  readonly directories: readonly string[];
  /** URLs of the servers of each directory, where the configuration names them. */
  readonly servers?: ReadonlyMap<string, readonly string[]>;
  /** 0 when the poll follows a cron expression. */
  readonly pollSeconds: number;
  readonly clock: Clock;
}

export interface Metrics {
  readonly observer: CycleObserver;
  readonly registry: Registry;
  /** Another configuration runs from now on: what it names no more is gone, what is new begins. */
  readonly reconfigure: (
    options: Pick<MetricsOptions, 'targets' | 'directories' | 'servers' | 'pollSeconds'>,
  ) => Promise<void>;
  /** The configuration was read, or read again. `hash` is of the one that runs. */
  readonly noteReload: (outcome: { readonly isSuccess: boolean; readonly hash: number }) => void;
  /** Whether this process has the state: one process at a time does. */
  readonly noteHeld: (isHeld: boolean) => void;
  /** Starts from what the state says of a target, so that a restart neither fires an alert nor silences one. */
  readonly recall: (target: string, state: TargetState) => void;
}

/** Gauges that Node's own set calls `_total`: promtool refuses the name, and nothing here needs them. */
const misnamed = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** A registry of its own with everything in docs/metrics.md. Events about unknown targets or directories are ignored. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const instruments = createInstruments(registry);
  initialise(instruments, options);
  let targets = new Set(options.targets);
  let directories = new Set(options.directories);
  const record = metricsObserver(instruments, options.clock);
  return {
    registry,
    observer(event) {
      if ('target' in event && !targets.has(event.target)) return;
      if ('directory' in event && !directories.has(event.directory)) return;
      record(event);
    },
    async reconfigure(next) {
      const isGone = ({ target, directory }: Labels): boolean =>
        (target !== undefined && !next.targets.includes(String(target))) ||
        (directory !== undefined && !next.directories.includes(String(directory)));
      await forgetSeries(registry, isGone);
      const isNew = (known: ReadonlySet<string>) => (name: string) => !known.has(name);
      initialise(instruments, {
        ...options,
        ...next,
        targets: next.targets.filter(isNew(targets)),
        directories: next.directories.filter(isNew(directories)),
      });
      targets = new Set(next.targets);
      directories = new Set(next.directories);
    },
    noteReload({ isSuccess, hash }) {
      instruments.reloadSuccessful.set(isSuccess ? 1 : 0);
      instruments.configHash.set(hash);
    },
    noteHeld(isHeld) {
      instruments.leader.set(isHeld ? 1 : 0);
    },
    recall(target, { lastSuccessAt, failing, rejected = {}, held }) {
      if (!targets.has(target)) return;
      if (lastSuccessAt !== undefined) instruments.lastSuccess.set({ target }, Date.parse(lastSuccessAt) / 1000);
      setFailing(instruments, target, failing);
      setRejected(instruments, target, rejected);
      if (held !== undefined) setHeld(instruments, target, held);
    },
  };
}

type Labels = Record<string, string | number>;

/** Histograms have one value a bucket: their series are removed as a whole. */
async function forgetSeries(registry: Registry, isGone: (labels: Labels) => boolean): Promise<void> {
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name);
    for (const { labels } of values) {
      const series: Labels = Object.fromEntries(Object.entries(labels as Labels).filter(([label]) => label !== 'le'));
      if (isGone(series) && metric !== undefined && 'remove' in metric) (metric as Gauge).remove(series);
    }
  }
}
