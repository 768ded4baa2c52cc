import type { ScimPath } from './scim-path.ts';

type Body = Readonly<Record<string, unknown>>;

/** Which attributes of a resource somebody looks at: names in lower case, of the core schema and by extension. */
export interface NeededAttributes {
  readonly core: ReadonlySet<string>;
  readonly extensions: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What is looked at whatever the map says: who it is, whose it is, whether access is on, and how people call it. */
const always = [
  'schemas',
  'id',
  'externalid',
  'external_id',
  'meta',
  'active',
  'username',
  'displayname',
  'members',
] as const;

/** The attributes in which these paths lie, and those that are looked at in any case. */
export function neededBy(paths: Iterable<ScimPath>): NeededAttributes {
  const core = new Set<string>(always);
  const extensions = new Map<string, Set<string>>();
  for (const { schema, attribute } of paths) {
    const name = attribute.toLowerCase();
    if (schema === undefined) {
      core.add(name);
      continue;
    }
    const urn = schema.toLowerCase();
    extensions.set(urn, (extensions.get(urn) ?? new Set()).add(name));
  }
  return { core, extensions };
}

/** A resource without the attributes that nobody looks at. Names compare without case (RFC 7643 §2.1). */
export function neededOfBody(body: Body, { core, extensions }: NeededAttributes): Body {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    const name = key.toLowerCase();
    const needed = extensions.get(name);
    if (core.has(name)) put(kept, key, value);
    else if (needed !== undefined)
      put(kept, key, isBody(value) ? neededOfBody(value, { core: needed, extensions: none }) : value);
  }
  return kept;
}

const none: NeededAttributes['extensions'] = new Map();

/** About how many bytes a value takes in memory: two for each character, and what objects, lists and keys cost. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return textWeight + 2 * value.length;
  if (typeof value !== 'object' || value === null) return plainWeight;
  let weight = containerWeight;
  if (Array.isArray(value)) for (const element of value as readonly unknown[]) weight += weightOf(element);
  else for (const [key, inner] of Object.entries(value)) weight += plainWeight + key.length + weightOf(inner);
  return weight;
}

const plainWeight = 8;
const textWeight = 24;
const containerWeight = 56;

function put(body: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(body, key, { value, writable: true, enumerable: true, configurable: true });
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
