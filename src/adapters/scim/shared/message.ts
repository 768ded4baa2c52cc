import type { ResourceType } from '../../../core/model/entry.ts';
import type { Failure, Outcome } from '../../../core/model/outcome.ts';

/** A JSON object as it goes over the wire. */
export type Body = Record<string, unknown>;

/** Message schemas of RFC 7644 §8.2 and resource schemas of RFC 7643 §10.3. */
export const schemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;

/** Resource endpoints (RFC 7644 §3.2). */
export const endpoints: Readonly<Record<ResourceType, string>> = { user: '/Users', group: '/Groups' };

export interface ScimRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Beneath the base URL, with its query, encoded. */
  readonly path: string;
  readonly body?: Body;
  /** Names in lower case. They go over what the transport would send by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the path names: it decides what a 404 and a 403 mean. */
  readonly subject: 'resource' | 'endpoint' | 'discovery' | 'bulk';
  /** Never joined with others into a bulk request. */
  readonly alone?: boolean | undefined;
  /** Not repeated when it fails on its way: the same failed that way again and again a moment ago. */
  readonly once?: boolean | undefined;
  /** Longer answers are cut off and count as nonsense. */
  readonly maxBytes: number;
}

/** A 2xx answer. */
export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  /** When the target sent it, by its own clock. */
  readonly date?: string | undefined;
  /** Where what was created is, as the target says; compared, and never followed. */
  readonly location?: string | undefined;
  /** Undefined when the answer had none. */
  readonly body: Body | undefined;
  /** It is one of several in the answer to a bulk request. */
  readonly joined?: true | undefined;
  /** SCIM paths of what was sent that the resource shows not to have been stored. */
  readonly unstored?: readonly string[] | undefined;
  /** It was only promised (202), and the target refuses to show whether it was done. */
  readonly unverified?: true | undefined;
  /** Of what was acknowledged before: what went with it. */
  readonly lost?: readonly string[] | undefined;
  /** Of a bulk request, which may be refused in part: what must not be repeated out of the words in it. */
  readonly secrets?: readonly string[];
}

/** A failure, with what only this adapter needs to know of it. */
export interface Refusal extends Failure {
  /** The detail error keyword of RFC 7644 §3.12, in lower case. */
  readonly scimType?: string | undefined;
  /** How long the target asked to be left alone. */
  readonly retryAfterMilliseconds?: number | undefined;
  /** The target redirects to the same URL with a slash at its end. */
  readonly wantsSlash?: boolean | undefined;
  /** There was more of the answer than is read. */
  readonly cut?: boolean | undefined;
  /** A 2xx to a reading, without a body. */
  readonly isEmpty?: boolean | undefined;
  /** It came as a page: of a proxy or a portal, and not of the target. */
  readonly page?: boolean | undefined;
  /** After a 401: there may be other credentials now, with which the same request may be sent once more. */
  readonly renewed?: boolean | undefined;
}

/** One exchange, paced and repeated as far as that is safe. Rejects only with the signal's reason or a BridgeError. */
export type Exchange = (request: ScimRequest, signal: AbortSignal) => Promise<Answer | Refusal>;

export function isRefusal(value: object): value is Refusal {
  return 'class' in value;
}

/** Leaves out what does not concern the caller of the port. */
export function toFailure({ class: failureClass, status, detail, late, inPart }: Failure): Failure {
  return {
    class: failureClass,
    detail,
    ...(status === undefined ? {} : { status }),
    ...(late === undefined ? {} : { late }),
    ...(inPart === undefined ? {} : { inPart }),
  };
}

export function failed(failure: Failure): Outcome {
  return { kind: 'failed', failure: toFailure(failure) };
}

/** A failure that this side found out about, without asking the target. */
export function nonsense(detail: string, status?: number): Refusal {
  return { class: 'protocol', detail, ...(status === undefined ? {} : { status }) };
}

/** The elements of a JSON array; none when it is something else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
