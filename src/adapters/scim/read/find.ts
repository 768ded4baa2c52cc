import { comparableId } from '../../../core/directory/source-id.ts';
import { fold } from '../../../core/directory/fold.ts';
import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { Failure } from '../../../core/model/outcome.ts';
import { readActive } from '../../../core/mapping/active.ts';
import { scimPath, shortPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import { scimValues, textOf } from '../../../core/mapping/scim-values.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import type { ScimSigns } from '../dialect/scim-signs.ts';
import { askedBy, filterText, wider } from './filter.ts';
import { createFilterTrials, type FilterTrials } from './filter-trials.ts';
import { listWithoutMembers, withoutMembers } from './without-members.ts';
import { eachInTurns } from '../http/turns.ts';
import type { Keep } from '../answers/kept.ts';
import { readList } from '../answers/list.ts';
import { maxBytes } from '../answers/resource.ts';
import { nonsense, toFailure, type Body, type Exchange, type Refusal } from '../shared/message.ts';

type Find = (
  type: ResourceType,
  attribute: string,
  value: string,
  signal: AbortSignal,
  without?: 'members',
) => Promise<FoundResource[] | Failure>;

/**
 * Searches with one `eq` (RFC 7644 §3.4.2.2), the only filter that every target with filters has, by what the target
 * can be asked for. Each hit is looked at again: targets have been seen that ignore the filter and list everybody
 * (Metatavu/keycloak-scim-server#46). An attribute that is refused again and again is not asked for any more.
 */
export function createFind(
  exchange: Exchange,
  targetDialect: Pick<TargetDialect, 'current' | 'learn' | 'evidence'>,
  signs: ScimSigns,
  keep: Keep,
): Find {
  const trials = createFilterTrials(targetDialect);
  return async (type, attribute, value, signal, without) => {
    const path = scimPath(attribute);
    const { filter } = targetDialect.current();
    const asked = askedBy(filter, type, path);
    if (asked === undefined)
      return { class: 'unsupported', detail: `the target cannot be searched by ${shortPath(path.text)}` };
    if (filterText(asked, value).length > filter.maxLength) {
      return {
        class: 'unsupported',
        detail: `the filter would be longer than the ${filter.maxLength} characters that the target takes`,
      };
    }
    const search = {
      exchange,
      targetDialect,
      signs,
      trials,
      type,
      path,
      asked,
      more: furtherParameters(type, targetDialect.current()),
      without,
      signal,
    };
    const found = await searchFor(value, search);
    const lower = value.toLowerCase();
    const isAgain =
      Array.isArray(found) && found.length === 0 && !filter.ignoresCase && isUserName(path) && lower !== value;
    const last = isAgain ? await searchFor(lower, search) : found;
    return Array.isArray(last) ? last.map((hit) => keep(type, hit)) : last;
  };
}

interface Search {
  readonly exchange: Exchange;
  readonly targetDialect: Pick<TargetDialect, 'evidence'>;
  readonly signs: ScimSigns;
  readonly trials: FilterTrials;
  readonly type: ResourceType;
  /** What is looked for. */
  readonly path: ScimPath;
  /** What the filter names. */
  readonly asked: ScimPath;
  /** Query parameters beside the filter. */
  readonly more: string;
  /** What of groups nobody looks at. */
  readonly without: 'members' | undefined;
  readonly signal: AbortSignal;
}

function furtherParameters(type: ResourceType, { filter, list }: Dialect): string {
  const window = filter.window ? '&startIndex=1&count=100' : '';
  return type === 'group' && list.excludeMembers ? `${window}&${withoutMembers}` : window;
}

async function searchFor(
  value: string,
  { exchange, targetDialect, signs, trials, type, path, asked, more, without, signal }: Search,
): Promise<FoundResource[] | Failure> {
  const trial = { type, asked, value };
  const query = `filter=${encodeURIComponent(filterText(asked, value))}${more}`;
  const list = await (without === undefined || more.includes(withoutMembers)
    ? readList(exchange, type, query, signal, maxBytes(type))
    : listWithoutMembers({ exchange, targetDialect, signal }, type, query, maxBytes(type)));
  if ('class' in list) {
    if (list.cut === true) {
      // Whoever answers so much to a question about one, again and again, lists everybody.
      trials.refused(trial, list);
      return {
        class: 'unsupported',
        status: list.status,
        detail: `the target answered more than ${maxBytes(type) / 1024 / 1024} MB to a search for one ${type}`,
      };
    }
    const isNothingThere = (list.class === 'unsupported' && list.status !== 501) || list.status === 403;
    if (isNothingThere && list.status !== undefined && !(await signs.isThere(signal))) return noService(list.status);
    if (list.status === 404 && list.class === 'unsupported') return [];
    if (!(await isAboutFilter(list, { exchange, targetDialect, signal, type }))) return toFailure(list);
    trials.refused(trial, list);
    return toFailure({ ...list, class: 'unsupported' });
  }
  // Some answer the same resource twice, once for each of its e-mails that fits.
  const byId = new Map<string, FoundResource>();
  await eachInTurns(list.resources, (resource) => {
    if (isHit(resource, path, asked, value)) byId.set(resource.id, resource);
  });
  const hits = [...byId.values()];
  if (hits.length === 0) {
    const meantHere = list.unusable.filter(
      (body) =>
        holds({ body }, path, value) || scimValues(body, path).every((shown) => shown === undefined || shown === null),
    );
    if (meantHere.length > 0) return unnamable(meantHere, list.status);
  }
  // In another element than was asked for is alike as well: SCIM 1.1 has no brackets to say which.
  let alike = hits.length > 0;
  const meant = [asked, ...wider(asked)];
  await eachInTurns(list.resources, (resource) => {
    alike ||= meant.some((one) => holds(resource, one, value, true));
  });
  // The filter was ignored. Whoever was asked for may be on a later page, whatever the total says: some count the page.
  if (list.resources.length > 0 && !alike) {
    trials.ignored(trial);
    return {
      class: 'unsupported',
      status: list.status,
      detail: 'the target ignores filters: it answered others than it was asked for',
    };
  }
  if (hits.length > 0 && list.resources.every(({ id }) => byId.has(id))) trials.worked(trial);
  return hits;
}

/** Some make ids that cannot stand in a URL, or none at all. */
function unnamable(those: readonly Body[], status: number): Failure {
  return {
    ...nonsense('what was searched for is there, and has no usable id', status),
    unnamable: those.every((body) => readActive(body) === false) ? 'off' : 'on',
  };
}

function noService(status: number): Failure {
  return {
    class: status === 403 ? 'auth' : 'protocol',
    status,
    detail: `HTTP ${status} to a search and to everything else by which a SCIM service is known`,
  };
}

/**
 * Any 400 is about the filter, there is nothing else in the request: invalidFilter, tooMany, sensitive (§3.12). So are
 * 405 and 501, and a 500 of a target that answers to a list (Polis, scim2-server).
 */
async function isAboutFilter(
  { status }: Refusal,
  search: Pick<Search, 'exchange' | 'targetDialect' | 'signal' | 'type'>,
): Promise<boolean> {
  if (status === 400 || status === 405 || status === 501) return true;
  return status === 500 && !('class' in (await listWithoutMembers(search, search.type, 'startIndex=1&count=1')));
}

function isUserName(path: ScimPath): boolean {
  return path.schema === undefined && path.attribute.toLowerCase() === 'username';
}

/** Where an externalId is asked for by id, an equal id is what was looked for. */
function isHit(resource: FoundResource, path: ScimPath, asked: ScimPath, value: string): boolean {
  return holds(resource, path, value) || (asked.text === 'id' && resource.id === value);
}

/** externalId and id compare exactly (RFC 7643 §3.1), but for the spelling of a UUID; names and addresses without case, space and compatibility forms. */
function holds({ body }: Pick<FoundResource, 'body'>, path: ScimPath, value: string, withoutCase = false): boolean {
  const exact = !withoutCase && path.schema === undefined && /^(?:externalId|id)$/i.test(path.attribute);
  const comparable = (text: string): string => (exact ? comparableId(text) : fold(text));
  return scimValues(body, path)
    .map(textOf)
    .some((held) => held !== undefined && comparable(held) === comparable(value));
}
