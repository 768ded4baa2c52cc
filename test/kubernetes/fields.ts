import assert from 'node:assert/strict';

/** What stands at a path in a manifest; undefined where there is nothing. */
export function field(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[name] : undefined),
    value,
  );
}

export function items(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = field(value, ...path);
  assert.ok(Array.isArray(found), path.join('.'));
  return found as readonly unknown[];
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = field(value, ...path);
  assert.ok(typeof found === 'string', path.join('.'));
  return found;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = field(value, ...path);
  assert.ok(typeof found === 'number', path.join('.'));
  return found;
}

/** The Pod of a StatefulSet or Deployment. */
export function podOf(workload: unknown): unknown {
  return field(workload, 'spec', 'template', 'spec');
}

/** The container with dir2scim, which may be a sidecar. */
export function container(workload: unknown): unknown {
  const pod = podOf(workload);
  const all = [...items(pod, 'containers'), ...((field(pod, 'initContainers') ?? []) as readonly unknown[])];
  const found = all.find((one) => field(one, 'name') === 'dir2scim');
  assert.ok(found !== undefined);
  return found;
}

/** Whether all of these are among those. */
export function isEvery<Value>(these: readonly Value[], those: readonly Value[]): boolean {
  return these.every((one) => those.includes(one));
}
