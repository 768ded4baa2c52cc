/** What the JSON Schema says about each key of the configuration, by its full path (`targets.<name>.url`). */
export interface SchemaKey {
  readonly description: string | undefined;
  readonly default: unknown;
  readonly required: boolean;
  /** False for sections, which consist of other keys. */
  readonly isValue: boolean;
}

type Json = Readonly<Record<string, unknown>>;

export function schemaKeys(schema: unknown, prefix = ''): Map<string, SchemaKey> {
  const keys = new Map<string, SchemaKey>();
  for (const { name, below, required } of childrenOf(schema)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const own = schemaKeys(below, path);
    const inner = new Map([...own, ...schemaKeys(below['items'], `${path}[]`)]);
    if (name !== '<name>') {
      const description = typeof below['description'] === 'string' ? below['description'] : undefined;
      keys.set(path, { description, default: below['default'], required, isValue: own.size === 0 });
    }
    for (const [key, value] of inner) keys.set(key, value);
  }
  return keys;
}

function childrenOf(schema: unknown): { readonly name: string; readonly below: Json; readonly required: boolean }[] {
  if (!isJson(schema)) return [];
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isJson(schema['properties']) ? Object.entries(schema['properties']) : [];
  const named = isJson(schema['additionalProperties']) ? [['<name>', schema['additionalProperties']] as const] : [];
  const own = [...properties, ...named].flatMap(([name, below]) =>
    isJson(below) ? [{ name, below, required: required.includes(name) }] : [],
  );
  return [...own, ...(Array.isArray(schema['anyOf']) ? schema['anyOf'].flatMap(childrenOf) : [])];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
