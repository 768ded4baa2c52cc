import { doubtful, unmanaged, type Link } from '../model/link.ts';
import type { AttributeChange, Operation, RemoveOperation } from '../model/plan.ts';
import type { Rejected, Resource } from '../model/resource.ts';
import { wantsSwitchingOn } from '../mapping/active.ts';
import { ProvenAttributes } from '../mapping/proven-attributes.ts';
import { shortPath } from '../mapping/scim-path.ts';
import type { Match, PlanInput, PlannedPart, Successor } from './plan-input.ts';
import { diffWithBody, diffWithLink, partsBeside } from './diff.ts';
import { isActive, ownStage, stageAfter, withoutStrangers, type Availability } from './availability.ts';
import { completeCircle, setReference, splitCircles } from './circles.ts';
import { planCreation } from './plan-creation.ts';
import { planLookalike } from './plan-lookalike.ts';
import { shownMembers } from './shown-members.ts';
import { stages } from './stages.ts';
import { subject, type Who } from './subject.ts';
import { mayBeOff, unsaidClears } from './unsaid.ts';

/** What one wanted resource needs, its members apart. */
export function planResource(resource: Resource, input: PlanInput, availability: Availability): PlannedPart {
  const link = availability.live.get(resource.sourceId);
  if (link !== undefined) {
    const successor = input.successors.get(resource.sourceId) ?? movedLink(resource, link, input);
    const planned = planLinked(resource, link, input, availability);
    return successor === undefined
      ? planned
      : {
          ...planned,
          remembered: [],
          operations: relinked(resource, successor, planned.operations ?? [], availability),
        };
  }
  if (!availability.newcomers.has(resource.sourceId)) return {};
  const match = input.matches.get(resource.sourceId);
  return match === undefined
    ? planNewcomer(resource, input.links.has(resource.sourceId), availability)
    : planAdoption(resource, match, input, availability);
}

/** Someone in scope who cannot be written: access ends when the directory says so, and nothing else happens. */
export function planRejected(rejected: Rejected, input: PlanInput, availability: Availability): PlannedPart {
  // They are planned as the directory shows them that counts.
  if (rejected.reasons.some(({ code }) => code === 'duplicate_entry')) return {};
  const link = availability.live.get(rejected.sourceId);
  const stray = link && movedLink(rejected, link, input);
  if (stray !== undefined) return { operations: relinked(rejected, stray, [], availability) };
  const known = input.links.get(rejected.sourceId);
  if (known?.lookalike !== undefined && rejected.active === false)
    return planLookalike({ ...known, directory: rejected.directory }, 'disabled', input, 'word');
  const leaves = rejected.type === 'user' && rejected.active === false && link?.lifecycle === 'active';
  return { operations: leaves ? [disable(rejected)] : [], remembered: stillHere(link, rejected) };
}

function planNewcomer(resource: Resource, again: boolean, availability: Availability): PlannedPart {
  return planCreation(resource, { reason: again ? 'the target lost it' : 'new in scope', again }, availability);
}

function planAdoption(resource: Resource, match: Match, input: PlanInput, availability: Availability): PlannedPart {
  const { strangersLeave } = input;
  // Theirs before, and lost by the target: it was switched off with them. Or made by us, as they were then.
  const before = input.links.get(resource.sourceId);
  const isOurs = before !== undefined || match.unfinished === true;
  const { known, waiting } = withoutStrangers(resource.attributes, availability);
  const { now, later } = splitCircles(resource, known, availability);
  const differing = [
    ...diffWithBody(known, match.body, availability.targetIdOf),
    ...unsaidClears(before, known, match.body),
  ];
  const changes = differing.filter(({ path }) => !later.includes(path));
  // That access comes back is an operation of its own, which the guard looks at.
  const isOff = resource.type === 'user' && isActive(resource) && !match.active && !isOurs;
  const isBack = isOff && (match.wasOurs === true || isWantedBack(resource, input));
  const attributes = new Map(now);
  if (resource.type === 'user') {
    const wantsActive = isActive(resource);
    const isOffOrUnsaid = wantsSwitchingOn(match.body) || mayBeOff(before, match.body, input.digest);
    if (wantsActive && (match.active ? isOffOrUnsaid : isOurs)) changes.push(switchedOn);
    // Who was switched off by us is linked as that, so that their access comes back whenever that is allowed.
    attributes.set('active', (wantsActive && !(isBack && match.wasOurs === true)) || match.active);
  }
  const reason = `the target has one with the same ${match.matchedBy}`;
  // Access ends at once, and all the same as a removal, in sight of the guard.
  const ends = resource.type === 'user' && !isActive(resource) && match.active;
  return {
    operations: [
      {
        ...subject(resource, reason, availability.newcomers.get(resource.sourceId) ?? ownStage(resource)),
        verb: 'adopt',
        targetId: match.targetId,
        matchedBy: match.matchedBy,
        targetActive: match.active,
        changes,
        attributes,
        ...(isOff && !isBack ? { leftDisabled: true as const } : {}),
        ...(resource.type === 'group'
          ? {
              ...shownMembers(match.body, resource.members, availability.targetIdOf),
              others: match.others,
              strangersLeave,
            }
          : undefined),
      },
      ...completeCircle(
        resource,
        later.map((path) => differing.find((change) => change.path === path) ?? setReference(path, known, true)),
      ),
      ...(ends ? [{ ...disable(resource), stage: stages.deactivationsOfNewcomers }] : []),
      ...(isBack ? [switchBack(resource, match)] : []),
    ],
    waiting,
  };
}

/** Access that comes back with an adoption. */
function switchBack(resource: Resource, { wasOurs }: Match): Operation {
  const reason = wasOurs === true ? offWhenLeft : offWhenAdopted;
  return { ...subject(resource, reason, stages.deactivationsOfNewcomers), verb: 'reactivate', changes: [switchedOn] };
}

function planLinked(resource: Resource, link: Link, input: PlanInput, availability: Availability): PlannedPart {
  const { known, waiting } = withoutStrangers(resource.attributes, availability);
  const changes = diffWithLink(known, link.attributes, input.digest, availability.targetIdOf).flatMap(
    (change): AttributeChange[] => {
      const behind =
        change.change === 'clear' ? availability.absentBehind(change.path, link.attributes[change.path]) : undefined;
      if (change.change !== 'clear' || behind === undefined) return [change];
      return input.unseen?.has(behind) === true ? [] : [{ ...change, leaver: behind }];
    },
  );
  const values = changes.map((change) => (change.change === 'set' ? change.value : null));
  const stage = stageAfter(resource, values, availability);
  const others = input.partsReplace === true ? partsBeside(known, changes) : [];
  const beside = others.length === 0 ? {} : { beside: others };
  const active = isActive(resource);
  const isDoubtful = link.attributes['active'] === doubtful;
  const isLeftOff = link.leftDisabled === true && isWantedBack(resource, input);
  if (resource.type === 'user' && active && (link.lifecycle === 'deactivated' || isDoubtful || isLeftOff)) {
    changes.push(switchedOn);
    const back = link.departedAt === undefined ? 'enabled in the directory' : 'back in scope';
    const reason =
      link.lifecycle === 'deactivated'
        ? back
        : isLeftOff
          ? offWhenAdopted
          : 'the target never said whether it is active';
    return {
      operations: [{ ...subject(resource, reason, stage), verb: 'reactivate', changes, ...beside }],
      remembered: movedHere(link, resource),
      waiting,
    };
  }
  const operations: Operation[] = [];
  const isReachable = active || !input.recreates || resource.type === 'group';
  if (changes.length > 0 && isReachable) {
    operations.push({ ...subject(resource, changesReason(changes), stage), verb: 'update', changes, ...beside });
  }
  // Whoever was being deleted when no answer came, and is back as disabled, may not be there any more.
  if (resource.type === 'user' && !active && (link.lifecycle === 'active' || isDoubtful))
    operations.push(disable(resource));
  const remembered = stillHere(link, resource);
  const isAcknowledged = operations.length + remembered.length + waiting === 0 && isKnownWhole(resource, link);
  return { operations, remembered, waiting, isAcknowledged };
}

/** Of an account in which nothing differs: whether the link says of everything that is wanted that it is like that. */
function isKnownWhole({ type, attributes }: Resource, link: Link): boolean {
  if (type !== 'user' || attributes instanceof ProvenAttributes || link.lifecycle !== 'active') return false;
  if (link.attributes['active'] === unmanaged) return false;
  for (const path of attributes.keys()) {
    const mark = link.attributes[path];
    if (path !== 'active' && (mark === undefined || mark === unmanaged || mark === doubtful)) return false;
  }
  return true;
}

/** The link of an entry that another directory shows now, where that alone does not make it the other one's. */
function movedLink({ directory }: Who, link: Link, { mayMove }: Pick<PlanInput, 'mayMove'>): Successor | undefined {
  return link.directory === directory || mayMove(link.directory, directory)
    ? undefined
    : { replaces: link, matchedBy: 'externalId' };
}

const offWhenLeft = 'was switched off on the target when they left';
const offWhenAdopted = 'was switched off on the target when it was adopted';
const switchedOn: AttributeChange = { path: 'active', change: 'set', value: true, had: true };

/** An account that others switched off is switched on where the configuration says so, or a person does. */
function isWantedBack({ sourceId }: Resource, { reactivateAdopted = false, wantedBack }: PlanInput): boolean {
  return reactivateAdopted || wantedBack?.has(sourceId) === true;
}

/** The update or reactivation of a link that has not passed to the newcomer yet, as the relink that it is. */
function relinked(
  resource: Who,
  { replaces, matchedBy }: Successor,
  operations: readonly Operation[],
  availability: Availability,
): Operation[] {
  const own = operations.find(({ verb }) => verb === 'update' || verb === 'reactivate');
  const changes = own?.verb === 'update' || own?.verb === 'reactivate' ? own.changes : [];
  const reason =
    replaces.sourceId === resource.sourceId
      ? `it was linked from directory ${replaces.directory}, and now ${resource.directory} has it`
      : `entry ${replaces.sourceId} was replaced by this one, with the same ${shortPath(matchedBy)}`;
  const stage = stageAfter(
    resource,
    changes.map((change) => (change.change === 'set' ? change.value : null)),
    availability,
  );
  return [
    {
      ...subject(resource, reason, stage),
      verb: 'relink',
      replaces: replaces.sourceId,
      targetId: replaces.targetId,
      matchedBy,
      changes,
    },
    ...operations
      .filter((operation) => operation !== own)
      .map((operation) => ({ ...operation, stage: stages.deactivationsOfNewcomers })),
  ];
}

export function changesReason(changes: readonly AttributeChange[]): string {
  return `${changes.map(({ path }) => shortPath(path)).join(', ')} differ${changes.length === 1 ? 's' : ''}`;
}

function disable(who: Who): RemoveOperation {
  return {
    ...subject(who, 'disabled in the directory', stages.deactivations),
    verb: 'deactivate',
    cause: 'disabled',
    evidence: 'word',
  };
}

/** Back in scope, or moved into another directory: from now on it is absence from there that counts. */
function stillHere(link: Link | undefined, { directory }: Who): Link[] {
  if (link === undefined || (link.departedAt === undefined && link.directory === directory)) return [];
  return [{ ...link, directory, departedAt: undefined }];
}

/** The same for whoever is switched on again by the request to come, which ends the departure. */
function movedHere(link: Link, { directory }: Who): Link[] {
  return link.directory === directory ? [] : [{ ...link, directory }];
}
