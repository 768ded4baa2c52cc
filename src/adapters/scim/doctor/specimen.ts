import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { filterText } from '../read/filter.ts';
import {
  endpoints,
  isBody,
  isRefusal,
  listOf,
  schemas,
  type Answer,
  type Body,
  type Refusal,
} from '../shared/message.ts';
import { idOf, resourcePath, withSchemas } from '../answers/resource.ts';
import { decodedUri } from '../read/decoded-uri.ts';
import type { Bench, Specimen } from './bench.ts';
import { Untestable } from './trial.ts';
import { words } from './words.ts';

/** A resource that was made, and the answer to its POST. */
export interface Made extends Specimen {
  readonly answer: Answer;
  /** Where the id was found. */
  readonly told: 'body' | 'location' | 'search';
  /** Whether the answer had a Location, as RFC 7644 §3.3 says. */
  readonly isLocated: boolean;
}

/** A user for trials: recognisable, with an address that belongs to nobody (RFC 2606). */
export function userBody(bench: Bench, label: string, part: Body = {}): Body {
  return bareUserBody(bench, label, { ...bench.facts.requiredPart, ...part });
}

/** The same without what is required. */
export function bareUserBody({ tag }: Bench, label: string, part: Body): Body {
  const name = `${tag}-${label}`;
  // A capital letter shows who changes the spelling.
  return { userName: `${name.replace('dir', 'Dir')}@example.com`, externalId: name, ...part };
}

export function groupBody({ tag }: Bench, label: string, part: Body = {}): Body {
  return { displayName: `${tag}-${label}`, externalId: `${tag}-${label}`, ...part };
}

/** What servers that were built for Okta's requests expect to be there, and empty. */
const emptyList = { user: 'groups', group: 'members' } as const;

const nameKey = { user: 'userName', group: 'displayName' } as const;

/** POST, written down before and after. @throws Untestable when what came is not what was asked for */
export async function create(bench: Bench, type: ResourceType, body: Body): Promise<Made | Refusal> {
  const { creations, facts } = bench;
  if (facts.stop !== undefined) throw new Untestable(facts.stop);
  const name = String(body[nameKey[type]]);
  creations.begin(type, name);
  const sent = bench.dialect().values.emptyLists ? { [emptyList[type]]: [], ...body } : body;
  const answer = await bench.ask('POST', endpoints[type], withSchemas(type, sent));
  if (isRefusal(answer)) {
    // After a lost answer there may be something.
    if (answer.class !== 'unknown') creations.refuse(type, name);
    return answer;
  }
  const shown = answer.body === undefined ? undefined : readScimPath(answer.body, scimPath(nameKey[type]));
  if (typeof shown === 'string' && !isOurs(bench, shown))
    throw new Untestable('a create was answered with somebody else');
  const inBody = idOf(answer.body);
  const location = bench.location();
  const inLocation = idIn(location, type);
  const found = inBody ?? inLocation ?? (await search(bench, type, name, 5))[0];
  if (found === undefined)
    throw new Untestable(`a create was answered with ${answer.status} and nothing that names what was made`);
  // What is made is removed later on: an id without a name may be anybody's.
  if (typeof shown !== 'string' && !(await isReadAsOurs(bench, type, found)))
    throw new Untestable('a create was answered with the id of somebody else');
  creations.made({ type, name, id: found });
  const told = inBody === found ? 'body' : inLocation === found ? 'location' : 'search';
  return { id: found, name, externalId: String(body['externalId']), answer, told, isLocated: location !== undefined };
}

async function isReadAsOurs(bench: Bench, type: ResourceType, id: TargetId): Promise<boolean> {
  const answer = await bench.ask('GET', pathOf(type, id));
  const name =
    isRefusal(answer) || answer.body === undefined ? undefined : readScimPath(answer.body, scimPath(nameKey[type]));
  return typeof name !== 'string' || isOurs(bench, name);
}

function isOurs({ tag }: Bench, name: string): boolean {
  return name.toLowerCase().includes(tag);
}

/** The id at the end of a Location. */
function idIn(location: string | undefined, type: ResourceType): TargetId | undefined {
  const last = new RegExp(`${endpoints[type]}/([^/?#]+)/?$`, 'i').exec(location ?? '')?.[1];
  return last === undefined ? undefined : idOf({ id: decodedUri(last) });
}

/** Ids of those with exactly this name: by a filter, or from the first thousand of a list. Asks so often, a second apart. */
export async function search(bench: Bench, type: ResourceType, name: string, tries = 1): Promise<TargetId[]> {
  for (let attempt = 1; ; attempt += 1) {
    const listed = await rows(bench, type, name);
    const hits = listed.filter((row) =>
      String(readScimPath(row, scimPath(nameKey[type])))
        .toLowerCase()
        .endsWith(name.toLowerCase()),
    );
    if (hits.length > 0 || attempt >= tries) return hits.flatMap((row) => idOf(row) ?? []);
    await bench.wait(1000);
  }
}

async function rows(bench: Bench, type: ResourceType, name: string): Promise<Body[]> {
  const filtered = await ask(bench, type, filterQuery(bench, filterText(scimPath(nameKey[type]), name)));
  if (filtered !== undefined) return filtered;
  const all: Body[] = [];
  for (let page = 0; page < 10; page += 1) {
    const listed = await ask(bench, type, `startIndex=${all.length + 1}&count=100`);
    if (listed === undefined) throw new Untestable(`${type}s can be neither searched nor listed`);
    if (listed.length === 0 || all.some((row) => idOf(row) === idOf(listed[0]))) break;
    for (const row of listed) all.push(row);
  }
  return all;
}

/** A filter as it is asked for, with the page that some servers cannot do without. */
export function filterQuery(bench: Bench, filter: string): string {
  return `filter=${encodeURIComponent(filter)}${bench.dialect().filter.window ? '&startIndex=1&count=100' : ''}`;
}

async function ask(bench: Bench, type: ResourceType, query: string): Promise<Body[] | undefined> {
  const answer = await bench.ask('GET', `${endpoints[type]}?${query}`);
  return isRefusal(answer) ? undefined : resourcesOf(answer);
}

export function resourcesOf({ body }: Answer): Body[] {
  return body === undefined ? [] : listOf(readScimPath(body, scimPath('Resources'))).filter(isBody);
}

/** As it is now; undefined: it is not there. @throws Untestable when the target does not say */
export async function read(bench: Bench, type: ResourceType, id: TargetId, query = ''): Promise<Body | undefined> {
  const answer = await bench.ask('GET', pathOf(type, id) + query);
  if (!isRefusal(answer)) return answer.body ?? {};
  if (answer.class === 'gone') return undefined;
  throw new Untestable(`a ${type} cannot be read (${words(answer)})`);
}

/** @throws Untestable when the id cannot stand in a path */
export function pathOf(type: ResourceType, id: TargetId): string {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') throw new Untestable(path.detail);
  return path;
}

/**
 * DELETE, and a look whether it is gone. Answers why it is not, or that nobody can say: only a 404 is certain, as JSON; some
 * say it with a 500 or a page, and then a search has to find nobody.
 */
export async function remove(bench: Bench, type: ResourceType, id: TargetId): Promise<string | undefined> {
  const answer = await bench.ask('DELETE', pathOf(type, id));
  if (isRefusal(answer) && answer.class !== 'gone' && !mayMeanGone(answer))
    return `DELETE is refused (${words(answer)})`;
  const looks = answer.status === 202 ? 8 : 1;
  for (let look = 1; ; look += 1) {
    const left = await bench.ask('GET', pathOf(type, id));
    if (isRefusal(left)) {
      if (left.class !== 'gone' && !(mayMeanGone(left) && (await isNowhere(bench, type, id))))
        return `DELETE is answered with ${String(answer.status)}, and whether it is gone cannot be seen (${words(left)})`;
      bench.creations.gone(type, id);
      return undefined;
    }
    if (look >= looks) return `DELETE is answered with ${answer.status ?? 404}, and it is still there`;
    await bench.wait(500);
  }
}

function mayMeanGone({ status = 0 }: Refusal): boolean {
  return status === 404 || status === 410 || (status >= 500 && status !== 501 && status !== 503);
}

async function isNowhere(bench: Bench, type: ResourceType, id: TargetId): Promise<boolean> {
  const name = bench.creations.present().find((one) => one.type === type && one.id === id)?.name;
  return name !== undefined && (await search(bench, type, name)).length === 0;
}

/** A PATCH as the target spells operations, as far as that is known. */
export async function patch(
  bench: Bench,
  type: ResourceType,
  id: TargetId,
  operations: readonly Body[],
): Promise<Answer | Refusal> {
  const { groups } = bench.dialect();
  const named =
    type === 'group' && groups.renameWithId ? operations.map((operation) => withId(operation, id)) : operations;
  const spelled = bench.dialect().patch.operationCase === 'lower' ? named : named.map(capital);
  return bench.ask('PATCH', pathOf(type, id), { schemas: [schemas.patch], Operations: spelled });
}

function withId(operation: Body, id: TargetId): Body {
  const { op, path, value } = operation;
  return op === 'replace' && path === undefined && isBody(value)
    ? { ...operation, value: { id, ...value } }
    : operation;
}

export function capital(operation: Body): Body {
  const op = String(operation['op']);
  return { ...operation, op: op.charAt(0).toUpperCase() + op.slice(1) };
}
