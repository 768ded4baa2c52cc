import type { Registry } from 'prom-client';

/** What every metric is made with: its name without the prefix, what it says, and its labels. */
export type MetricOptions = <L extends string>(
  name: string,
  help: string,
  ...labelNames: L[]
) => { name: string; help: string; labelNames: L[]; registers: Registry[] };

/** Makes options of metrics that this registry tells. */
export function optionsIn(registry: Registry): MetricOptions {
  return (name, help, ...labelNames) => ({ name: `dir2scim_${name}`, help, labelNames, registers: [registry] });
}

/** How long a request may take, in seconds. */
export const requestBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
