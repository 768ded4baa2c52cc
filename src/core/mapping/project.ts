import type { EntryList } from '../model/entries.ts';

import type { SourceId } from '../model/entry.ts';
import type { Reason, Rejected, Resource } from '../model/resource.ts';
import { inOneGo, type Steps } from '../model/steps.ts';
import type { TargetDefinition } from './definition.ts';
import { findDuplicates, reject, type Contest } from './duplicates.ts';
import type { GroupContent } from './group-graph.ts';
import { mapEntry } from './map-entry.ts';
import { mapsByDirectory } from './ready-map.ts';
import type { Proofs } from './prove.ts';
import { noMemory, type Memory } from './memory.ts';
import { reportAppearance } from './ownership.ts';
import { evaluateInSteps, type ScopeEvaluation } from './evaluate-scope.ts';

/** What a target should hold: sorted by type (users first) and source id, whatever the order of the entries. */
export interface Projection {
  readonly resources: readonly Resource[];
  readonly rejected: readonly Rejected[];
  /** When (milliseconds since 1970) something in it may change although no entry does; Infinity: never. */
  readonly holdsUntil: number;
}

/**
 * Works out which resources a target should have, and what is in them, from everything its directories hold.
 *
 * @param now milliseconds since 1970
 * @throws BridgeError D2S_SCOPE_GROUP_MISSING when a group that decides who is in scope is in no reading
 */
export function projectTarget(entries: EntryList, definition: TargetDefinition, now: number): Projection {
  return draftProjection(entries, definition, now).projection;
}

/** A projection with what it was made from, so that it can be revised. */
export interface Draft {
  readonly projection: Projection;
  readonly evaluation: ScopeEvaluation;
  readonly memory: Memory;
  /** Values at match paths that several resources have. */
  readonly contested: readonly Contest[];
}

/** Like `projectTarget`. */
export function draftProjection(
  entries: EntryList,
  definition: TargetDefinition,
  now: number,
  memory: Memory = noMemory,
): Draft {
  return inOneGo(draftInSteps(entries, definition, now, memory));
}

/** The same, a step for each entry. What is proven is mapped when it is asked for. */
export function* draftInSteps(
  entries: EntryList,
  definition: TargetDefinition,
  now: number,
  memory: Memory = noMemory,
  proofs?: Proofs,
): Steps<Draft> {
  const evaluation = yield* evaluateInSteps(entries, definition, now, memory);
  return { evaluation, memory, ...(yield* projectInSteps(entries, definition, evaluation, memory, proofs)) };
}

function* projectInSteps(
  entries: EntryList,
  definition: TargetDefinition,
  evaluation: ScopeEvaluation,
  memory: Memory,
  proofs?: Proofs,
): Steps<Pick<Draft, 'projection' | 'contested'>> {
  const mapOf = mapsByDirectory(definition);
  const resources: Resource[] = [];
  const rejected: Rejected[] = [];
  for (const entry of entries) {
    yield;
    if (!evaluation.isWanted(entry.id)) continue;
    const owner = evaluation.owners.get(entry.id) ?? entry;
    if (owner.directory !== entry.directory) {
      if (definition.maps.has(entry.directory)) rejected.push(reportAppearance(entry, owner));
      continue;
    }
    const mapped = mapEntry(entry, mapOf(entry.directory, entry.type), evaluation, proofs);
    if (mapped.kind === 'rejected') rejected.push(mapped.rejected);
    else if (entry.type === 'user') resources.push(mapped.resource);
    else {
      const content = yield* evaluation.groups.contentInSteps(entry, definition.nested, evaluation.isReachable);
      if (content.concealed !== undefined) rejected.push(reject(mapped.resource, [concealed(content.concealed)]));
      else resources.push(withMembers(mapped.resource, content));
    }
  }
  resources.sort(inOrder);
  yield;
  const { reasons: duplicates, contested } = yield* findDuplicates(resources, definition.match, memory.holders);
  for (const resource of resources) {
    const reasons = duplicates.get(resource.sourceId);
    if (reasons !== undefined) rejected.push(reject(resource, reasons));
  }
  const projection = {
    resources: resources.filter(({ sourceId }) => !duplicates.has(sourceId)),
    rejected: rejected.sort((a, b) => inOrder(a, b) || compare(a.directory, b.directory)),
    holdsUntil: evaluation.validity.until,
  };
  return { projection, contested };
}

/** A group without the members that it must have is not empty. */
function concealed(name: string): Reason {
  return {
    code: 'hidden_attribute',
    text: `members: the directory does not show ${name} of this group, or of one in it, to the bind account; the members stay as they are`,
  };
}

function withMembers(resource: Resource, { members, unresolved, possible }: GroupContent): Resource {
  const found =
    unresolved.length === 0
      ? { ...resource, members }
      : { ...resource, members, unresolved: [...unresolved, ...(resource.unresolved ?? [])] };
  return possible.length === 0 ? found : { ...found, possibleMembers: possible };
}

type Subject = Pick<Resource, 'type' | 'sourceId'>;

/** Users first, then by source id. */
export function inOrder(left: Subject, right: Subject): number {
  if (left.type !== right.type) return left.type === 'user' ? -1 : 1;
  return compare(left.sourceId, right.sourceId);
}

/** Where someone stands, in the order of a projection; -1: nowhere. */
export function placeOf(resources: readonly Resource[], subject: Subject): number {
  const place = placeFor(resources, subject);
  const found = resources[place];
  return found !== undefined && inOrder(found, subject) === 0 ? place : -1;
}

/** Where someone stands or would have to stand. */
function placeFor(resources: readonly Resource[], subject: Subject): number {
  let [low, high] = [0, resources.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const resource = resources[middle];
    if (resource !== undefined && inOrder(resource, subject) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The resource of an entry, among those of a projection. */
export function findResource(resources: readonly Resource[], sourceId: SourceId): Resource | undefined {
  return (
    resources[placeOf(resources, { type: 'user', sourceId })] ??
    resources[placeOf(resources, { type: 'group', sourceId })]
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
