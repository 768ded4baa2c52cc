import type { Behaviour } from './behaviour.ts';
import { checkedBody } from './body.ts';
import { copyOf } from '../copy.ts';
import { matchesResource, type Filter } from './filter.ts';
import { applyPatch, tidy } from './patch.ts';
import { get, isObject, refusal, ScimError, urn, violation, type Json, type Kind } from './protocol.ts';
import { enforceRules } from './rules.ts';

/** Users and groups in memory. Answers are copies; what a request gets wrong is thrown as a ScimError. */
export interface Store {
  list(kind: Kind, filter?: Filter): Json[];
  read(kind: Kind, id: string): Json;
  create(kind: Kind, body: unknown): Json;
  replace(kind: Kind, id: string, body: unknown, ifMatch: string | undefined): Json;
  patch(kind: Kind, id: string, message: unknown, ifMatch: string | undefined): Json;
  remove(kind: Kind, id: string, ifMatch: string | undefined): void;
  /** Set back or moved without a request: who is lost is in no group and nobody's manager any more, and whoever has a new id is referred to by it. */
  restore(kept: (kind: Kind, resource: Json) => string | undefined): void;
  /** Remembers everything as it is; what it returns puts it back. */
  freeze(): () => void;
}

/** What must be unique among resources of a kind. externalId compares exactly, the names do not. */
const unique: Readonly<Record<Kind, readonly string[]>> = {
  User: ['userName', 'externalId'],
  Group: ['displayName', 'externalId'],
};

/** @param newId gives an id that nobody has */
export function createStore(now: () => Date, behaviour: () => Behaviour, newId: () => string): Store {
  let count = 0;
  const resources: Record<Kind, Map<string, Json>> = { User: new Map(), Group: new Map() };
  /** `userName:alice` → id: a target with thousands of people must not make every search a walk. */
  const owners: Record<Kind, Map<string, string>> = { User: new Map(), Group: new Map() };

  const held = (kind: Kind, id: string): Json => {
    const resource = resources[kind].get(id);
    if (resource === undefined) throw new ScimError(404, `no ${kind} ${id}`);
    return resource;
  };

  /** Of those who join: who was in and is gone by now is refused by nobody. */
  const checkMembers = (resource: Json, before: Json | undefined): void => {
    const { unknown, nested } = behaviour().members;
    const former = new Set(memberIds(before));
    const members: unknown = resource['members'];
    if (!Array.isArray(members)) return;
    const exists = (member: unknown): boolean => {
      const id: unknown = isObject(member) ? member['value'] : undefined;
      if (typeof id !== 'string') throw violation('a member has no value', 'invalidValue');
      if (!nested && resources.Group.has(id)) throw refusal(400, 'groups are no members', 'invalidValue');
      return former.has(id) || resources.User.has(id) || resources.Group.has(id);
    };
    const known = members.filter((member) => exists(member) || unknown === 'kept');
    if (known.length === members.length) return;
    if (unknown === 'refused') throw new ScimError(400, 'a member does not exist', 'invalidValue');
    resource['members'] = known;
  };

  const idFor = (kind: Kind, resource: Json): string => {
    count += 1;
    const { ids } = behaviour().users;
    if (ids === 'number') return String(1000 + count);
    if (ids === 'long-number') return String(918273645546372000n + BigInt(count));
    if (ids === 'uuid' || kind === 'Group') return newId();
    const { externalId } = resource;
    if (typeof externalId !== 'string') throw refusal(400, 'externalId is missing', 'invalidValue');
    return externalId;
  };

  const keysOf = (kind: Kind, resource: Json): string[] =>
    unique[kind].flatMap((name) => {
      const value = get(resource, name);
      if (name === 'displayName' && !behaviour().groups.uniqueNames) return [];
      return typeof value === 'string' ? [keyFor(name, value, behaviour())] : [];
    });

  const save = (kind: Kind, id: string, resource: Json, before: Json | undefined): Json => {
    tidy(kind, resource);
    enforceRules(kind, resource, before, behaviour());
    checkMembers(resource, before);
    const keys = keysOf(kind, resource);
    for (const key of keys) {
      const owner = owners[kind].get(key);
      if (owner !== undefined && owner !== id)
        throw new ScimError(409, `there is a ${kind} with this ${key.slice(0, key.indexOf(':'))}`, 'uniqueness');
    }
    for (const key of before === undefined ? [] : keysOf(kind, before)) owners[kind].delete(key);
    for (const key of keys) owners[kind].set(key, id);
    resource['meta'] = metaOf(kind, id, before, now().toISOString());
    resources[kind].set(id, resource);
    return copyOf(resource);
  };

  return {
    list(kind, filter) {
      const candidates = filter === undefined ? undefined : candidatesFor(kind, filter, owners[kind], behaviour());
      const found = candidates?.map((id) => resources[kind].get(id)).filter((resource) => resource !== undefined);
      const list = found ?? [...resources[kind].values()];
      return list.filter(
        (resource) => filter === undefined || matchesResource(filter, kind, resource, behaviour().filter.ignoresCase),
      );
    },
    read: (kind, id) => copyOf(held(kind, id)),
    create(kind, body) {
      const resource = checkedBody(kind, body, true);
      const id = idFor(kind, resource);
      return save(kind, id, { schemas: [], id, ...resource }, undefined);
    },
    replace(kind, id, body, ifMatch) {
      const before = held(kind, id);
      checkVersion(before, ifMatch);
      if (isObject(body) && body['id'] !== undefined && body['id'] !== id)
        throw violation('id is another one', 'mutability');
      return save(kind, id, { schemas: [], id, ...checkedBody(kind, body, false) }, before);
    },
    patch(kind, id, message, ifMatch) {
      const before = held(kind, id);
      checkVersion(before, ifMatch);
      const resource = copyOf(before);
      const { patch, members } = behaviour();
      const { noMatch, addReplaces } = patch;
      const rules = {
        noMatch,
        addReplaces,
        repeated: members.repeated,
        valueRemovals: members.remove.includes('values'),
      };
      applyPatch(kind, resource, copyOf(message), rules);
      return save(kind, id, resource, before);
    },
    restore(kept) {
      const all = (['User', 'Group'] as const).flatMap((kind) =>
        [...resources[kind].values()].map((resource) => ({ kind, resource })),
      );
      const ids = new Map(all.map(({ kind, resource }) => [String(resource['id']), kept(kind, resource)]));
      for (const kind of ['User', 'Group'] as const) {
        resources[kind].clear();
        owners[kind].clear();
      }
      for (const { kind, resource } of all) {
        const id = ids.get(String(resource['id']));
        if (id === undefined) continue;
        const meta = isObject(resource['meta']) ? resource['meta'] : {};
        const moved: Json = { ...withIds(resource, ids), id, meta: { ...meta, location: `/${kind}s/${id}` } };
        resources[kind].set(id, moved);
        for (const key of keysOf(kind, moved)) owners[kind].set(key, id);
      }
    },
    freeze() {
      const kept = copyOf({ count, resources, owners });
      return () => {
        const copy = copyOf(kept);
        count = copy.count;
        for (const kind of ['User', 'Group'] as const) {
          resources[kind] = copy.resources[kind];
          owners[kind] = copy.owners[kind];
        }
      };
    },
    remove(kind, id, ifMatch) {
      const resource = held(kind, id);
      checkVersion(resource, ifMatch);
      resources[kind].delete(id);
      for (const key of keysOf(kind, resource)) owners[kind].delete(key);
      if (behaviour().members.endsWithUser) for (const group of resources.Group.values()) dropMember(group, id);
    },
  };
}

/** With members and manager by their new ids, and without those who are lost. */
function withIds(resource: Json, ids: ReadonlyMap<string, string | undefined>): Json {
  const copy = copyOf(resource);
  const { members, [urn.enterprise]: enterprise } = copy;
  const idOf = (held: unknown): string | undefined =>
    isObject(held) && ids.has(String(held['value'])) ? ids.get(String(held['value'])) : undefined;
  if (Array.isArray(members)) {
    const left = members.flatMap((member: unknown) =>
      isObject(member) && idOf(member) !== undefined ? [{ ...member, value: idOf(member) }] : [],
    );
    if (left.length > 0) copy['members'] = left;
    else delete copy['members'];
  }
  if (!isObject(enterprise) || enterprise['manager'] === undefined) return copy;
  const manager = idOf(enterprise['manager']);
  if (manager === undefined) delete enterprise['manager'];
  else enterprise['manager'] = { value: manager };
  return copy;
}

/** A lone `eq` on something unique is answered from the index. */
function candidatesFor(
  kind: Kind,
  filter: Filter,
  owners: ReadonlyMap<string, string>,
  behaviour: Behaviour,
): string[] | undefined {
  if (filter.kind !== 'eq' || filter.schema !== undefined || filter.names.length !== 1) return undefined;
  const attribute = unique[kind].find((name) => name.toLowerCase() === filter.names[0]?.toLowerCase());
  if (attribute === undefined || typeof filter.value !== 'string') return undefined;
  if (attribute === 'displayName' && !behaviour.groups.uniqueNames) return undefined;
  if (behaviour.users.userNames === 'exact' && behaviour.filter.ignoresCase) return undefined;
  const owner = owners.get(keyFor(attribute, filter.value, behaviour));
  return owner === undefined ? [] : [owner];
}

function keyFor(name: string, value: string, { users }: Behaviour): string {
  const exact = name === 'externalId' || (name === 'userName' && users.userNames === 'exact');
  return `${name}:${exact ? value : value.toLowerCase()}`;
}

function metaOf(kind: Kind, id: string, before: Json | undefined, now: string): Json {
  const old = isObject(before?.['meta']) ? before['meta'] : undefined;
  const last = old?.['version'];
  const version = Number(typeof last === 'string' ? /\d+/.exec(last)?.[0] : 0) + 1;
  return {
    resourceType: kind,
    created: old?.['created'] ?? now,
    lastModified: now,
    location: `/${kind}s/${id}`,
    version: `W/"${version}"`,
  };
}

function memberIds(resource: Json | undefined): unknown[] {
  const members = resource?.['members'];
  return Array.isArray(members)
    ? members.map((member: unknown) => (isObject(member) ? member['value'] : undefined))
    : [];
}

function checkVersion(resource: Json, ifMatch: string | undefined): void {
  const meta = resource['meta'];
  if (ifMatch === undefined || ifMatch === '*' || !isObject(meta) || meta['version'] === ifMatch) return;
  throw new ScimError(412, 'the resource has changed');
}

function dropMember(group: Json, id: string): void {
  const members = group['members'];
  if (!Array.isArray(members) || !members.some((member) => isObject(member) && member['value'] === id)) return;
  const left: unknown[] = members.filter((member) => !isObject(member) || member['value'] !== id);
  if (left.length > 0) group['members'] = left;
  else delete group['members'];
}
