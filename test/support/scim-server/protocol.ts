/** Words that all parts of the test server share. It imports nothing from src: it is the second opinion. */

export type Json = Record<string, unknown>;
export type Kind = 'User' | 'Group';

export const urn = {
  User: 'urn:ietf:params:scim:schemas:core:2.0:User',
  Group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;

/** The detail error keywords of RFC 7644 §3.12 that this server uses. */
export type ScimType =
  | 'invalidFilter'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'tooMany'
  | 'invalidCursor'
  | 'expiredCursor';

/**
 * An error with its status. `violation`: the client broke the protocol; it is noted for the test. `refused`: the RFC
 * allows it and this server does not; noted apart, since a client may have to find it out.
 */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly violation: boolean;
  readonly refused: boolean;

  constructor(status: number, detail: string, scimType?: ScimType, violation = false, refused = false) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
    this.violation = violation;
    this.refused = refused;
  }

  get body(): Json {
    const kind = this.scimType === undefined ? {} : { scimType: this.scimType };
    return { schemas: [urn.error], status: String(this.status), ...kind, detail: this.message };
  }
}

/** What a correct client never sends. */
export function violation(detail: string, scimType: ScimType): ScimError {
  return new ScimError(400, detail, scimType, true);
}

/** What a client that knows this server does not send. */
export function refusal(status: number, detail: string, scimType?: ScimType): ScimError {
  return new ScimError(status, detail, scimType, false, true);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Attribute names compare without case (RFC 7643 §2.1): the key as it is spelled, or as given. */
export function keyOf(object: Json, name: string): string {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === lower) ?? name;
}

export function get(object: Json, name: string): unknown {
  return object[keyOf(object, name)];
}

/** Null and the empty list mean "no value" (RFC 7643 §2.5). */
export function isUnassigned(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
