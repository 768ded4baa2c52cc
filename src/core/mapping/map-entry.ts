import type { Entry } from '../model/entry.ts';
import type { DesiredValue, Reason, Rejected, Resource } from '../model/resource.ts';
import { applyRule, type ReadyRule } from './apply-rule.ts';
import type { Survey } from './survey.ts';

/** A resource without its members, or why there is none. */
export type Mapped = { readonly kind: 'resource'; readonly resource: Resource } | { readonly kind: 'rejected'; readonly rejected: Rejected };

/** Maps one entry that is in scope. What is wrong with one attribute is told together with what is wrong with others. */
export function mapEntry(entry: Entry, rules: readonly ReadyRule[], survey: Survey): Mapped {
  const attributes = new Map<string, DesiredValue | null>([['externalId', entry.id]]);
  const createOnly = new Map<string, DesiredValue | null>();
  const reasons: Reason[] = [];
  // Nothing says that they are not: a map without a rule for it never disables anyone.
  if (entry.type === 'user' && !rules.some(({ path }) => path === 'active')) attributes.set('active', true);
  for (const ready of rules) {
    const result = applyRule(ready, entry, survey);
    if (result.kind === 'error') reasons.push({ code: 'map_error', text: `${ready.path}: ${result.text}` });
    if (result.kind === 'value' || result.kind === 'none') {
      (ready.apply === 'create' ? createOnly : attributes).set(ready.path, result.kind === 'value' ? result.value : null);
    }
  }
  reasons.push(...scopeReasons(entry, survey));
  const { id: sourceId, directory, type } = entry;
  const subject = { sourceId, directory, type, label: labelOf(entry, attributes) };
  if (reasons.length === 0) return { kind: 'resource', resource: { ...subject, attributes, createOnly, members: [] } };
  const active = attributes.get('active');
  return { kind: 'rejected', rejected: { ...subject, active: typeof active === 'boolean' ? active : undefined, reasons } };
}

function scopeReasons(entry: Entry, survey: Survey): Reason[] {
  if (survey.verdicts.get(entry.id) !== 'failed') return [];
  return survey.conditions[entry.type].flatMap((condition): Reason[] => {
    const holds = condition.judge(entry);
    return holds instanceof Error ? [{ code: 'map_error', text: `scope: ${holds.message}` }] : [];
  });
}

function labelOf(entry: Entry, attributes: ReadonlyMap<string, DesiredValue | null>): string {
  const texts = ['userName', 'displayName'].map((path) => attributes.get(path)).filter((value) => typeof value === 'string');
  return texts[0] ?? entry.dn;
}
