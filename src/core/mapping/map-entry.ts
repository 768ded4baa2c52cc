import { isSameRecord, recordOf, type EntryRecord } from '../directory/packed/packed-attributes.ts';
import { mostReferences } from '../expression/functions/directory.ts';
import { EvaluationError } from '../expression/expression.ts';
import { isReplicationConflict } from '../directory/replication-conflict.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import { valueOf, type DesiredValue, type Reason, type Rejected, type Resource } from '../model/resource.ts';
import { applyRule, createResolver, type ResolveReference } from './apply-rule.ts';
import { otherChoices } from './choices.ts';
import type { Proofs } from './prove.ts';
import { ProvenAttributes } from './proven-attributes.ts';
import { largestResource, sizeOfValue, tooMuch } from './resource-size.ts';
import { applyUncovered, mapCovered } from './map-uncovered.ts';
import type { ReadyMap } from './ready-map.ts';
import { gives } from './requirement.ts';
import type { ScopeEvaluation } from './evaluate-scope.ts';
import { holdsAt, Validity } from './validity.ts';

/** A resource without its members, or why there is none. */
export type Mapped =
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'rejected'; readonly rejected: Rejected };

/**
 * Maps one entry that is in scope. What is wrong with one attribute is told together with what is wrong with others.
 *
 * @param proofs where they say that the target has what comes of this entry, no more is mapped than what they do not cover
 */
export function mapEntry(entry: Entry, map: ReadyMap, evaluation: ScopeEvaluation, proofs?: Proofs): Mapped {
  const resolve = createResolver(entry, evaluation);
  const before = recall(entry, map, evaluation, resolve);
  if (before !== undefined && !mayBeSmaller(before, entry, proofs)) return before;
  const references = new Map<string, Referred>();
  const validity = new Validity(evaluation.validity.now);
  const noting: ResolveReference = (dn) => {
    const reference = resolve(dn);
    if (references.size >= mostReferences) throw new EvaluationError(`refers to more than ${mostReferences} entries`);
    references.set(dn, reference?.id ?? whyNot(dn, entry, evaluation));
    return reference;
  };
  const proven = mapUncovered(entry, map, evaluation, validity, noting, proofs);
  if (proven === undefined && before !== undefined) return before;
  if (proven === undefined) references.clear();
  const mapped = noteUnresolved(references, proven ?? mapAnew(entry, map, evaluation, validity, noting));
  evaluation.validity.include(validity);
  keep(
    entry,
    map,
    { mapped, references: references.size === 0 ? nobody : references, from: validity.from, until: validity.until },
    evaluation.index.table.length,
  );
  return mapped;
}

/** What was mapped as a whole, and has been proven since, need not be kept as a whole. */
function mayBeSmaller(mapped: Mapped, { id }: Entry, proofs: Proofs | undefined): boolean {
  if (mapped.kind === 'rejected' || mapped.resource.attributes instanceof ProvenAttributes) return false;
  return proofs?.known.has(id) === true;
}

/** Shared, because an empty map of one's own for each of a hundred thousand users is not small. */
const nothing: Resource['createOnly'] = new Map();
const nobody: Kept['references'] = new Map();
const noMembers: Resource['members'] = [];

/** Whom a DN means; undefined when they are not in the target's scope, null when nobody who is read has this name. */
type Referred = SourceId | undefined | null;

function whyNot(dn: string, { directory }: Entry, { index }: ScopeEvaluation): undefined | null {
  return index.find(dn, directory) === undefined ? null : undefined;
}

function noteUnresolved(references: ReadonlyMap<string, Referred>, mapped: Mapped): Mapped {
  const unresolved = [...references].flatMap(([dn, id]) => (id === null ? [dn] : []));
  if (unresolved.length === 0 || mapped.kind === 'rejected') return mapped;
  return { kind: 'resource', resource: { ...mapped.resource, unresolved } };
}

/** A result, from when until when it holds, and whom the DNs in it meant then. */
interface Kept extends Pick<Validity, 'from' | 'until'> {
  readonly record: EntryRecord;
  readonly mapped: Mapped;
  readonly references: ReadonlyMap<string, Referred>;
}

/**
 * A pure memo: an entry that did not change is the same record in the next reading, and most of them do not. What a
 * condition or `memberOf(…)` says about it depends on others, and is asked anew.
 */
const results = new WeakMap<ReadyMap, Map<SourceId, Kept>>();

function recall(
  entry: Entry,
  map: ReadyMap,
  evaluation: ScopeEvaluation,
  resolve: ResolveReference,
): Mapped | undefined {
  const kept = results.get(map)?.get(entry.id);
  if (kept === undefined || !isSameRecord(kept.record, recordOf(entry))) return undefined;
  if (evaluation.verdicts.get(entry.id) === 'failed' || !holdsAt(evaluation.validity.now, kept)) return undefined;
  for (const [dn, id] of kept.references)
    if ((resolve(dn)?.id ?? whyNot(dn, entry, evaluation)) !== id) return undefined;
  evaluation.validity.include(kept);
  return kept.mapped;
}

function keep(entry: Entry, map: ReadyMap, kept: Omit<Kept, 'record'>, everybody: number): void {
  const dependsOnOthers = map.rules.some(({ rule }) => rule.expression.groups.size > 0);
  if (kept.mapped.kind === 'rejected' || dependsOnOthers) return;
  const ofMap = results.get(map) ?? new Map<SourceId, Kept>();
  // Those who left are in it, too.
  if (ofMap.size > 2 * everybody) ofMap.clear();
  ofMap.set(entry.id, { ...kept, record: recordOf(entry) });
  results.set(map, ofMap);
}

/**
 * The same for an entry whose proof stands: only the rules that it does not cover are carried out. Undefined where it does
 * not stand, and where these rules give anything out of the ordinary: then everything is mapped, and told.
 */
function mapUncovered(
  entry: Entry,
  map: ReadyMap,
  evaluation: ScopeEvaluation,
  validity: Validity,
  resolve: ResolveReference,
  proofs: Proofs | undefined,
): Mapped | undefined {
  const proof = entry.type === 'user' ? proofs?.known.get(entry.id) : undefined;
  if (proof === undefined || proof !== proofs?.of(entry, map)) return undefined;
  if (evaluation.verdicts.get(entry.id) === 'failed') return undefined;
  const given = applyUncovered(entry, map, evaluation.contextOf(entry, validity), resolve);
  if (given === undefined || loginReasons(given).length > 0 || typeof valueOf(given, 'userName') !== 'string')
    return undefined;
  const { attributes, createOnly } = given;
  const { id: sourceId, directory, type } = entry;
  return {
    kind: 'resource',
    resource: {
      sourceId,
      directory,
      type,
      label: labelOf(entry, given),
      attributes: new ProvenAttributes(proof, attributes, () => mapCovered(entry, map, attributes)),
      createOnly: createOnly.size === 0 ? nothing : createOnly,
      members: noMembers,
    },
  };
}

function mapAnew(
  entry: Entry,
  map: ReadyMap,
  evaluation: ScopeEvaluation,
  validity: Validity,
  resolve: ResolveReference,
): Mapped {
  const context = evaluation.contextOf(entry, validity);
  const attributes = new Map<string, DesiredValue | null>([['externalId', entry.id]]);
  const createOnly = new Map<string, DesiredValue | null>();
  const choices = new Map<string, readonly DesiredValue[]>();
  const flaws: Reason[] = [];
  const { rules } = map;
  // Nothing says that they are not: a map without a rule for it never disables anyone.
  if (entry.type === 'user' && !rules.some(({ path }) => path === 'active')) attributes.set('active', true);
  let size = 0;
  for (const ready of rules) {
    const result = applyRule(ready, entry, context, resolve);
    if (result.kind === 'value') size += sizeOfValue(result.value);
    if (size > largestResource) {
      flaws.push({ code: 'map_error', text: `${ready.path}: ${tooMuch}` });
      break;
    }
    if (result.kind === 'error') flaws.push({ code: result.code, text: `${ready.path}: ${result.text}` });
    if (result.kind === 'value' && ready.apply === 'always') {
      const others = otherChoices(ready, entry, context, resolve, result.value);
      if (others.length > 0) choices.set(ready.path, others);
    }
    if (result.kind === 'value' || result.kind === 'none') {
      (ready.apply === 'create' ? createOnly : attributes).set(
        ready.path,
        result.kind === 'value' ? result.value : null,
      );
    }
  }
  const given = { attributes, createOnly };
  const own = flaws.length === 0 ? requiredReasons(given, map) : flaws;
  const all = [...own, ...loginReasons(given), ...scopeReasons(entry, evaluation)];
  const reasons = isReplicationConflict(entry.dn) ? [conflict, ...all] : all;
  const { id: sourceId, directory, type } = entry;
  const subject = { sourceId, directory, type, label: labelOf(entry, given) };
  if (reasons.length === 0) {
    const resource = {
      ...subject,
      attributes,
      createOnly: createOnly.size === 0 ? nothing : createOnly,
      members: noMembers,
    };
    return { kind: 'resource', resource: choices.size === 0 ? resource : { ...resource, choices } };
  }
  const active = attributes.get('active');
  return {
    kind: 'rejected',
    rejected: { ...subject, active: typeof active === 'boolean' ? active : undefined, reasons },
  };
}

const conflict: Reason = {
  code: 'replication_conflict',
  text: 'it is the copy that a replication conflict left behind; delete or rename it in the directory',
};

/** What no login may have: controls, separators of lines, and what turns the direction of a text (Unicode §23.2). */
const control = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** People read a login to tell who it is: one with characters that nobody sees is another one that looks the same. */
function loginReasons(given: Pick<Resource, 'attributes' | 'createOnly'>): Reason[] {
  const login = valueOf(given, 'userName');
  const found = typeof login === 'string' ? control.exec(login)?.[0] : undefined;
  if (found === undefined) return [];
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return [{ code: 'map_error', text: `userName: has a control character (U+${code})` }];
}

/** Asked only where every rule gave what it should: what an error leaves out is not missing by itself. */
function requiredReasons(
  given: Pick<Resource, 'attributes' | 'createOnly'>,
  { requirements, profile }: ReadyMap,
): Reason[] {
  return requirements.flatMap(({ name, givers }): Reason[] => {
    if (givers.some((giver) => gives(giver, given))) return [];
    return [
      {
        code: 'required_missing',
        text: `the target's profile ${profile} requires ${name}, and this entry gives no value`,
      },
    ];
  });
}

function scopeReasons(entry: Entry, evaluation: ScopeEvaluation): Reason[] {
  if (evaluation.verdicts.get(entry.id) !== 'failed') return [];
  return evaluation.conditions[entry.type].flatMap((condition): Reason[] => {
    const holds = condition.judge(entry);
    return holds instanceof Error ? [{ code: 'map_error', text: `scope: ${holds.message}` }] : [];
  });
}

function labelOf(entry: Entry, given: Pick<Resource, 'attributes' | 'createOnly'>): string {
  const texts = ['userName', 'displayName']
    .map((path) => valueOf(given, path))
    .filter((value) => typeof value === 'string');
  return texts[0] ?? entry.dn;
}
