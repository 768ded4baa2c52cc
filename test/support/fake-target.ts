import type { ResourceType } from '../../src/core/model/entry.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import type { Failure, Outcome } from '../../src/core/model/outcome.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import { assign, buildBody, readScimPath, scimPath, unassign } from '../../src/core/mapping/scim-path.ts';
import type {
  Acknowledged,
  FoundResource,
  MemberChange,
  ProbeResult,
  ScimChange,
  ScimTarget,
} from '../../src/ports/scim-target.ts';

type Body = Record<string, unknown>;

/** One call of the port with everything that it was given, as the hook sees it and as it is recorded. Calls count from 1. */
export type FakeCall = { readonly number: number } & (
  | { readonly method: 'discover' | 'probe' }
  | { readonly method: 'answers'; readonly type: ResourceType }
  | { readonly method: 'find'; readonly type: ResourceType; readonly attribute: string; readonly value: string }
  | { readonly method: 'inventory' | 'walk'; readonly type: ResourceType; readonly worthRequests: number }
  | {
      readonly method: 'create';
      readonly type: ResourceType;
      readonly attributes: ReadonlyMap<string, ScimValue>;
      readonly members: readonly TargetId[];
      readonly initialMembers: MemberChange['add'];
    }
  | {
      readonly method: 'update';
      readonly type: ResourceType;
      readonly id: TargetId;
      readonly changes: readonly ScimChange[];
      readonly known: Acknowledged | undefined;
    }
  | {
      readonly method: 'changeMembers';
      readonly id: TargetId;
      readonly add: readonly TargetId[];
      readonly remove: readonly TargetId[];
      readonly change: MemberChange;
    }
  | { readonly method: 'read' | 'remove'; readonly type: ResourceType; readonly id: TargetId }
);

/**
 * What goes wrong with a call: `before` it took effect, or `after`, so that only its answer is lost. A Failure is
 * answered; an Error is thrown, as if the process ended there.
 */
export interface FakeFault {
  readonly when: 'before' | 'after';
  readonly result: Failure | Error;
}

export type FakeHook = (call: FakeCall) => FakeFault | undefined | Promise<FakeFault | undefined>;

/** A target in memory. The same calls always give the same ids and the same content. */
export interface FakeTarget extends ScimTarget {
  readonly calls: readonly FakeCall[];
  clearCalls(): void;
  /** Asked at every call, once it is recorded. */
  setHook(hook: FakeHook | undefined): void;
  /** Has somebody under an id of old, as when it had only hidden or mislaid them. */
  putBack(type: ResourceType, id: TargetId, attributes: ReadonlyMap<string, ScimValue>): void;
  /** Copies of what it holds, oldest first. */
  users(): Body[];
  groups(): Body[];
}

export interface FakeTargetOptions {
  readonly name: string;
  readonly concurrency?: number;
  readonly memberChunk?: number;
  /** Members that a create may carry; none unless said. */
  readonly createWith?: number;
  readonly recreates?: boolean;
  /** False: like some targets, it has none, which a search for one finds out. */
  readonly groups?: boolean;
  /** False: like some targets, it minds neither names nor externalIds that are there already. */
  readonly unique?: boolean;
  readonly hook?: FakeHook;
}

/** As on the real one: several in a page, and one more page to see that it is the end. */
const pageSize = 100;

export function createFakeTarget({
  name,
  concurrency = 8,
  memberChunk = 100,
  createWith = 0,
  recreates = false,
  groups: hasGroups = true,
  unique = true,
  hook,
}: FakeTargetOptions): FakeTarget {
  const content: Record<ResourceType, Map<TargetId, Body>> = { user: new Map(), group: new Map() };
  const calls: FakeCall[] = [];
  let faultFor = hook;
  let created = 0;
  let called = 0;
  let isWithoutGroups = false;

  /** Records a call, lets the hook spoil it, and carries it out. */
  const perform = async <T>(
    call: Unnumbered<FakeCall>,
    spoilt: (failure: Failure) => T,
    effect: () => T,
  ): Promise<T> => {
    called += 1;
    const numbered = { ...call, number: called };
    calls.push(numbered);
    const fault = await faultFor?.(numbered);
    if (fault === undefined) return effect();
    if (fault.when === 'after') effect();
    if (fault.result instanceof Error) throw fault.result;
    return spoilt(fault.result);
  };

  const ownerOf = (type: ResourceType, body: Body): TargetId | undefined => {
    if (!unique) return undefined;
    for (const [id, other] of content[type])
      if (uniqueKeys(type, other).some((key) => uniqueKeys(type, body).includes(key))) return id;
    return undefined;
  };

  const create = (
    type: ResourceType,
    attributes: ReadonlyMap<string, ScimValue>,
    members: MemberChange['add'],
  ): Outcome => {
    const body = structuredClone(buildBody(attributes));
    if (uniqueKeys(type, body).length === 0) return failed('rejected', 400, 'the name is missing');
    if (ownerOf(type, body) !== undefined) return failed('conflict', 409, 'there is one already');
    created += 1;
    const id = `${type}-${created}`;
    content[type].set(id, { id, ...body });
    if (members.length === 0) return { kind: 'applied', id };
    const joined = changeMembers(id, { add: members, remove: [], current: () => Promise.resolve([]) });
    if (joined.kind === 'applied') return { ...joined, members: members.map((member) => member.id) };
    content[type].delete(id);
    return joined;
  };

  const update = (type: ResourceType, id: TargetId, changes: readonly ScimChange[]): Outcome => {
    const held = content[type].get(id);
    if (held === undefined) return gone;
    const body = structuredClone(held);
    for (const change of changes) {
      const path = scimPath(change.path);
      if (change.change === 'clear') unassign(body, path);
      else assign(body, path, structuredClone(change.value));
    }
    dropEmpty(body);
    content[type].delete(id);
    const owner = ownerOf(type, body);
    content[type].set(id, owner === undefined ? body : held);
    return owner === undefined ? { kind: 'applied', id } : failed('conflict', 409, 'there is one already');
  };

  const changeMembers = (id: TargetId, { add, remove }: MemberChange): Outcome => {
    const group = content.group.get(id);
    if (group === undefined) return gone;
    if (add.some((member) => !content[member.type].has(member.id)))
      return failed('rejected', 400, 'a member does not exist');
    const members = membersOf(group);
    for (const member of add)
      members.set(member.id, member.type === 'group' ? { value: member.id, type: 'Group' } : { value: member.id });
    for (const one of remove) members.delete(one);
    setMembers(group, members);
    return { kind: 'applied', id };
  };

  const remove = (type: ResourceType, id: TargetId): Outcome => {
    if (!content[type].delete(id)) return gone;
    for (const group of content.group.values()) {
      const members = membersOf(group);
      if (members.delete(id)) setMembers(group, members);
    }
    return { kind: 'applied', id };
  };

  const found = (type: ResourceType): FoundResource[] =>
    [...content[type]].map(([id, body]) => ({ id, active: body['active'] !== false, body: structuredClone(body) }));

  return {
    name,
    concurrency,
    memberChunk: { add: memberChunk, remove: memberChunk, create: createWith },
    recreates,
    partsReplace: false,
    hurried() {
      return { target: this, wasCut: () => false };
    },
    takes: (type) => (type === 'group' && isWithoutGroups ? 'none' : 'all'),
    calls,
    clearCalls: () => void calls.splice(0),
    setHook: (next) => void (faultFor = next),
    putBack: (type, id, attributes) => void content[type].set(id, { id, ...structuredClone(buildBody(attributes)) }),
    users: () => structuredClone([...content.user.values()]),
    groups: () => structuredClone([...content.group.values()]),
    discover: (signal) => {
      signal.throwIfAborted();
      return perform<Awaited<ReturnType<ScimTarget['discover']>>>(
        { method: 'discover' },
        (failure) => failure,
        () => facts,
      );
    },
    find(type, attribute, value, signal) {
      signal.throwIfAborted();
      const effect = (): FoundResource[] | Failure => {
        isWithoutGroups ||= type === 'group' && !hasGroups;
        return isWithoutGroups && type === 'group'
          ? { class: 'unsupported', detail: 'there are no groups' }
          : found(type).filter(({ body }) => holds(body, attribute, value));
      };
      return perform<FoundResource[] | Failure>(
        { method: 'find', type, attribute, value },
        (failure) => failure,
        effect,
      );
    },
    inventory(type, worthRequests, signal) {
      signal.throwIfAborted();
      const { size } = content[type];
      const cost = size === 0 ? 1 : Math.ceil(size / pageSize) + 1;
      const call = { method: 'inventory', type, worthRequests } as const;
      return perform<FoundResource[] | Failure | undefined>(
        call,
        (failure) => failure,
        () => {
          isWithoutGroups ||= type === 'group' && !hasGroups;
          return cost <= worthRequests && !(isWithoutGroups && type === 'group') ? found(type) : undefined;
        },
      );
    },
    async walk(type, worthRequests, onPage, signal) {
      signal.throwIfAborted();
      const all = await perform<FoundResource[] | Failure>(
        { method: 'walk', type, worthRequests },
        (failure) => failure,
        () => found(type),
      );
      if (!Array.isArray(all)) return all;
      isWithoutGroups ||= type === 'group' && !hasGroups;
      if (isWithoutGroups && type === 'group') return 'partial';
      const pages = Math.max(1, Math.ceil(all.length / pageSize));
      for (let page = 0; page < Math.min(pages, worthRequests); page += 1)
        if (!(await onPage(all.slice(page * pageSize, (page + 1) * pageSize)))) return 'partial';
      return pages <= worthRequests ? 'whole' : 'partial';
    },
    membersOf: ({ body }) => Promise.resolve([...membersOf(body).keys()]),
    shows: () => true,
    read(type, id, signal) {
      signal.throwIfAborted();
      const effect = (): FoundResource | Failure =>
        found(type).find((one) => one.id === id) ?? { class: 'gone', status: 404, detail: 'there is none' };
      return perform<FoundResource | Failure>({ method: 'read', type, id }, (failure) => failure, effect);
    },
    answers(type, signal) {
      signal.throwIfAborted();
      return perform(
        { method: 'answers', type },
        () => false,
        () => true,
      );
    },
    create(type, attributes, signal, members = []) {
      signal.throwIfAborted();
      if (members.length > createWith)
        throw new TypeError(`${members.length} members in a create, ${createWith} are allowed`);
      const call = {
        method: 'create',
        type,
        attributes,
        members: members.map((member) => member.id),
        initialMembers: members,
      } as const;
      return perform(call, failedWith, () => create(type, attributes, members));
    },
    update(type, id, changes, signal, known) {
      signal.throwIfAborted();
      if (changes.length === 0) return Promise.resolve<Outcome>({ kind: 'applied', id });
      return perform({ method: 'update', type, id, changes, known }, failedWith, () => update(type, id, changes));
    },
    changeMembers(group, change, signal) {
      signal.throwIfAborted();
      const add = change.add.map((member) => member.id);
      const size = add.length + change.remove.length;
      if (size > memberChunk) throw new TypeError(`${size} members at once, ${memberChunk} are allowed`);
      if (size === 0) return Promise.resolve<Outcome>({ kind: 'applied', id: group });
      return perform({ method: 'changeMembers', id: group, add, remove: change.remove, change }, failedWith, () =>
        changeMembers(group, change),
      );
    },
    remove(type, id, signal) {
      signal.throwIfAborted();
      return perform({ method: 'remove', type, id }, failedWith, () => remove(type, id));
    },
    probe: (signal) => {
      signal.throwIfAborted();
      return perform<ProbeResult>(
        { method: 'probe' },
        (failure) => ({ kind: 'failed', failure }),
        () => ({ kind: 'answers' }),
      );
    },
    settings: () => [],
    restore: () => undefined,
    newNotes: () => undefined,
    onUrgentNotes: () => undefined,
    close: () => Promise.resolve(),
  };
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never;

const facts = { patch: true, filter: true, etag: false, groups: true, attributes: undefined, details: ['in memory'] };

function failed(failureClass: Failure['class'], status: number, detail: string): Outcome {
  return { kind: 'failed', failure: { class: failureClass, status, detail } };
}

function failedWith(failure: Failure): Outcome {
  return { kind: 'failed', failure };
}

const gone = failed('gone', 404, 'there is none');

function uniqueKeys(type: ResourceType, body: Body): string[] {
  const name = body[type === 'user' ? 'userName' : 'displayName'];
  const { externalId } = body;
  return [
    ...(typeof name === 'string' ? [`name:${name.toLowerCase()}`] : []),
    ...(typeof externalId === 'string' ? [`externalId:${externalId}`] : []),
  ];
}

/** What a cleared sub-attribute leaves behind says nothing. */
function dropEmpty(body: object): void {
  for (const [key, value] of Object.entries(body) as [string, unknown][]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    dropEmpty(value);
    if (Object.keys(value).length === 0) Reflect.deleteProperty(body, key);
  }
}

function membersOf(group: Body): Map<TargetId, Body> {
  const held: readonly unknown[] = Array.isArray(group['members']) ? group['members'] : [];
  return new Map(held.flatMap((member) => (isMember(member) ? [[member.value, { ...member }] as const] : [])));
}

function setMembers(group: Body, members: ReadonlyMap<TargetId, Body>): void {
  if (members.size > 0) group['members'] = [...members.values()];
  else delete group['members'];
}

function isMember(value: unknown): value is { readonly value: TargetId } {
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string';
}

/** externalId and id compare exactly, everything else without case; a list holds what any of its elements holds. */
function holds(body: Body, attribute: string, value: string): boolean {
  const path = scimPath(attribute);
  const held = path.filter === undefined ? readScimPath(body, { ...path, sub: undefined }) : undefined;
  const candidates: readonly unknown[] = Array.isArray(held)
    ? held.map((element: unknown) => readScimPath({ element }, { ...scimPath('element'), sub: path.sub ?? 'value' }))
    : [readScimPath(body, path)];
  const fold = (text: string): string => (/^(?:externalId|id)$/i.test(attribute) ? text : text.toLowerCase());
  return candidates.some((candidate) => typeof candidate === 'string' && fold(candidate) === fold(value));
}
