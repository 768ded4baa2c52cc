import assert from 'node:assert/strict';
import type { SourceId } from '../../src/core/model/entry.ts';
import { empty, type Link, type TargetId } from '../../src/core/model/link.ts';
import type { Operation } from '../../src/core/model/plan.ts';
import { Reference, type DesiredAttributes } from '../../src/core/model/resource.ts';
import { digestAttributes } from '../../src/core/planning/diff.ts';
import type { PlanInput, PlannedOperations } from '../../src/core/planning/plan-input.ts';
import { digest } from '../support/plan-input.ts';

/**
 * A target that does all it is asked, as far as links remember it. Operations of one stage see what was there when the
 * stage began: whoever needs something of their own stage has come too early, and that is a failure here.
 */
export function applyPlan(input: PlanInput, planned: PlannedOperations): PlanInput {
  const links = new Map(input.links);
  const members = new Map([...input.members].map(([group, ids]) => [group, new Set(ids)]));
  for (const link of planned.remembered) links.set(link.sourceId, link);
  for (const link of planned.forgotten) links.delete(link.sourceId);
  for (const stage of new Set(planned.operations.map((operation) => operation.stage))) {
    const before = new Map(links);
    for (const operation of planned.operations.filter((one) => one.stage === stage)) {
      applyOperation(operation, links, members, before, input);
    }
  }
  return {
    ...input,
    links,
    members,
    matches: new Map([...input.matches].filter(([id]) => !links.has(id) || links.get(id)?.lifecycle === 'lost')),
    departures: input.departures.flatMap(({ link, cause }) => {
      const now = links.get(link.sourceId);
      return now === undefined ? [] : [{ link: now, cause }];
    }),
  };
}

function applyOperation(
  operation: Operation,
  links: Map<SourceId, Link>,
  members: Map<SourceId, Set<SourceId>>,
  before: ReadonlyMap<SourceId, Link>,
  input: PlanInput,
): void {
  const targetIdOf = (id: SourceId): TargetId => {
    const link = before.get(id);
    assert.ok(
      link !== undefined && link.lifecycle !== 'lost',
      `${operation.verb} ${operation.sourceId} comes before ${id}`,
    );
    return link.targetId;
  };
  const own = links.get(operation.sourceId);
  const acknowledged = (attributes: DesiredAttributes) => digestAttributes(attributes, digest, targetIdOf);
  const linked = (origin: Link['origin'], targetId: TargetId, attributes: DesiredAttributes): void => {
    const { type, sourceId, directory } = operation;
    const lifecycle = attributes.get('active') === false ? 'deactivated' : 'active';
    links.set(sourceId, {
      target: 'wiki',
      type,
      sourceId,
      directory,
      targetId,
      origin,
      lifecycle,
      attributes: acknowledged(attributes),
    });
  };
  switch (operation.verb) {
    case 'create':
      assert.ok(own === undefined || own.lifecycle === 'lost', 'nobody is created twice');
      linked('created', `new-${operation.sourceId}`, operation.attributes);
      return;
    case 'adopt':
      for (const change of operation.changes) {
        if (change.change === 'set' && change.value instanceof Reference) targetIdOf(change.value.id);
      }
      linked('adopted', operation.targetId, operation.attributes);
      return;
    case 'update':
    case 'reactivate': {
      assert.ok(own !== undefined && own.lifecycle !== 'lost', 'only what is there is updated');
      const attributes = { ...own.attributes };
      for (const change of operation.changes) {
        if (change.path !== 'active') attributes[change.path] = empty;
        if (change.change === 'set' && change.path !== 'active') {
          Object.assign(attributes, acknowledged(new Map([[change.path, change.value]])));
        }
      }
      const back = operation.verb === 'reactivate' ? ({ lifecycle: 'active', departedAt: undefined } as const) : {};
      links.set(operation.sourceId, { ...own, ...back, attributes });
      return;
    }
    case 'relink': {
      const { replaces, sourceId, directory, changes } = operation;
      const former = links.get(replaces);
      assert.ok(former !== undefined && own === undefined, 'an account passes once');
      links.delete(replaces);
      const attributes = { ...former.attributes };
      for (const change of changes)
        Object.assign(
          attributes,
          { [change.path]: empty },
          change.change === 'set' ? acknowledged(new Map([[change.path, change.value]])) : {},
        );
      links.set(sourceId, { ...former, sourceId, directory, lifecycle: 'active', departedAt: undefined, attributes });
      for (const ids of members.values()) if (ids.delete(replaces)) ids.add(sourceId);
      return;
    }
    case 'members': {
      targetIdOf(operation.sourceId);
      const held = members.get(operation.sourceId) ?? new Set();
      for (const id of [...operation.add, ...operation.remove]) targetIdOf(id);
      for (const id of operation.remove) held.delete(id);
      for (const id of operation.add) held.add(id);
      members.set(operation.sourceId, held);
      return;
    }
    case 'deactivate': {
      assert.ok(own?.lifecycle === 'active', 'only who is active is deactivated');
      const departedAt = operation.cause === 'disabled' ? undefined : new Date(input.now).toISOString();
      links.set(operation.sourceId, { ...own, lifecycle: 'deactivated', departedAt });
      return;
    }
    case 'delete':
      targetIdOf(operation.sourceId);
      links.delete(operation.sourceId);
  }
}
