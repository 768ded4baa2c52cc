import type { Behaviour } from './behaviour.ts';
import { answerBulk } from './bulk.ts';
import { answerDiscovery } from './discovery.ts';
import type { ScimRequestRecord } from './faults.ts';
import type { Lists } from './lists.ts';
import { refusal, ScimError, type Json } from './protocol.ts';
import { answerResource } from './resources.ts';
import type { Store } from './store.ts';

export interface Answer {
  readonly status: number;
  /** Text is sent as it is. */
  readonly body?: Json | string;
  /** ETag. */
  readonly version?: string;
  /** Of what was made. */
  readonly location?: string;
  /** Media type, where it is another one than usual. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answering needs beside the request. */
export interface Context {
  readonly store: Store;
  readonly lists: Lists;
  readonly behaviour: () => Behaviour;
  /** Without a slash at its end. */
  readonly baseUrl: () => string;
  /** Answers one request within another one (/Bulk), errors included. */
  readonly inner: (request: ScimRequestRecord) => Answer;
}

/** Carries out one request (RFC 7644 §3.2). @throws ScimError with the status to answer */
export function answerFor(context: Context, request: ScimRequestRecord, url: URL): Answer {
  const behaviour = context.behaviour();
  const { http, bulk } = behaviour;
  let path = url.pathname.slice(http.basePath.length);
  if (http.trailingSlash === 'redirected' && !path.endsWith('/')) {
    return { status: 301, headers: { location: `${url.pathname}/${url.search}` } };
  }
  if (http.trailingSlash !== 'never') {
    if (!path.endsWith('/')) throw refusal(404, 'not found: is there a slash at the end?');
    path = path.slice(0, -1);
  }
  const [, endpoint = '', encodedId, ...deeper] = path.split('/');
  const id = encodedId === undefined ? undefined : decodeURIComponent(encodedId);
  if (deeper.length > 0) throw new ScimError(404, 'no such endpoint');
  if (endpoint === 'Bulk' && id === undefined && bulk.supported) return answerBulk(context, request);
  const kind = endpoint === 'Users' ? 'User' : endpoint === 'Groups' ? 'Group' : undefined;
  if (kind === undefined) return answerDiscovery(request, endpoint, id, url, behaviour);
  if (bulk.only) throw refusal(404, 'there is only /Bulk');
  return answerResource(context, kind, id, request, url.searchParams);
}
