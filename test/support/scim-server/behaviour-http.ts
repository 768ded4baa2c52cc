export interface HttpBehaviour {
  /** What stands before /Users: `/scim/v2`, Zoom `/scim2`. */
  readonly basePath: string;
  /** Media types of bodies that are taken. */
  readonly accepts: readonly ('application/scim+json' | 'application/json')[];
  /** Of answers. Some call good JSON a text, or HTML (Express, where the type was never set). */
  readonly mediaType: 'application/scim+json' | 'application/json' | 'text/plain' | 'text/html';
  /** What answers are packed in, although nobody asked for it. */
  readonly encoding: 'identity' | 'gzip' | 'deflate' | 'br';
  /** True: answers begin with a byte order mark. */
  readonly byteOrderMark: boolean;
  /** `required`: `/Users` is 404 and `/Users/` is it. `redirected`: 301 to it (Django's APPEND_SLASH). */
  readonly trailingSlash: 'never' | 'required' | 'redirected';
  /** Where there is no such route: its status, or 404 and the page of the framework (Express: "Cannot PATCH /…"), or its JSON (Spring: "Not Found"). */
  readonly noRoute: 'status' | 'page' | 'json';
  /** A resource that is not there (any more): 404 and an error, 500, or 404 and an HTML page. */
  readonly gone: 'error' | 'fails' | 'page';
  /** In lower case; without them 403 (GitHub: user-agent). */
  readonly requiredHeaders: readonly string[];
  /** Bytes of a body; more get 413 that is not SCIM. */
  readonly maxBodyBytes: number;
  /** Of every answer. */
  readonly latencyMilliseconds: number;
  /** `asynchronous`: writes are done and answered with 202 and Set-Txn (RFC 9967). */
  readonly writes: 'synchronous' | 'asynchronous';
  /** `honoured`: If-Match is compared. `required`, `demanded`: and without it a change is 412, 428 (RFC 6585). `shown`: an ETag nobody minds. */
  readonly etags: 'honoured' | 'required' | 'demanded' | 'shown' | 'off';
  /** Zitadel's meta.version is a bare number. */
  readonly version: 'weak' | 'number';
}

export interface ErrorBehaviour {
  /** `zoom`: {code, message}. `problem`: application/problem+json (Cortex). */
  readonly shape: 'scim' | 'zoom' | 'problem' | 'text' | 'html';
  /** `status` in the body. Polis leaves it out. */
  readonly status: 'text' | 'number' | 'absent';
  /** `list`: an array (SCIMServer). */
  readonly detail: 'text' | 'list';
  /** A name that is taken: 409, or 422 "has already been taken" (Rails). */
  readonly conflict: 409 | 422;
  /** False: no scimType. */
  readonly scimTypes: boolean;
  /** Further members (AWS: schema, exceptionRequestId, timeStamp). */
  readonly extra: Readonly<Record<string, string>>;
  /** `text`: 401 is plain text (scimgateway). */
  readonly unauthorised: 'same' | 'text';
}

/** /Bulk (RFC 7644 §3.7). */
export interface BulkBehaviour {
  readonly supported: boolean;
  readonly maxOperations: number;
  readonly maxPayloadSize: number;
  /** Webex spells it in lower case. */
  readonly operationsKey: 'Operations' | 'operations';
  readonly methods: readonly string[];
  /** Methods that are answered with 200 and not carried out: a server that looks for another shape of `data`. */
  readonly idle: readonly string[];
  /** Webex wants failOnErrors in each request. */
  readonly failOnErrorsRequired: boolean;
  /** `object`: {code: "201"} (RFC 7644 §3.7.2, scimgateway). */
  readonly status: 'text' | 'number' | 'object';
  readonly order: 'asked' | 'reversed';
  /** `asynchronous`: 202 and no outcomes (Entra). */
  readonly answer: 'outcomes' | 'asynchronous';
  /** True: there is nothing beside /Bulk (Entra). */
  readonly only: boolean;
}

export interface PaceBehaviour {
  readonly buckets: readonly Bucket[];
  /** When to come again. `ratelimit`: RateLimit headers of draft-ietf-httpapi-ratelimit-headers. */
  readonly tells: 'seconds' | 'date' | 'x-ratelimit-reset' | 'ratelimit' | 'nothing';
  /** Every so many-th write is done and answered with 500. 0: none. */
  readonly failAfterCommit: number;
  /** Every so many-th request is answered with 503 and not done. 0: none. */
  readonly unavailable: number;
}

/** A token bucket: so many requests in so many seconds, `burst` of them at once. */
export interface Bucket {
  readonly requests: number;
  readonly perSeconds: number;
  /** All of them unless said. */
  readonly burst?: number;
  /** Absent: all. */
  readonly methods?: readonly string[];
  readonly resource?: 'Users' | 'Groups';
}
