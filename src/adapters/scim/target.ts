import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import { createAttempt } from './attempt.ts';
import { createResource } from './create.ts';
import { evenly } from './budget.ts';
import { createDialectBook } from './dialect-book.ts';
import { discoverTarget } from './discover.ts';
import { createFind } from './find.ts';
import { createDiscovery, writeAfter } from './discover-first.ts';
import { readInventory } from './inventory.ts';
import { memberChunk, patchMembers, putMembers } from './members.ts';
import { failed, isRefusal, nonsense, toFailure, type Answer, type Exchange, type Refusal } from './message.ts';
import { checkOptions, type ScimTargetOptions } from './options.ts';
import { Pace } from './pace.ts';
import { mergeChanges, putResource } from './put.ts';
import { foundResource, maxBytes, readResource, resourcePath, versionOf } from './resource.ts';
import { createExchange } from './retry.ts';
import { createTransport } from './transport.ts';
import { patchChanges } from './update.ts';
import { inWireForm } from './wire-form.ts';
import { toWire } from './wire-change.ts';

/**
 * A SCIM 2.0 service provider as the RFCs describe it (7643, 7644), behind the port. Throws a BridgeError
 * (D2S_CONFIG_INVALID) when the options cannot work. When a call's signal is aborted, the call rejects with the
 * signal's reason; a create that was under way then may have taken effect.
 */
export function createScimTarget(options: ScimTargetOptions): ScimTarget {
  const checked = checkOptions(options);
  const { name, clock, concurrency } = checked;
  const transport = createTransport(checked);
  const book = createDialectBook(checked.dialect, () => clock.now());
  const pace = new Pace(clock, [...book.current().rate, ...evenly(checked.limits.requestsPerSecond)], concurrency);
  const exchange = inWireForm(createExchange(createAttempt(checked, transport, (quota) => { pace.expect(quota); }), pace, clock, checked), book.current);
  const find = createFind(exchange, book);
  const discovered = createDiscovery(exchange, book, clock);
  let noted = 0;
  const write = createWriter();
  return writeAfter(discovered, {
    name,
    concurrency,
    memberChunk,
    async discover(signal) {
      const facts = await discoverTarget(exchange, book, signal);
      if ('patch' in facts && !facts.patch) write.withoutPatch();
      return facts;
    },
    find,
    inventory: (type, worthRequests, signal) => readInventory(exchange, book, type, worthRequests, signal),
    read: async (type, id, signal) => {
      const answer = await readResource(exchange, type, id, signal);
      if (isRefusal(answer)) return toFailure(answer);
      return foundResource(answer.body) ?? nonsense('answered without the resource that was asked for', answer.status);
    },
    create: (type, attributes, signal) => createResource(exchange, type, attributes, signal),
    async update(type, id, changes, signal) {
      if (changes.length === 0) return { kind: 'applied', id };
      const wire = changes.map(toWire);
      return write.outcome(
        type,
        id,
        () => patchChanges(exchange, type, id, wire, signal),
        () => putResource(exchange, type, id, (body) => mergeChanges(body, wire), signal),
      );
    },
    async changeMembers(group, change, signal) {
      if (change.add.length + change.remove.length === 0) return { kind: 'applied', id: group };
      return write.outcome(
        'group',
        group,
        () => patchMembers(exchange, group, change, signal),
        () => putMembers(exchange, group, change, signal),
      );
    },
    remove: (type, id, signal) => removeResource(exchange, resourcePath(type, id), id, maxBytes(type), signal),
    settings: () => book.settings(),
    restore(notes) {
      book.restore(notes);
      if (notes.pace !== undefined) pace.restore(notes.pace);
    },
    newNotes() {
      const version = book.version() + pace.version();
      if (version === noted) return undefined;
      noted = version;
      return { ...book.notes(), pace: pace.notes() };
    },
    close: async () => {
      await Promise.all([transport.close(), checked.auth.close()]);
    },
  });
}

interface Writer {
  withoutPatch(): void;
  outcome(type: ResourceType, id: TargetId, patch: Write, put: Write): Promise<Outcome>;
}
type Write = () => Promise<Answer | Refusal>;

/**
 * Chooses between PATCH and PUT, and remembers for its life where a target has no PATCH (405 or 501). By type: some
 * have it for groups only (Zoom, in effect), and a group that is written whole can lose members of others.
 */
function createWriter(): Writer {
  const hasPatch = { user: true, group: true };
  return {
    withoutPatch: () => void Object.assign(hasPatch, { user: false, group: false }),
    async outcome(type, id, patch, put) {
      // Several writes may find out side by side: each that tried PATCH goes on to PUT.
      const tried = hasPatch[type];
      let answer = await (tried ? patch() : put());
      if (tried && isRefusal(answer) && answer.class === 'unsupported') {
        hasPatch[type] = false;
        answer = await put();
      }
      return isRefusal(answer) ? failed(answer) : { kind: 'applied', id, ...versionOf(answer) };
    },
  };
}

/** DELETE (RFC 7644 §3.6). Who is gone already is removed: an earlier DELETE may have lost its answer. */
async function removeResource(
  exchange: Exchange,
  path: string | Refusal,
  id: TargetId,
  limit: number,
  signal: AbortSignal,
): Promise<Outcome> {
  if (typeof path !== 'string') return failed(path);
  const answer = await exchange({ method: 'DELETE', path, subject: 'resource', maxBytes: limit }, signal);
  return isRefusal(answer) && answer.class !== 'gone' ? failed(answer) : { kind: 'applied', id };
}
