import type { ValueDialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import { assign, readScimPath } from '../../../core/mapping/scim-path.ts';
import { isBody, type Body } from '../shared/message.ts';
import { markPrimary } from './primary.ts';
import { withSchemas } from '../answers/resource.ts';
import { managerPath } from './wire-change.ts';

/** A whole resource as it goes into a POST or PUT. Booleans stay what they are: Entra has texts in PATCH alone. */
export function bodyForm(type: ResourceType, resource: Body, values: ValueDialect): Body {
  const body = withSchemas(type, resource);
  if (type === 'group') return body;
  const manager = readScimPath(body, managerPath);
  const id: unknown = isBody(manager) ? manager['value'] : undefined;
  if (values.manager === 'string' && typeof id === 'string') assign(body, managerPath, id);
  if (!values.primary) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, held]: [string, unknown]) => [
      key,
      Array.isArray(held) ? markPrimary(key, held) : held,
    ]),
  );
}
