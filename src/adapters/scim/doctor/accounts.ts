import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { assign, readScimPath, scimPath, shortPath, unassign } from '../../../core/mapping/scim-path.ts';
import { readActive } from '../../../core/mapping/active.ts';
import { isBody, isRefusal, listOf, type Body, type Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { bareUserBody, create, pathOf, read, remove, search, userBody, type Made } from './specimen.ts';
import { isAboutContent, needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** Making users, what that needs, and getting rid of them. */
export const accounts: Subject = {
  name: 'Users',
  trials: [
    { name: 'create', isNeeded: true, run: tryCreate },
    { name: 'delete', run: tryDelete },
    { name: 'required', run: tryRequired },
  ],
};

/** What most targets ask for. */
function usualPart(tag: string): Body {
  return {
    active: true,
    displayName: `${tag} Doctor`,
    name: { givenName: 'Trial', familyName: 'Doctor' },
    emails: [{ value: `${tag}-first@example.com`, type: 'work', primary: true }],
  };
}

/**
 * With as little as the RFC asks for, then with what most ask for, then with what the profile, /Schemas and the target's
 * own refusals name.
 */
async function tryCreate(bench: Bench): Promise<TrialResult> {
  const { facts, tag } = bench;
  const usual = usualPart(tag);
  let refusal: Refusal | undefined;
  let part: Body = {};
  for (let round = 0; round < 6; round += 1) {
    const made = await createSomehow(bench, userBody(bench, 'first', part));
    if (!isRefusal(made)) {
      const held = await readNew(bench, made.id);
      if (held === undefined)
        return {
          verdict: 'lies',
          text: `is answered with ${made.answer.status}, and nobody is there with the id of the answer`,
          blocks: true,
        };
      facts.requiredPart = part;
      facts.first = made;
      return describe(bench, made);
    }
    refusal = made;
    if (!isAboutContent(made)) break;
    const more: Body = round === 0 ? usual : { ...usual, ...demanded(bench), ...part, ...namedIn(made.detail) };
    if (Object.keys(more).every((key) => Object.hasOwn(part, key))) break;
    part = more;
  }
  const why = refusal === undefined ? '' : ` (${words(refusal)})`;
  const says: PartialDialect = refusal?.class === 'unsupported' ? { users: { create: false } } : {};
  return { verdict: 'refused', text: `no user can be made${why}`, says, blocks: true };
}

/** Some take nothing but `application/json`; and some want a list of groups, though it is empty. */
async function createSomehow(bench: Bench, body: Body): Promise<Made | Refusal> {
  const made = await create(bench, 'user', body);
  if (!isRefusal(made)) return made;
  if (made.status === 415) {
    bench.learn({ mediaType: 'application/json' });
    return create(bench, 'user', body);
  }
  if (!isAboutContent(made) || bench.dialect().values.emptyLists) return made;
  bench.learn({ values: { emptyLists: true } });
  const again = await create(bench, 'user', body);
  // The next refusal may be about something else that is missing; never about the list itself.
  if (!isRefusal(again) || (again.detail !== made.detail && !/groups/i.test(again.detail))) return again;
  bench.learn({ values: { emptyLists: false } });
  return made;
}

/** Whoever is new may be missing for some seconds. */
async function readNew(bench: Bench, id: TargetId): Promise<Body | undefined> {
  for (let look = 1; ; look += 1) {
    const held = await read(bench, 'user', id);
    if (held !== undefined || look >= 5) return held;
    await bench.wait(1000);
  }
}

function describe({ dialect }: Bench, { answer, told, isLocated, name, id, externalId }: Made): TrialResult {
  const shown = answer.body === undefined ? undefined : readScimPath(answer.body, scimPath('userName'));
  const lowered = typeof shown === 'string' && shown !== name && shown === name.toLowerCase();
  const remarks = [
    told === 'body' ? '' : `, without an id in the answer (found by ${told})`,
    isLocated ? '' : ', without a Location',
    typeof readScimPath(answer.body ?? {}, scimPath('id')) === 'number' ? ', ids are numbers' : '',
    id === externalId ? ', the externalId is taken as id' : '',
    lowered ? ', user names are kept in lower case' : '',
    readScimPath(answer.body ?? {}, scimPath('meta.version')) === undefined ? '' : ', with a version',
    dialect().mediaType === 'application/json' ? ', as application/json only' : '',
    dialect().values.emptyLists ? ', with an empty list of groups only' : '',
  ];
  return works(
    `is answered with ${answer.status}${remarks.join('')}`,
    lowered ? { values: { lowerCaseLogins: true } } : {},
  );
}

/** Values that will do for attributes that some targets want. */
const further: Readonly<Record<string, unknown>> = {
  entitlements: [{ value: 'doctor' }],
  roles: [{ value: 'doctor' }],
  phoneNumbers: [{ value: '+1 555 0100', type: 'work' }],
  title: 'Doctor',
  nickName: 'Doctor',
  userType: 'Employee',
  preferredLanguage: 'en',
  locale: 'en-US',
  timezone: 'Etc/UTC',
};

/** Attributes that a refusal names. */
function namedIn(detail: string): Body {
  const words = new Set(detail.toLowerCase().match(/[a-z]+/g));
  return Object.fromEntries(Object.entries(further).filter(([name]) => words.has(name.toLowerCase())));
}

/** Values for what the profile and /Schemas call required, as far as any will do. */
function demanded({ facts, configured, tag }: Bench): Body {
  const body: Body = {};
  const known = [...Object.keys(usualPart(tag)), 'userName', 'externalId', 'id', 'schemas'].map((name) =>
    name.toLowerCase(),
  );
  for (const path of configured.users.required.map(scimPath)) {
    if (path.schema === undefined && known.includes(path.attribute.toLowerCase())) continue;
    if (path.schema === undefined && Object.hasOwn(further, path.attribute))
      body[path.attribute] = further[path.attribute];
    else assign(body, path, 'doctor');
  }
  for (const attribute of facts.requiredBySchema) {
    const name = String(attribute['name']);
    if (known.includes(name.toLowerCase())) continue;
    const first = listOf(attribute['canonicalValues']).find((value) => typeof value === 'string') ?? 'doctor';
    const value: unknown =
      attribute['type'] === 'boolean' ? true : attribute['type'] === 'complex' ? { value: first } : first;
    body[name] = Object.hasOwn(further, name) ? further[name] : attribute['multiValued'] === true ? [value] : value;
  }
  return body;
}

/**
 * The first user goes again at once: whoever leaves things behind has to be known before more is made. An account that
 * only sleeps is seen by its name: it cannot be had again, or is there again as it was made then.
 */
async function tryDelete(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.first, 'no user could be made');
  const before = await read(bench, 'user', id);
  const kept = await remove(bench, 'user', id);
  if (kept !== undefined) {
    const held = await readOrNothing(bench, id);
    const sleeps = held !== undefined && readActive(held) === false;
    return stays(bench, sleeps ? 'deactivates' : 'none', sleeps ? 'DELETE only deactivates' : kept);
  }
  const again = await remove(bench, 'user', id);
  // A day of creation in whole seconds tells two accounts apart after a second only.
  if (/:\d\d(?:Z|[+-]|$)/.test(createdOf(before) ?? '')) await bench.wait(1100);
  const twin = await makeAgain(bench);
  if (isRefusal(twin)) {
    if (twin.class === 'conflict')
      return stays(bench, 'deactivates', `the user cannot be read any more, but its name stays taken (${words(twin)})`);
    return works(`the user is gone; another one of that name is refused (${words(twin)})`);
  }
  if (twin.id === id && isTheSame(before, await read(bench, 'user', id), id))
    return stays(bench, 'deactivates', 'DELETE only hides: whoever is made anew is the old account, with its id');
  if (
    (await remove(bench, 'user', twin.id)) !== undefined ||
    (await search(bench, 'user', String(userBody(bench, 'first')['userName']))).length > 0
  ) {
    return { verdict: 'lies', text: 'the user is gone by its id, and still to be found by its name' };
  }
  const { deletion } = bench.configured.users;
  const says: PartialDialect = deletion === 'irreversible' ? { users: { deletion } } : {};
  const reused =
    twin.id === id ? '; whoever is made anew has the same id, and nothing shows that it is the old account' : '';
  return works(
    `the user is gone; ${again === undefined ? 'deleting it again does no harm' : again}; its name is free again${reused}`,
    says,
  );
}

/**
 * As somebody who comes back is created; when the name is taken still, a moment later, and under another externalId: only
 * who refuses that as well keeps the name.
 */
async function makeAgain(bench: Bench): Promise<Made | Refusal> {
  const body = userBody(bench, 'first');
  let made = await create(bench, 'user', body);
  if (!isRefusal(made) || made.class !== 'conflict') return made;
  await bench.wait(2000);
  made = await create(bench, 'user', body);
  if (!isRefusal(made) || made.class !== 'conflict') return made;
  return create(bench, 'user', { ...body, externalId: `${String(body['externalId'])}-again` });
}

/**
 * Whether an account of the same id is the old one. An id may be made from the name, or be a number that is free again: only
 * the day of its creation tells, or an id that is drawn by lot (RFC 9562: UUID version 4 and 7).
 */
function isTheSame(before: Body | undefined, after: Body | undefined, id: TargetId): boolean {
  const [then, now] = [createdOf(before), createdOf(after)];
  if (then !== undefined && now !== undefined) return then === now;
  return /^[\da-f]{8}-[\da-f]{4}-[47][\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/i.test(id);
}

function createdOf(held: Body | undefined): string | undefined {
  const created = readScimPath(held ?? {}, scimPath('meta.created'));
  return typeof created === 'string' ? created : undefined;
}

async function readOrNothing(bench: Bench, id: TargetId): Promise<Body | undefined> {
  const answer = await bench.ask('GET', pathOf('user', id));
  return isRefusal(answer) ? undefined : answer.body;
}

function stays(bench: Bench, deletion: 'none' | 'deactivates', text: string): TrialResult {
  const { facts, allowLeftovers } = bench;
  if (!allowLeftovers) facts.stop = 'users cannot be removed, so that no more are made: --allow-leftovers goes on';
  return { verdict: 'lies', text, says: { users: { deletion } } };
}

/** What a user cannot be made without, one attribute after the other. Each one who is made all the same goes again. */
async function tryRequired(bench: Bench): Promise<TrialResult> {
  const { facts, says, tag } = bench;
  needed(facts.first, 'no user could be made');
  if (Object.keys(facts.requiredPart).length === 0) return works('nothing but userName');
  const { deletion } = says().users ?? {};
  if (deletion === 'none' || deletion === 'deactivates') {
    const named = Object.keys(facts.requiredPart).filter((name) => !Object.hasOwn(usualPart(tag), name));
    if (named.length === 0) throw new Untestable('users cannot be removed');
    return works(`userName, ${named.join(', ')}; more is not tried, since users cannot be removed`, {
      users: { required: ['userName', ...named] },
    });
  }
  const required: string[] = ['userName'];
  let primary = false;
  for (const path of candidates(facts.requiredPart)) {
    const part = structuredClone(facts.requiredPart);
    if (path === 'emails.primary')
      part['emails'] = listOf(part['emails'])
        .filter(isBody)
        .map((email) => ({ value: email['value'], type: email['type'] }));
    else unassign(part, scimPath(path));
    const made = await create(bench, 'user', bareUserBody(bench, 'less', dropEmpty(part)));
    if (!isRefusal(made)) await remove(bench, 'user', made.id);
    else if (path === 'emails.primary') primary = true;
    else required.push(shortPath(path));
  }
  const rest = primary ? '; an e-mail address has to be primary' : '';
  return works(`${required.join(', ')}${rest}`, { users: { required }, ...(primary ? { values: { primary } } : {}) });
}

function candidates(part: Body): string[] {
  const top = Object.keys(part).filter((name) => name !== 'name');
  return [...top, 'name.givenName', 'name.familyName', 'emails.primary'].filter(
    (path) => path !== 'emails.primary' || top.includes('emails'),
  );
}

function dropEmpty(part: Body): Body {
  return Object.fromEntries(
    Object.entries(part).filter(([, value]) => !(isBody(value) && Object.keys(value).length === 0)),
  );
}
