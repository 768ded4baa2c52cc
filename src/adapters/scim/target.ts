import type { Dialect } from '../../core/dialect/dialect.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure, type FoundResource, type ScimTarget, type Takes } from '../../ports/scim-target.ts';
import { contained } from './shared/contained.ts';
import { createAttempt } from './http/attempt.ts';
import type { Conversation } from './dialect/conversation.ts';
import { atEndpoints, lacksGroups, takesNoGroups } from './dialect/endpoints.ts';
import { createTargetDialect, type TargetDialect } from './dialect/target-dialect.ts';
import { discoverTarget } from './dialect/discover.ts';
import { createScimSigns } from './dialect/scim-signs.ts';
import { createKeep } from './answers/kept.ts';
import { createFind } from './read/find.ts';
import { createDiscovery, writeAfter } from './dialect/discover-first.ts';
import { inDialect } from './in-dialect.ts';
import { readOrGone } from './read/gone.ts';
import { hurried } from './read/hurried.ts';
import { probeTarget } from './read/probe.ts';
import { readInventory, walkInventory } from './read/inventory.ts';
import { listWithoutMembers } from './read/without-members.ts';
import { partsReplace } from './write/lost-beside.ts';
import { memberChunk } from './write/members.ts';
import { membersTold } from './write/read-members.ts';
import { isRefusal, nonsense, toFailure, type Exchange } from './shared/message.ts';
import { checkOptions, type CheckedOptions, type ScimTargetOptions } from './http/options.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  confirmedCreate,
  confirmedMemberChange,
  confirmedUpdate,
  type ClockedConversation,
} from './write/confirmed-writes.ts';
import { Pace } from './rate-limit/pace.ts';
import { foundResource } from './answers/resource.ts';
import { createExchange } from './http/retry.ts';
import { createTransport } from './http/transport.ts';
import { removeResource } from './write/remove.ts';
import { showsPath } from './write/stored-evidence.ts';

/**
 * A SCIM 2.0 service provider as the RFCs describe it (7643, 7644), behind the port. Throws a BridgeError
 * (D2S_CONFIG_INVALID) when the options cannot work. When a call's signal is aborted, the call rejects with the
 * signal's reason; a create that was under way then may have taken effect.
 */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const checked = checkOptions(options);
  let announce = (): void => undefined;
  const connection = connect(checked, () => {
    announce();
  });
  const { exchange, targetDialect, pace, close } = connection;
  const keep = createKeep(checked.needed);
  const find = createFind(exchange, targetDialect, connection.signs, keep);
  const discovered = createDiscovery(exchange, targetDialect, checked.clock);
  const target = writeAfter(discovered, {
    name: checked.name,
    get concurrency() {
      return callers(checked, targetDialect.current());
    },
    get memberChunk() {
      return memberChunk(targetDialect.current());
    },
    get recreates() {
      return targetDialect.current().users.reactivation === 'recreate';
    },
    get partsReplace() {
      return targetDialect.evidence.has(partsReplace);
    },
    takes: (type) => takes(type, targetDialect),
    ...createReads(connection, checked, find, keep),
    ...createWrites(connection, checked.clock, find),
    hurried: (milliseconds) => hurried(whole, milliseconds),
    ...createNotes(targetDialect, pace),
    onUrgentNotes: (listener) => void (announce = listener),
    close,
  });
  const whole = contained(target, checked);
  return whole;
}

/** What every request to one target goes through. */
interface Connection {
  readonly exchange: Exchange;
  readonly targetDialect: TargetDialect;
  readonly signs: ReturnType<typeof createScimSigns>;
  readonly pace: Pace;
  readonly close: () => Promise<void>;
}

/** @param onUrgentNotes called when the pace has notes that must not wait for the end of a cycle */
function connect(checked: CheckedOptions, onUrgentNotes: () => void): Connection {
  const { clock, concurrency, auth } = checked;
  const transport = createTransport(checked);
  const targetDialect = createTargetDialect(checked.dialect, () => clock.now());
  const pace = new Pace(clock, targetDialect.current().rate, concurrency, onUrgentNotes);
  const attempt = createAttempt(checked, transport, (quota) => {
    pace.expect(quota);
  });
  const spoken = inDialect(createExchange(attempt, pace, clock, checked), targetDialect);
  const signs = createScimSigns(spoken, targetDialect, clock);
  const close = async (): Promise<void> => {
    await Promise.all([transport.close(), auth.close()]);
  };
  return { exchange: atEndpoints(spoken, targetDialect, signs), targetDialect, signs, pace, close };
}

type Reads = Pick<
  ScimTarget,
  'discover' | 'find' | 'inventory' | 'walk' | 'membersOf' | 'shows' | 'read' | 'answers' | 'probe'
>;

/** The calls that change nothing at the target. */
function createReads(
  { exchange, targetDialect }: Connection,
  checked: CheckedOptions,
  find: ScimTarget['find'],
  keep: ReturnType<typeof createKeep>,
): Reads {
  const inventory = { exchange, targetDialect, keep, memory: checked.memory.lists, places: checked.places };
  const talk = (signal: AbortSignal): Conversation => ({ exchange, targetDialect, signal });
  return {
    discover: (signal) => discoverTarget(exchange, targetDialect, signal),
    find,
    inventory: (type, worthRequests, signal, without) => readInventory(inventory, type, worthRequests, signal, without),
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
    probe: (signal) => probeTarget(find, exchange, signal),
  };
}

/** The calls that change something at the target. */
function createWrites(
  { exchange, targetDialect }: Connection,
  clock: Clock,
  find: ScimTarget['find'],
): Pick<ScimTarget, 'create' | 'update' | 'changeMembers' | 'remove'> {
  const talk = (signal: AbortSignal): ClockedConversation => ({ exchange, targetDialect, clock, signal });
  return {
    create: (type, attributes, signal, members = [], isNew = () => false) =>
      confirmedCreate(talk(signal), find, type, attributes, members, isNew),
    update: (type, id, changes, signal, known = {}) => confirmedUpdate(talk(signal), type, id, changes, known),
    changeMembers: (group, change, signal) => confirmedMemberChange(talk(signal), group, change),
    remove: (type, id, signal, known = {}) => removeResource(talk(signal), type, id, known),
  };
}

/** What was learned, and what was sent when: noted for the next process, and given back to this one once. */
function createNotes(targetDialect: TargetDialect, pace: Pace): Pick<ScimTarget, 'settings' | 'restore' | 'newNotes'> {
  let noted = 0;
  let isRestored = false;
  return {
    settings: () => targetDialect.settings(),
    restore(notes) {
      if (isRestored) return;
      isRestored = true;
      targetDialect.restore(notes);
      pace.restore(notes);
    },
    newNotes() {
      targetDialect.review();
      const version = targetDialect.version() + pace.version();
      if (version === noted) return undefined;
      noted = version;
      return { ...targetDialect.notes(), ...pace.notes() };
    },
  };
}

/** Some page users and not groups (WSO2 answers 501 to `startIndex`). */
async function answers(conversation: Conversation, type: ResourceType): Promise<boolean> {
  const page = await listWithoutMembers(conversation, type, 'startIndex=1&count=1');
  if (!isRefusal(page)) return true;
  const mayPageOtherwise = page.status === 400 || page.status === 501;
  return mayPageOtherwise && !isRefusal(await listWithoutMembers(conversation, type, 'count=1'));
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
