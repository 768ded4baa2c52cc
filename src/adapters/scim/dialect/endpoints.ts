import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import {
  endpoints,
  isBody,
  isRefusal,
  listOf,
  schemas,
  type Answer,
  type Exchange,
  type Refusal,
  type ScimRequest,
} from '../shared/message.ts';
import { documentAnswer, listAnswer } from '../shared/bounds.ts';
import type { TargetDialect } from './target-dialect.ts';
import type { ScimSigns } from './scim-signs.ts';

/** Statuses with which servers say that there is no such endpoint. Some answer 404 to a search that finds nobody. */
const absent: ReadonlySet<number | undefined> = new Set([404, 410, 501]);
const refusesPost: ReadonlySet<number | undefined> = new Set([405, 501]);

/**
 * Finds out once that a target has no groups (many have none; ResourceTypes is to say so, RFC 7644 §4), or takes no new
 * ones. It is learned, and nothing of that kind is sent any more. The first creation of a group goes alone, so that what
 * it teaches spares the others. Of users nothing is learned: a page of maintenance would keep newcomers out for days.
 *
 * Where ResourceTypes names groups, and what is sent to them is answered as if there were none (404), or as if none could be
 * made (403, three times), that holds for a day: it may be a bad day, and is one line in place of one refusal for each group.
 */
export function atEndpoints(
  exchange: Exchange,
  targetDialect: Pick<TargetDialect, 'current' | 'learn' | 'evidence'>,
  signs: ScimSigns,
): Exchange {
  let first: Promise<unknown> | undefined;
  let isOver = false;
  let takesNew = true;
  let wasThere = false;
  let checked: ReturnType<typeof seekGroups> | undefined;

  const send = async (request: ScimRequest, signal: AbortSignal): Promise<Answer | Refusal> => {
    const missing = notThere(request, takesNew, targetDialect);
    if (missing !== undefined) return missing;
    const answer = await exchange(request, signal);
    // An empty list proves nothing; a group that was made does, whatever a later request is answered with.
    wasThere ||= isCreation(request) && !isRefusal(answer);
    if (!isRefusal(answer)) targetDialect.evidence.drop(pageToday);
    if (!isRefusal(answer) && (isCreation(request) || showsGroups(answer))) targetDialect.evidence.note(hasGroups);
    if (!isRefusal(answer) || wasThere) return answer;
    if (absent.has(answer.status) && targetDialect.current().groups.supported === 'auto') {
      checked ??= seekGroups(exchange, signs, signal);
      const supported = await checked.catch((error: unknown) => {
        checked = undefined;
        throw error;
      });
      if (supported !== 'unknown')
        targetDialect.learn(
          'groups.supported',
          supported,
          `ResourceTypes, or a list after ${String(answer.status)}, says so`,
        );
    }
    const isAbsent = (answer.status === 404 || answer.status === 410) && (isCreation(request) || answer.page === true);
    if (isAbsent && !targetDialect.evidence.has(hasGroups) && (await signs.isThere(signal)))
      noteToday(
        targetDialect,
        isCreation(request) || targetDialect.evidence.hasToday(pageToday) ? absentToday : pageToday,
      );
    if (isCreation(request) && answer.status === 403 && !targetDialect.evidence.has(hasGroups))
      noteToday(targetDialect, forbidden.find((fact) => !targetDialect.evidence.hasToday(fact)) ?? closedToday);
    if (isCreation(request) && refusesPost.has(answer.status) && answer.page !== true) {
      takesNew = false;
      targetDialect.learn('groups.create', false, `answered ${String(answer.status)} to a creation`);
    }
    return notThere(request, takesNew, targetDialect) ?? answer;
  };

  return async (request, signal) => {
    if (request.subject !== 'endpoint' || !isAt(request, endpoints.group)) return exchange(request, signal);
    if (!isCreation(request) || isOver) return send(request, signal);
    if (first === undefined) {
      const own = send(request, signal).finally(() => {
        isOver = true;
      });
      first = own;
      return own;
    }
    await first.catch(() => undefined); // its failure is told to whoever sent it
    signal.throwIfAborted();
    return send(request, signal);
  };
}

const hasGroups = 'has groups';
const pageToday = 'answers to requests for groups as if it had none: once';
const absentToday = 'answers to requests for groups as if it had none';
const closedToday = 'forbids to create groups';
const forbidden = [1, 2].map((count) => `${closedToday}: ${count}`);

function showsGroups({ body }: Answer): boolean {
  return body !== undefined && listOf(readScimPath(body, scimPath('Resources'))).length > 0;
}

type Known = Pick<TargetDialect, 'current' | 'evidence'>;

function noteToday({ evidence }: Pick<TargetDialect, 'evidence'>, fact: string): void {
  evidence.drop(fact);
  evidence.note(fact);
}

/** Whether the target has no groups, as far as is known now. */
export function lacksGroups(targetDialect: Known): boolean {
  return (
    targetDialect.current().groups.supported === 'off' ||
    (targetDialect.evidence.hasToday(absentToday) && !targetDialect.evidence.has(hasGroups))
  );
}

/** Whether it takes none from outside. */
export function takesNoGroups(targetDialect: Known): boolean {
  return !targetDialect.current().groups.create || targetDialect.evidence.hasToday(closedToday);
}

/** Why a request is not worth sending. */
function notThere(request: ScimRequest, takesNew: boolean, targetDialect: Known): Refusal | undefined {
  if (lacksGroups(targetDialect)) return { class: 'unsupported', detail: 'the target has no groups' };
  if (isCreation(request) && targetDialect.evidence.hasToday(closedToday))
    return { class: 'unsupported', detail: 'the target forbids to create groups' };
  return isCreation(request) && !takesNew
    ? { class: 'unsupported', detail: 'the target makes its groups itself' }
    : undefined;
}

function isCreation({ method }: ScimRequest): boolean {
  return method === 'POST';
}

function isAt({ path }: ScimRequest, endpoint: string): boolean {
  return path === endpoint || path.startsWith(`${endpoint}?`);
}

/** Asks for the types of resources, and where nothing usable is said, for a list of groups. A place without any SCIM service says nothing. */
async function seekGroups(
  exchange: Exchange,
  signs: ScimSigns,
  signal: AbortSignal,
): Promise<'on' | 'off' | 'unknown'> {
  const types = await exchange(
    { method: 'GET', path: '/ResourceTypes', subject: 'discovery', maxBytes: documentAnswer },
    signal,
  );
  const named =
    isRefusal(types) || types.body === undefined ? [] : listOf(readScimPath(types.body, scimPath('Resources')));
  if (named.length > 0) {
    signs.seen();
    return named.some(isGroups) ? 'on' : 'off';
  }
  // Without startIndex: WSO2 answers 501 to that.
  const list = await exchange(
    { method: 'GET', path: `${endpoints.group}?count=1`, subject: 'endpoint', maxBytes: listAnswer },
    signal,
  );
  if (!isRefusal(list)) {
    signs.seen();
    return 'on';
  }
  return list.class === 'unsupported' && absent.has(list.status) && (await signs.isThere(signal)) ? 'off' : 'unknown';
}

/** Whether a document of /ResourceTypes (RFC 7643 §6) is that of groups. */
export function isGroups(type: unknown): boolean {
  if (!isBody(type)) return false;
  const { endpoint, schema } = type;
  return schema === schemas.group || (typeof endpoint === 'string' && /(?:^|\/)Groups\/?$/i.test(endpoint));
}
