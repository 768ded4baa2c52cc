import { isBody, type Body } from '../shared/message.ts';

/** The schemas of SCIM 1.1 (Core Schema 1.1 §5, §7). */
export const core11 = 'urn:scim:schemas:core:1.0';
export const enterprise11 = 'urn:scim:schemas:extension:enterprise:1.0';

/** The schemas that a resource uses. */
export function namesOfUsed(body: Body): string[] {
  return [core11, ...Object.keys(body).filter((key) => /^urn:/i.test(key))];
}

/** The manager's id is called `managerId` (Core Schema 1.1 §7). */
export function toOldExtension(extension: Body): Body {
  const { manager } = extension;
  if (typeof manager === 'string') return { ...extension, manager: { managerId: manager } };
  if (!isBody(manager) || !('value' in manager)) return extension;
  const { value, ...rest } = manager;
  return { ...extension, manager: { ...rest, managerId: value } };
}
