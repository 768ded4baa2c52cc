import type { GuardFinding } from '../model/plan.ts';
import { count } from '../wording/count.ts';
import { isAmong } from './decided.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Nothing is known yet that could justify a removal. What the directory says in so many words needs no other reason. That
 * the run is over justifies nothing either: what it held waits for a person, as long as it is wanted.
 */
export function firstRunRule(plan: Judged): Suspicion[] {
  const { firstRun, standing } = plan;
  if (!firstRun && standing.firstRun.size === 0) return [];
  const because = firstRun
    ? 'but this is the first run: nothing is known that could justify it'
    : 'which the first run held, because nothing was known that could justify it';
  const isSuspect = (part: Part) => isGuess(part) && (firstRun || isAmong(part, standing.firstRun, 'any', noDigest));
  return suspect(plan, 'first_run', isSuspect, (part, what) => ({ key: '', text: `${what}, ${because}` }));
}

/**
 * A directory that shows nobody of a type although some are linked is more likely at fault than telling the truth: those
 * who would leave for that stay. Judged directory by directory, however many others there are.
 */
export function emptyReadingRule(plan: Judged): Suspicion[] {
  const { isEmpty, links } = plan;
  const emptyFor = (part: Part): { directory: string; type: string } | undefined => {
    const type = part.kind === 'leave' ? links.get(part.member)?.type : part.type;
    const directory = part.kind === 'leave' ? links.get(part.member)?.directory : part.directory;
    return isGuess(part) && type !== undefined && directory !== undefined && isEmpty(directory, type)
      ? { directory, type }
      : undefined;
  };
  return suspect(
    plan,
    'empty_reading',
    (part) => emptyFor(part) !== undefined,
    (part, what) => {
      const { directory = '', type = '' } = emptyFor(part) ?? {};
      return {
        key: `${directory} ${type}`,
        text: `${what} because the directory ${directory} showed no ${type} at all`,
      };
    },
  );
}

/** A group that decides who is in scope and has lost its last member puts everyone in it out of scope. */
export function emptyScopeRule(plan: Judged): Suspicion[] {
  const emptied = Map.groupBy(plan.emptiedScopes, ({ type }) => type);
  const leftScope = (part: Part) =>
    part.kind === 'removal' &&
    emptied.has(part.type) &&
    'cause' in part.operation &&
    part.operation.cause === 'left_scope';
  return suspect(plan, 'empty_scope', leftScope, ({ type }, what) => {
    const groups =
      emptied
        .get(type)
        ?.map(({ dn }) => dn)
        .join(' or ') ?? '';
    return { key: '', text: `${what} because no ${type} is in ${groups} any more, which decides who is in scope` };
  });
}

/** The time to come back is over by the clock alone: it leapt, or nobody looked for long. */
export function clockLeapRule(plan: Judged): Suspicion[] {
  const leapt = ({ operation, sourceId }: Part) =>
    operation.verb === 'delete' && operation.afterGrace === true && plan.isLeap(sourceId);
  const because = 'because their time to come back is over by the clock, which leapt or went on while nobody looked';
  return suspect(plan, 'clock_leap', leapt, (part, what) => ({ key: '', text: `${what} ${because}` }));
}

/** Also where a look-up said the same: whatever emptied the reading may speak in the look-up too. */
function isGuess(part: Part): boolean {
  const { operation } = part;
  return (
    part.kind === 'leave' || (part.kind === 'removal' && !('cause' in operation && operation.cause === 'disabled'))
  );
}

/**
 * Everything of a kind that these parts show, counted by type, and members by their group.
 *
 * @param tell the sentence about parts that are alike, and what makes them so beside type and group
 */
function suspect(
  plan: Judged,
  kind: GuardFinding['kind'],
  those: (part: Part) => boolean,
  tell: (part: Part, what: string) => { readonly key: string; readonly text: string },
): Suspicion[] {
  const found = new Map<string, Part[]>();
  const keyOf = (part: Part) => `${part.type} ${part.kind === 'leave' ? part.sourceId : ''} ${tell(part, '').key}`;
  for (const part of plan.parts) {
    if (!those(part)) continue;
    const alike = found.get(keyOf(part));
    if (alike === undefined) found.set(keyOf(part), [part]);
    else alike.push(part);
  }
  return [...found].flatMap(([key, parts]): Suspicion[] => {
    const [first] = parts;
    if (first === undefined) return [];
    const { type } = first;
    const group = first.kind === 'leave' ? first.sourceId : undefined;
    const what =
      group === undefined
        ? `${count(parts.length, type)} would ${isDeletion(first) ? 'be deleted' : 'lose access'}`
        : `${count(parts.length, 'member')} would leave one group`;
    const population = group === undefined ? plan.population.active[type] : (plan.members.get(group)?.size ?? 0);
    const finding = {
      kind,
      type,
      sourceId: group,
      planned: parts.length,
      recent: 0,
      population,
      allowed: 0,
      text: tell(first, what).text,
    };
    return [{ finding, selects: (part) => those(part) && keyOf(part) === key }];
  });
}

/** Nothing of what takes something away has a value. */
function noDigest(): string {
  return '';
}

function isDeletion(part: Part): boolean {
  return part.kind === 'removal' && !part.hadAccess;
}
