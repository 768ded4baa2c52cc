import { shortPath } from '../core/mapping/scim-path.ts';
import type { Explanation } from '../core/mapping/explain.ts';
import type { Operation } from '../core/model/plan.ts';
import { inWords, whole } from '../core/wording/count.ts';
import type { TargetExplanation } from '../cycle/explain-target.ts';
import type { QuarantineRecord } from '../ports/state-records.ts';
import { printable } from '../core/wording/foreign.ts';

/**
 * Where somebody stands with a target, in one sentence: `Jane Doe is not on wiki: department is Legal, and where wants
 * Sales or Support`. Everything below it in an explanation is the proof.
 *
 * @param who as it was asked for, where nothing better is known
 */
export function sentenceOf(one: TargetExplanation, who: string): string {
  const name = printable(nameFor(one, who));
  const { explanation } = one;
  if (explanation === undefined) return `${name} ${gone(one)}.`;
  if (explanation.inScope === 'unknown')
    return `Nobody can say whether ${name} belongs on ${one.target}: ${errorsOf(explanation)}; the account stays as it is.`;
  if (explanation.inScope === 'no') return `${name} ${outOfScope(one, explanation)}.`;
  if (one.rejected !== undefined)
    return `${name} cannot be written to ${one.target}: ${printable(one.rejected.reasons[0]?.text ?? 'it is rejected')}${kept(one)}.`;
  return `${name} ${inScope(one)}.`;
}

/** The display name that the map gives, or else the login or the group's name. */
function nameFor({ id, explanation, link, names, operations }: TargetExplanation, who: string): string {
  const valueAt = (path: string): string | undefined => {
    const result = explanation?.rules.find((rule) => rule.path === path)?.result;
    return result?.kind === 'value' && typeof result.value === 'string' ? result.value : undefined;
  };
  // Of those who have left, an operation still has the name: it was read from the target.
  const label = operations.find(({ sourceId }) => sourceId === id)?.label;
  const nameOfEntry = names.get(explanation?.sourceId ?? '') ?? (label === id ? undefined : label);
  const group = (explanation?.type ?? link?.type) === 'group' ? 'Group ' : '';
  return group + (valueAt('displayName') ?? valueAt('userName') ?? nameOfEntry ?? who);
}

function gone(one: TargetExplanation): string {
  const { target, hidden, link } = one;
  if (hidden)
    return `is in the directory, which does not show it to the bind account; what ${target} has stays as it is`;
  if (link === undefined || link.lifecycle === 'lost') return `is no longer in the directory, and not on ${target}`;
  const state = link.lifecycle === 'active' ? `is still on ${target}` : `is switched off on ${target}`;
  return `${state}, and no longer in the directory${handoverOf(one)}${nextOf(one)}`;
}

/** Who comes in the place of an entry that is gone, as part of a sentence. */
function handoverOf({ heir, names }: TargetExplanation): string {
  if (heir === undefined) return '';
  const name = printable(names.get(heir.id) ?? heir.id);
  return heir.isAwaited
    ? `; the account waits until it is known whether ${name}, who seems to be the same, was created (a day at most)`
    : `; the account passes to ${name}, who comes in its place (entry ${heir.id})`;
}

function outOfScope(one: TargetExplanation, explanation: Explanation): string {
  const { target, link } = one;
  const because = printable(explanation.conditions.flatMap(({ why, error }) => why ?? error ?? []).join('; '));
  if (link === undefined || link.lifecycle === 'lost') return `is not on ${target}: ${because}${nextOf(one)}`;
  if (link.lifecycle === 'deactivated') return `is switched off on ${target}: ${because}${nextOf(one)}`;
  return `is on ${target} and does not belong there any more: ${because}${nextOf(one)}`;
}

function errorsOf({ conditions }: Explanation): string {
  return printable(conditions.flatMap(({ error }) => error ?? []).join('; '));
}

function kept({ target, link }: TargetExplanation): string {
  if (link === undefined || link.lifecycle === 'lost') return '';
  return `; the account on ${target} stays as it is`;
}

function inScope(one: TargetExplanation): string {
  const { target, link, explanation, operations, quarantine, createInactive, awaited } = one;
  const isInactive = explanation?.type === 'user' && explanation.resource?.attributes.get('active') === false;
  if (link === undefined || link.lifecycle === 'lost') {
    if (operations.length > 0) return `is not on ${target} yet${lastTry(one)}${nextOf(one)}`;
    if (isInactive && !createInactive)
      return `is not on ${target}: not created, because disabled in the directory (createInactive: false)`;
    if (quarantine !== undefined && hasFailed(quarantine))
      return `is not on ${target}: the last try failed (${quarantine.status === undefined ? quarantine.cause : `HTTP ${quarantine.status}`}${quarantine.said === undefined ? '' : `: ${quarantine.said}`}), and it is tried again ${nextTry(one)}`;
    return `is not on ${target} yet`;
  }
  if (link.leftDisabled === true)
    return `is on ${target}, but switched off there since before the account was adopted (reactivateAdopted: false); explain with --push switches it on${nextOf(one)}`;
  const state =
    link.lifecycle === 'active'
      ? `is on ${target}`
      : `is switched off on ${target}${isInactive ? ', as in the directory' : ''}`;
  if (operations.length === 0)
    return quarantine === undefined
      ? `${state}, and in step${awaited.length === 0 ? '' : ` but for ${whole(awaited.length)} not on ${target} yet`}`
      : `${state}, and the last try to bring it in step failed`;
  return `${state}${lastTry(one)}${nextOf(one)}`;
}

/** Whether somebody has to know what went wrong: not of who is inactive, or waits for an approval or a seat. */
export function hasFailed({ cause }: Pick<QuarantineRecord, 'cause'>): boolean {
  return cause !== 'held' && cause !== 'no_seat' && cause !== 'inactive';
}

/** What is due and failed is tried again, but not at once. */
function lastTry(one: TargetExplanation): string {
  const { quarantine } = one;
  if (quarantine === undefined || !hasFailed(quarantine)) return '';
  const { status, cause } = quarantine;
  return `; the last try failed (${status === undefined ? cause : `HTTP ${status}`}), the next one is ${nextTry(one)}`;
}

/** When what failed is tried again. */
export function nextTry({ quarantine, retryAsked }: Pick<TargetExplanation, 'quarantine' | 'retryAsked'>): string {
  return retryAsked || quarantine === undefined ? 'in the next cycle' : `after ${quarantine.retryAt}`;
}

/** What comes next, as the end of a sentence. */
function nextOf({
  id,
  operations,
  held,
  undone,
  unseated,
  seats,
}: Pick<TargetExplanation, 'id' | 'operations' | 'held' | 'undone' | 'unseated' | 'seats'>): string {
  if (operations.length === 0) return '';
  const isAmong =
    (some: readonly Operation[]) =>
    ({ verb, sourceId }: Operation): boolean =>
      some.some((one) => one.verb === verb && one.sourceId === sourceId);
  // What is done about others (a manager that is gone) only follows.
  const own = operations.filter(({ sourceId }) => sourceId === id);
  const told = own.length > 0 ? own : operations;
  const what = inWords([...new Set(told.map(actionOf))]);
  if (told.every(isAmong(undone))) return `; a person rejected what is due: to ${what}`;
  if (told.some(isAmong(held))) return `; held until somebody approves it: to ${what}`;
  if (seats !== undefined && told.some(isAmong(unseated)))
    return `; waits for a seat: ${whole(seats.taken)} of ${whole(seats.of)} are taken; then: to ${what}`;
  return `; next: to ${what}`;
}

function actionOf(operation: Operation): string {
  switch (operation.verb) {
    case 'create':
      return operation.again ? 'create it again' : 'create it';
    case 'adopt':
      return `adopt the account there with the same ${shortPath(operation.matchedBy)} (id ${printable(operation.targetId)})`;
    case 'relink':
      return `take over the account of the entry that was there before (id ${printable(operation.targetId)})`;
    case 'update':
      return `update ${inWords(operation.changes.map(({ path }) => shortPath(path)))}`;
    case 'reactivate':
      return 'reactivate it';
    case 'members':
      return `change the members of ${operation.type === 'group' ? printable(operation.label) : 'a group'}`;
    case 'deactivate':
      return `deactivate it (${operation.reason})`;
    case 'delete':
      return `delete it (${operation.reason})`;
  }
}
