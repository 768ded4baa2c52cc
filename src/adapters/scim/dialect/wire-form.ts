import type { Dialect } from '../../../core/dialect/dialect.ts';
import { isRefusal, type Answer, type Exchange, type Refusal, type ScimRequest, endpoints } from '../shared/message.ts';
import type { TargetDialect } from './target-dialect.ts';
import { fold } from '../../../core/directory/fold.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { readList } from '../answers/list.ts';

/** Puts the target's headers, media type and slashes to every request, so that nothing above has to think of them. */
export function inWireForm(exchange: Exchange, dialect: () => Dialect): Exchange {
  return (request, signal) => exchange(inForm(request, dialect()), signal);
}

/**
 * The same; and what the target says about the form by refusing is learned, and the request sent once more: a 415 looked
 * at nothing but the type (RFC 9110 §15.5.16), a redirect at nothing but the URL. A 400 may be about the type too: because
 * it says so; or because nothing with a body was taken yet, for some do not read a body of a type that they do not know,
 * and miss what is in it (Express). The latter is tried once; a creation, when a search shows that nothing was made.
 */
export function inLearnedForm(
  exchange: Exchange,
  targetDialect: Pick<TargetDialect, 'current' | 'learn' | 'evidence'>,
): Exchange {
  return async (request, signal) => {
    const { evidence } = targetDialect;
    const sent = targetDialect.current();
    const answer = await exchange(inForm(request, sent), signal);
    if (request.body !== undefined && !isRefusal(answer)) evidence.note(taken(sent));
    const other = isRefusal(answer) ? otherForm(request, answer, sent, evidence) : undefined;
    if (other === undefined) return answer;
    // A refusal that names no reason may have come after the work: a second one is not made for a guess.
    const asIs: Exchange = (one, until) => exchange(inForm(one, sent), until);
    const isBlind = other.isGuess === true && isRefusal(answer) && !aboutType.test(answer.detail);
    if (isBlind && (await mayBeMade(asIs, request, signal))) {
      evidence.note(inVain);
      return answer;
    }
    const again = await exchange(inForm(request, { ...sent, ...other.form }), signal);
    if (other.isGuess === true && isRefusal(again)) evidence.note(inVain);
    if (other.isGuess === true ? isRefusal(again) : !understands(again)) return answer;
    targetDialect.learn(other.setting, other.form[other.setting] ?? false, other.because);
    return again;
  };
}

const inVain = 'in vain: the other media type';

function taken({ mediaType }: Dialect): string {
  return `takes bodies as ${mediaType}`;
}

type Form = Partial<Pick<Dialect, 'mediaType' | 'trailingSlash'>>;

interface OtherForm {
  readonly setting: keyof Form;
  readonly form: Form;
  readonly because: string;
  /** Only what then works says that it was that. */
  readonly isGuess?: true;
}

const aboutType = /\b(?:content-?type|media-?\s?type|mime)\b|application\/(?:scim\+)?json/i;

/** In which other form a refused request is worth one more try. A body is not carried along by a redirect. */
function otherForm(
  { body }: ScimRequest,
  { status, wantsSlash, detail }: Refusal,
  dialect: Dialect,
  evidence: Pick<TargetDialect['evidence'], 'has'>,
): OtherForm | undefined {
  const { mediaType, protocol, trailingSlash } = dialect;
  if (status === 415 && body !== undefined && protocol !== '1.1') {
    return { setting: 'mediaType', form: { mediaType: otherType(mediaType) }, because: `answered 415 to ${mediaType}` };
  }
  if (
    status === 400 &&
    body !== undefined &&
    protocol !== '1.1' &&
    !evidence.has(inVain) &&
    (!evidence.has(taken(dialect)) || aboutType.test(detail))
  ) {
    return {
      setting: 'mediaType',
      form: { mediaType: otherType(mediaType) },
      because: `answered 400 to ${mediaType}`,
      isGuess: true,
    };
  }
  if (wantsSlash === true && body === undefined && !trailingSlash) {
    return {
      setting: 'trailingSlash',
      form: { trailingSlash: true },
      because: `answered ${String(status)} to a URL without a slash at its end`,
    };
  }
  return undefined;
}

/** Whether what was refused before is not the matter any more. */
function understands(answer: Answer | Refusal): boolean {
  return (
    !isRefusal(answer) ||
    (answer.status !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 415)
  );
}

function inForm(request: ScimRequest, { headers, protocol, trailingSlash, ...rest }: Dialect): ScimRequest {
  const mediaType = protocol === '1.1' ? 'application/json' : rest.mediaType; // nothing else was known then
  return {
    ...request,
    path: trailingSlash ? withSlash(request.path) : request.path,
    headers: { ...lowered(headers), ...mediaHeaders(mediaType, request.body !== undefined), ...request.headers },
  };
}

/** `/Users?count=1` → `/Users/?count=1` */
function withSlash(path: string): string {
  const query = path.indexOf('?');
  const [resource, rest] = query === -1 ? [path, ''] : [path.slice(0, query), path.slice(query)];
  return resource.endsWith('/') ? path : `${resource}/${rest}`;
}

/** Answers of the other type are understood too, and some targets answer nothing else (RFC 7644 §3.8). */
function mediaHeaders(mediaType: Dialect['mediaType'], hasBody: boolean): Record<string, string> {
  return { accept: `${mediaType}, ${otherType(mediaType)};q=0.9`, ...(hasBody ? { 'content-type': mediaType } : {}) };
}

function otherType(mediaType: Dialect['mediaType']): Dialect['mediaType'] {
  return mediaType === 'application/json' ? 'application/scim+json' : 'application/json';
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * Whether a creation that was refused may have been carried out all the same: whoever it names is looked for. What cannot
 * be looked for may be there.
 */
async function mayBeMade(
  exchange: Exchange,
  { method, path, body }: ScimRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const type = path === endpoints.user ? 'user' : path === endpoints.group ? 'group' : undefined;
  if (method !== 'POST' || type === undefined || body === undefined) return false;
  const name = type === 'user' ? 'userName' : 'displayName';
  const value = body[name];
  if (typeof value !== 'string') return true;
  const query = `filter=${encodeURIComponent(`${name} eq ${JSON.stringify(value)}`)}`;
  const list = await readList(exchange, type, query, signal);
  if ('class' in list) return true;
  return list.resources.some((one) => {
    const shown = readScimPath(one.body, scimPath(name));
    return typeof shown !== 'string' || fold(shown) === fold(value);
  });
}
