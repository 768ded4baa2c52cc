import type { FailureClass } from '../../../core/model/outcome.ts';
import { isBody, schemas, type Answer, type Body, type Refusal, type ScimRequest } from '../shared/message.ts';
import type { Content } from './content.ts';
import { saysWhen } from '../rate-limit/retry-after.ts';
import type { Reply } from './transport.ts';
import { clean } from '../../../core/wording/foreign.ts';

/**
 * From an answer to what it means. Everything above reads classes, never a status.
 *
 * | answer                                   | class       | POST         |
 * |------------------------------------------|-------------|--------------|
 * | 2xx with JSON or nothing                 | success     |              |
 * | 2xx to a change with `null`, `true`, `OK`| success     | unknown      |
 * | 2xx with anything else                   | protocol    | see below    |
 * | 3xx                                      | protocol    |              |
 * | 401 (and 403 during discovery)           | auth        |              |
 * | 404, 410 of a resource, said in JSON     | gone        |              |
 * | 404, 410 of a resource, as an HTML page  | protocol    |              |
 * | 404, 410 of an endpoint                  | unsupported |              |
 * | 404 that says "Cannot PATCH …"           | unsupported |              |
 * | 405, 501                                 | unsupported |              |
 * | 409; 400 with scimType uniqueness        | conflict    |              |
 * | 4xx, 500 that speak of a duplicate       | by status, PUT and PATCH with 400, 422: conflict | conflict |
 * | 429; 503 with Retry-After                | throttled   |              |
 * | 503 without                              | throttled   | unknown      |
 * | 408, 425, other 5xx                      | transient   | unknown      |
 * | other 4xx                                | rejected    |              |
 * | no connection                            | transient   |              |
 * | connection lost, no answer in time       | transient   | unknown      |
 *
 * Several targets tell only in words that somebody is there already: whoever creates looks then, which does no harm.
 * A 404 as HTML comes from a proxy or a wrong URL: taken as "gone", it would end every link and pass for a deletion. Web
 * frameworks answer so where they have no such route (Express: `Cannot PATCH /scim/v2/Users/1`): as good as a 405.
 * A bare 503 may come from a gateway that lost its upstream after the request had passed (Envoy's "upstream connect
 * error or disconnect/reset before headers"); with a Retry-After somebody decided to turn us away.
 * A POST that was answered 201, or with JSON that broke or never ended, may have created something: unknown. A 200 with
 * an HTML page is a captive portal or a login page, which created nothing: protocol.
 */
export function classify(
  reply: Reply,
  request: ScimRequest,
  origin: string,
  secrets: readonly string[],
): Answer | Refusal {
  const ambiguous: FailureClass = request.method === 'POST' ? 'unknown' : 'transient';
  if (reply.kind === 'silence') {
    const detail = clean(reply.reason, secrets);
    return { class: reply.unsent ? 'transient' : ambiguous, detail };
  }
  const { status, content, location } = reply;
  if (status >= 200 && status < 300) return classifySuccess(reply, request);
  const scimType = content.kind === 'json' ? textOf(content.body, 'scimType')?.toLowerCase() : undefined;
  const html = content.kind === 'foreign' && content.html;
  const wantsSlash = status < 400 && isSlashAway(location, request.path);
  const words = wordsOf(reply, origin, wantsSlash).slice(0, longestWords);
  const isCreation =
    request.method === 'POST' && request.subject === 'endpoint' && status !== 401 && status !== 404 && status <= 500;
  const isChange = request.subject === 'resource' && request.body !== undefined && (status === 400 || status === 422);
  const taken = (isCreation || isChange) && saysTaken.test(words);
  const says = content.kind === 'foreign' ? (content.says ?? '') : words;
  if (status === 404 && new RegExp(`Cannot ${request.method} /`).test(says))
    return { class: 'unsupported', status, detail: `HTTP 404: there is no ${request.method} there` };
  return {
    class: taken
      ? 'conflict'
      : statusClass(status, { scimType, html, request, ambiguous, turnedAway: saysWhen(reply.retryAfter) }),
    status,
    detail: clean(words, secrets),
    scimType,
    ...(wantsSlash ? { wantsSlash } : {}),
    ...(html ? { page: true } : {}),
  };
}

/** So much of what a refusal says is looked at. */
const longestWords = 20_000;

/** Whether a redirect leads to the same path with a slash at its end (Django's APPEND_SLASH, and many routers). */
function isSlashAway(location: string | undefined, asked: string): boolean {
  const [path = ''] = asked.split('?', 1);
  const [target = ''] = (location ?? '').split(/[?#]/, 1);
  return !path.endsWith('/') && target.endsWith(`${path}/`);
}

/** Rails: "has already been taken"; PostgreSQL, MySQL and MongoDB in a 500: "duplicate key", "Duplicate entry", "E11000". */
const saysTaken =
  /\b(?:already (?:been )?(?:exists?|existing|taken|in use|used|registered|assigned)|(?:is|are) taken|duplicates?|must be unique|not unique|unique constraint|E11000)\b/i;

function statusClass(
  status: number,
  {
    scimType,
    html,
    request,
    ambiguous,
    turnedAway,
  }: {
    readonly scimType: string | undefined;
    readonly html: boolean;
    readonly request: ScimRequest;
    readonly ambiguous: FailureClass;
    readonly turnedAway: boolean;
  },
): FailureClass {
  if (status < 400) return 'protocol';
  switch (status) {
    case 400:
      return scimType === 'uniqueness' ? 'conflict' : 'rejected';
    case 401:
      return 'auth';
    case 403:
      return request.subject === 'discovery' ? 'auth' : 'rejected';
    case 404:
    case 410:
      if (html && request.subject !== 'discovery') return 'protocol';
      return request.subject === 'resource' ? 'gone' : 'unsupported';
    case 405:
    case 501:
      return 'unsupported';
    case 408:
    case 425:
      return ambiguous;
    case 409:
      return 'conflict';
    case 429:
      return 'throttled';
    case 503:
      return turnedAway || ambiguous === 'transient' ? 'throttled' : ambiguous;
    default:
      return status >= 500 ? ambiguous : 'rejected';
  }
}

function classifySuccess(reply: Extract<Reply, { kind: 'answer' }>, request: ScimRequest): Answer | Refusal {
  const { status, etag, date, location, content } = reply;
  if (content.kind === 'none') return { status, etag, body: undefined };
  if (content.kind === 'json') {
    // Seen at gateways: an error in the body of a 200.
    const named = content.body['schemas'];
    if (!Array.isArray(named) || !named.includes(schemas.error))
      return { status, etag, date, location, body: content.body };
    return { class: 'protocol', status, detail: `a SCIM error was answered with ${status}` };
  }
  // The status says it all; a large group may be answered with all its members.
  if (content.cut === true && request.method === 'PATCH') return { status, etag, body: undefined };
  if (
    ['PATCH', 'PUT', 'DELETE'].includes(request.method) &&
    !content.html &&
    content.says !== undefined &&
    !saysFailed.test(content.says)
  ) {
    return { status, etag, body: undefined };
  }
  const maybeCreated = request.method === 'POST' && (status === 201 || !content.html);
  return {
    class: maybeCreated ? 'unknown' : 'protocol',
    status,
    detail: `answered ${status} with ${content.what}`,
    ...(content.cut === true ? { cut: true } : {}),
  };
}

/** `null`, `true` and `OK` say nothing beyond the status; this does. */
const saysFailed =
  /\b(?:false|errors?|fail(?:ed|ure)?|exception|denied|refused|forbidden|unauthori[sz]ed|invalid|not (?:found|allowed|permitted))\b/i;

/**
 * The target's own words where it has some: SCIM's `detail` (a list of texts, in SCIMServer), or what other APIs call it:
 * `message` (Zoom), `title` (RFC 9457). A refusal without JSON is often all that says what to do ("not on your plan"); a
 * 404 or 410, and what is wrong on the server's side, names only the server.
 */
function wordsOf(reply: Extract<Reply, { kind: 'answer' }>, origin: string, slash: boolean): string {
  const { status, content, location } = reply;
  if (status < 400) return redirectWords(status, location, origin, slash);
  if (content.kind === 'foreign') {
    const said = status < 500 && status !== 404 && status !== 410 ? plainWords(content) : '';
    if (said === '') return `HTTP ${status} with ${content.what}`;
    return content.html ? `${content.what}: ${said}` : said;
  }
  if (content.kind === 'none') return `HTTP ${status}`;
  const words = ['detail', 'message', 'title', 'error_description', 'error'].map((key) => textOf(content.body, key));
  const scimType = textOf(content.body, 'scimType');
  const said = words.find((text) => text !== undefined) ?? firstError(content.body) ?? `HTTP ${status}`;
  return scimType === undefined ? said : `${scimType}: ${said}`;
}

/** What a person would read of it. */
function plainWords({ html, says = '' }: Extract<Content, { kind: 'foreign' }>): string {
  if (!html) return says.trim();
  const text = says.replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ').replace(/<[^>]*(?:>|$)/g, ' ');
  return text
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}

function redirectWords(status: number, location: string | undefined, origin: string, slash: boolean): string {
  if (slash)
    return `HTTP ${status} to the same URL with a slash at its end: set trailingSlash: true under the profile of this target`;
  const elsewhere = location === undefined ? null : URL.parse(location, origin);
  if (elsewhere === null)
    return `HTTP ${status}: redirects are not followed; configure the URL of the SCIM endpoint itself`;
  return `HTTP ${status} to ${elsewhere.origin}: redirects are not followed; configure the URL there, if it is the SCIM endpoint`;
}

function textOf(body: Body, key: string): string | undefined {
  const held = body[key];
  const value = Array.isArray(held) && held.every((part) => typeof part === 'string') ? held.join('; ') : held;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/**
 * SCIM 1.1 and WSO2: `{"Errors": [{"description": …}]}`; lists of bare texts; and as Rails renders the errors of a record,
 * `{"errors": {"user_name": ["has already been taken"]}}`; and as Google's APIs do, `{"error": {"message": …}}`.
 */
function firstError(body: Body): string | undefined {
  const errors = body['Errors'] ?? body['errors'] ?? body['error'];
  const first: unknown = Array.isArray(errors) ? errors[0] : errors;
  if (typeof first === 'string') return first;
  if (!isBody(first)) return undefined;
  const [name = ''] = Object.keys(first);
  const text = textOf(first, name);
  return (
    textOf(first, 'description') ?? textOf(first, 'message') ?? (text === undefined ? undefined : `${name} ${text}`)
  );
}
