import type { Body } from './scim-target.ts';

/** What a resource says, without what every server adds in its own way. */
export function contentOf(body: Body | undefined): unknown {
  return body === undefined ? undefined : plain(body, ['id', 'meta', 'schemas']);
}

export function plain(value: unknown, ignored: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((element) => plain(element, ['$ref', 'display']));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, inner]) => !ignored.includes(key) && inner !== undefined && !(key === 'primary' && inner === false),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner, ['$ref'])]));
}
