import type { Body } from './message.ts';

/** A copy of what came as JSON, to be changed. A fraction of the time of `structuredClone`; a group has 100,000 members. */
export function copyOf(body: Body): Body {
  const copy: Body = {};
  for (const key of Object.keys(body)) if (key !== '__proto__') copy[key] = copyOfValue(body[key]);
  return copy;
}

function copyOfValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOfValue);
  return copyOf(value as Body);
}
