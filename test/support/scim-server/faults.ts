import type { Json } from './protocol.ts';

/** A request as a fault script sees it, and as it is recorded. */
export interface ScimRequestRecord {
  /** Counts from 1, over all requests of the server. */
  readonly number: number;
  readonly method: string;
  /** Beneath the base URL, with its query, decoded: `/Users?filter=userName eq "x"`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, or undefined when there was none. */
  readonly body: Json | undefined;
  /** `performance.now()` when it had arrived. */
  readonly at: number;
}

/** What the server does in place of, or on top of, an ordinary answer. */
export type Fault =
  /** Answers this and does nothing. A body that is text is sent as it is. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Json | string;
    }
  /** Closes the connection without an answer; `applied`: after the request took effect. */
  | { readonly kind: 'cut'; readonly applied: boolean }
  /** Takes effect or not, and never answers. */
  | { readonly kind: 'hang'; readonly applied: boolean }
  /** Takes effect, and answers 2xx with something that is not what was asked for. */
  | {
      readonly kind: 'garble';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** 200, and JSON that never ends. */
  | { readonly kind: 'endless' };

/** How the server differs from a good one. May be changed while it runs. */
export interface Faults {
  /** Asked before each request is carried out; undefined lets it pass. */
  readonly before?: (request: ScimRequestRecord) => Fault | undefined | Promise<Fault | undefined>;
  /** After each request was carried out, and before its answer leaves. */
  readonly after?: (request: ScimRequestRecord, status: number) => void | Promise<void>;
  /** Lists everybody, whatever the filter says. */
  readonly ignoreFilters?: boolean;
  /** PATCH is answered with this status. */
  readonly patch?: 405 | 501;
  /** PATCH is answered with 204 and nothing. */
  readonly patchWithoutBody?: boolean;
  /** Most resources in one page; 100 unless said. */
  readonly pageLimit?: number;
  /** `ignored`: always the first page. `wraps`: past the end, from the start again. */
  readonly paging?: 'ignored' | 'wraps';
  /** totalResults says how many are on the page. */
  readonly totalIsPage?: boolean;
  /** GET of groups shows no members. */
  readonly hideMembers?: boolean;
}

export const html = '<!DOCTYPE html><html><body>Please sign in</body></html>';

/** A fault for the requests that `which` picks, the first `times` of them. */
export function faultFor(
  which: (request: ScimRequestRecord) => boolean,
  fault: Fault,
  times = Infinity,
): (request: ScimRequestRecord) => Fault | undefined {
  let left = times;
  return (request) => {
    if (left <= 0 || !which(request)) return undefined;
    left -= 1;
    return fault;
  };
}
