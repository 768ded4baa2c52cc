import type { Dialect } from '../../core/dialect/dialect.ts';
import { readScimPath } from '../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import { isNoValue } from '../../core/planning/diff.ts';
import {
  isFailure,
  type Acknowledged,
  type FoundResource,
  type MemberChange,
  type ScimChange,
  type ScimTarget,
  type Takes,
} from '../../ports/scim-target.ts';
import { confirmCreate, confirmWrite, type Promised } from './write/accepted.ts';
import { contained } from './shared/contained.ts';
import { createAttempt } from './http/attempt.ts';
import type { Conversation } from './dialect/conversation.ts';
import { createResource } from './write/create.ts';
import { atEndpoints, lacksGroups, takesNoGroups } from './dialect/endpoints.ts';
import { createTargetDialect, type TargetDialect } from './dialect/target-dialect.ts';
import { discoverTarget } from './dialect/discover.ts';
import { createScimSigns } from './dialect/scim-signs.ts';
import { createKeep } from './answers/kept.ts';
import { createFind } from './read/find.ts';
import { createDiscovery, writeAfter } from './dialect/discover-first.ts';
import { confirms, unstored } from './write/effect.ts';
import { tellsActive } from './write/ended.ts';
import { inDialect } from './in-dialect.ts';
import { readOrGone, unlessGone, unlessRefusedAsGone } from './read/gone.ts';
import { readList } from './answers/list.ts';
import { hurried } from './read/hurried.ts';
import { probeTarget } from './read/probe.ts';
import { readInventory, walkInventory } from './read/inventory.ts';
import { believeMembers, differs } from './write/believe-members.ts';
import { partsReplace, withLost } from './write/believe-update.ts';
import { changeMembers, memberChunk } from './write/members.ts';
import { membersAsked, membersRead, membersTold } from './write/read-members.ts';
import { noMembers, shownMembers } from './write/shown-members.ts';
import { failed, isRefusal, nonsense, toFailure, type Answer, type Body, type Refusal } from './shared/message.ts';
import { checkOptions, type CheckedOptions, type ScimTargetOptions } from './http/options.ts';
import { Pace } from './rate-limit/pace.ts';
import { foundResource, versionOf } from './answers/resource.ts';
import { createExchange } from './http/retry.ts';
import { createTransport } from './http/transport.ts';
import { removeResource } from './write/remove.ts';
import { showsPath, wasShown } from './write/settle-stored.ts';
import { tellsNothing } from './write/unless-there.ts';
import { showsOurs } from './write/subject.ts';
import { updateResource } from './write/update.ts';
import { toWire, type WireChange } from './write/wire-change.ts';

/**
 * A SCIM 2.0 service provider as the RFCs describe it (7643, 7644), behind the port. Throws a BridgeError
 * (D2S_CONFIG_INVALID) when the options cannot work. When a call's signal is aborted, the call rejects with the
 * signal's reason; a create that was under way then may have taken effect.
 */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const checked = checkOptions(options);
  const { name, clock, concurrency } = checked;
  const transport = createTransport(checked);
  const targetDialect = createTargetDialect(checked.dialect, () => clock.now());
  const pace = new Pace(clock, targetDialect.current().rate, concurrency, () => {
    announce();
  });
  const sent = createExchange(
    createAttempt(checked, transport, (quota) => {
      pace.expect(quota);
    }),
    pace,
    clock,
    checked,
  );
  const spoken = inDialect(sent, targetDialect);
  const signs = createScimSigns(spoken, targetDialect, clock);
  const exchange = atEndpoints(spoken, targetDialect, signs);
  const keep = createKeep(checked.needed);
  const find = createFind(exchange, targetDialect, signs, keep);
  const inventory = { exchange, targetDialect, keep, memory: checked.memory.lists, places: checked.places };
  const discovered = createDiscovery(exchange, targetDialect, clock);
  let announce = (): void => undefined;
  let isRestored = false;
  const talk = (signal: AbortSignal): Conversation => ({ exchange, targetDialect, signal });
  const target = writeAfter(discovered, {
    name,
    get concurrency() {
      return callers(checked, targetDialect.current());
    },
    get memberChunk() {
      return memberChunk(targetDialect.current());
    },
    takes: (type) => takes(type, targetDialect),
    get recreates() {
      return targetDialect.current().users.reactivation === 'recreate';
    },
    get partsReplace() {
      return targetDialect.evidence.has(partsReplace);
    },
    discover: (signal) => discoverTarget(exchange, targetDialect, signal),
    find,
    inventory: (type, worthRequests, signal) => readInventory(inventory, type, worthRequests, signal),
    walk: (type, worthRequests, onPage, signal) => walkInventory(inventory, type, worthRequests, onPage, signal),
    async membersOf({ id, body }, signal) {
      const told = await membersTold(talk(signal), id, body);
      return told !== undefined && isRefusal(told) ? toFailure(told) : told;
    },
    shows: (type, path) => showsPath(targetDialect, type, path),
    async read(type, id, signal, without) {
      const read = await readOne(talk(signal), type, id, without);
      return isFailure(read) ? read : keep(type, read);
    },
    answers: (type, signal) => answers(talk(signal), type),
    async create(type, attributes, signal, members = []) {
      const outcome = await createResource(talk(signal), type, attributes, members);
      const wire = [...attributes].map(([path, value]) =>
        toWire({ path, change: 'set', value, had: false }, targetDialect.current().values),
      );
      const differing = (held: Body): readonly string[] =>
        unstored(held, wire, false).map(({ path, from }) => from ?? path.text);
      return confirmCreate(
        outcome,
        { clock, signal },
        attributes.get('externalId'),
        (id) => find(type, 'externalId', id, signal),
        differing,
      );
    },
    update: (type, id, changes, signal, known = {}) => update({ ...talk(signal), clock }, type, id, changes, known),
    async changeMembers(group, change, signal) {
      if (change.add.length + change.remove.length === 0) return { kind: 'applied', id: group };
      const answer = await changeMembers(talk(signal), group, change);
      const confirmed = await confirmWrite(
        answer,
        { exchange, clock, signal },
        'group',
        group,
        showsMembers(change, targetDialect.current()),
        targetDialect.current().members.read === 'attributes' ? membersAsked : '',
      );
      if (!isRefusal(confirmed) && confirmed !== answer) membersRead(talk(signal), confirmed); // so that a list that is left out later means nobody
      return withMembers(group, await unlessGone(talk(signal), 'group', group, confirmed));
    },
    remove: (type, id, signal, known = {}) => removeResource({ ...talk(signal), clock }, type, id, known),
    hurried: (milliseconds) => hurried(whole, milliseconds),
    probe: (signal) => probeTarget(find, exchange, signal),
    settings: () => targetDialect.settings(),
    restore(notes) {
      if (isRestored) return;
      isRestored = true;
      targetDialect.restore(notes);
      pace.restore(notes);
    },
    newNotes: createNotes(targetDialect, pace),
    onUrgentNotes: (listener) => void (announce = listener),
    close: async () => {
      await Promise.all([transport.close(), checked.auth.close()]);
    },
  });
  const whole = contained(target, checked);
  return whole;
}

/** What is to be noted now; undefined when that was given before. */
function createNotes(targetDialect: TargetDialect, pace: Pace): ScimTarget['newNotes'] {
  let noted = 0;
  return () => {
    targetDialect.review();
    const version = targetDialect.version() + pace.version();
    if (version === noted) return undefined;
    noted = version;
    return { ...targetDialect.notes(), ...pace.notes() };
  };
}

/** Some page users and not groups (WSO2 answers 501 to `startIndex`). */
async function answers({ exchange, signal }: Conversation, type: ResourceType): Promise<boolean> {
  const page = await readList(exchange, type, 'startIndex=1&count=1', signal);
  if (!isRefusal(page)) return true;
  const mayPageOtherwise = page.status === 400 || page.status === 501;
  return mayPageOtherwise && !isRefusal(await readList(exchange, type, 'count=1', signal));
}

function takes(type: ResourceType, targetDialect: TargetDialect): Takes {
  if (type === 'group' && lacksGroups(targetDialect)) return 'none';
  const takesNew = type === 'user' ? targetDialect.current().users.create : !takesNoGroups(targetDialect);
  return takesNew ? 'all' : 'existing';
}

/** Where writes are joined, as many wait as two bulk requests take, so that the next is full when one is back. */
function callers(
  { calls, concurrency }: Pick<CheckedOptions, 'calls' | 'concurrency'>,
  { bulk, rate }: Dialect,
): number {
  const own = rate.length > 0 ? concurrency : calls; // with a budget more would only wait, and have to be waited for
  return bulk.use ? Math.max(own, Math.min(mostCallers, 2 * bulk.maxOperations)) : own;
}

/** More would wait for their turn for too long at a target that takes one request a second. */
const mostCallers = 400;

/** What answers were seen to show has to be there. */
function shows(type: ResourceType, changes: readonly ScimChange[], talk: Talk): (held: Body | undefined) => boolean {
  const { targetDialect } = talk;
  const wire = changes.map((change) => toWire(change, targetDialect.current().values));
  const isMissing = (held: Body, { path, value }: WireChange): boolean =>
    value !== undefined && isNoValue(readScimPath(held, path)) && wasShown(talk, type, path.text);
  return (held) =>
    held !== undefined &&
    confirms(held, wire, { keepsOurs: showsOurs(targetDialect), tellsActive: tellsActive(targetDialect) }) &&
    !wire.some((change) => isMissing(held, change));
}

function showsMembers(change: MemberChange, { members }: Dialect): (held: Body | undefined) => boolean {
  return (held) => {
    if (held === undefined || members.read === 'own-record') return held !== undefined; // it shows none: believed
    return !differs(change, shownMembers(held) ?? noMembers);
  };
}

async function update(
  talk: Talk,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  known: Acknowledged,
): Promise<Outcome> {
  if (changes.length === 0) return { kind: 'applied', id };
  const answer = await updateResource(talk, type, id, changes, known);
  const confirmed = await confirmWrite(answer, talk, type, id, shows(type, changes, talk));
  const looked =
    isRefusal(confirmed) || confirmed === answer
      ? confirmed
      : confirmed.unverified === true
        ? { ...confirmed, unstored: changes.map(({ path }) => path) }
        : withLost(
            talk,
            type,
            changes.map((change) => toWire(change, talk.targetDialect.current().values)),
            known,
            confirmed,
          );
  const ends = changes.some((change) => change.path === 'active' && change.change === 'set' && change.value === false);
  return keepsMembers(talk, type, id, changes, known, await unlessRefusedAsGone(talk, type, id, looked, ends));
}

type Talk = Conversation & Promised;

/** A group that was changed has the members that it had, or the outcome says whom it has. */
async function keepsMembers(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  { members, expectedMembers, paths }: Acknowledged,
  answer: Answer | Refusal,
): Promise<Outcome> {
  if (type === 'user' || members === undefined || isRefusal(answer)) return outcomeOf(id, answer);
  const isRepeated = !changes.some(({ path }) => path !== 'externalId' && paths?.includes(path) !== false);
  const looked = await believeMembers(
    conversation,
    id,
    { add: [], remove: [], current: members, expected: expectedMembers },
    answer,
    isRepeated,
  );
  if (isRefusal(looked)) return outcomeOf(id, tellsNothing(looked) ? looked : answer);
  return withMembers(id, { ...answer, body: looked.body });
}

/** With whom the group was seen to have. */
function withMembers(id: TargetId, answer: Answer | Refusal): Outcome {
  const outcome = outcomeOf(id, answer);
  if (outcome.kind === 'applied' && !isRefusal(answer) && answer.unverified === true)
    return { ...outcome, shown: { ...outcome.shown, unstored: ['members'] } };
  const shown = isRefusal(answer) || answer.status === 202 ? undefined : shownMembers(answer.body);
  return outcome.kind === 'failed' || shown === undefined
    ? outcome
    : { ...outcome, shown: { ...outcome.shown, members: [...shown.ids] } };
}

function outcomeOf(id: TargetId, answer: Answer | Refusal): Outcome {
  if (isRefusal(answer)) return failed(answer);
  const { unstored, lost } = answer;
  return {
    kind: 'applied',
    id,
    ...versionOf(answer),
    ...(unstored === undefined && lost === undefined ? {} : { shown: { unstored, lost } }),
  };
}

async function readOne(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  without?: 'members',
): Promise<FoundResource | Failure> {
  const answer = await readOrGone(conversation, type, id, without);
  if (isRefusal(answer)) return toFailure(answer);
  return foundResource(answer.body) ?? nonsense('answered without the resource that was asked for', answer.status);
}
