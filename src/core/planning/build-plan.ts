import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Digest, Link, TargetId } from '../model/link.ts';
import type { AttributeChange, Operation } from '../model/plan.ts';
import { Reference, type DesiredAttributes, type Rejected, type Resource } from '../model/resource.ts';
import type { Departure } from './departures.ts';
import { diffWithBody, diffWithLink } from './diff.ts';
import type { RemovalPolicy } from './policy.ts';
import { levels, stages } from './stages.ts';

/*
 * What is wanted against what the target acknowledged:
 *
 *   link          | wanted, active        | wanted, inactive          | rejected             | departed
 *   --------------+-----------------------+---------------------------+----------------------+---------------------------
 *   none, no match| create                | nothing (createInactive:  | nothing              | -
 *                 |                       | create)                   |                      |
 *   none, match   | adopt                 | adopt, stays as it is     | nothing              | -
 *   active        | update if different   | deactivate                | nothing; deactivate  | by policy: deactivate,
 *                 |                       |                           | if known inactive    | delete, or keep
 *   deactivated   | reactivate            | update if different       | nothing              | delete when the grace is over
 *   lost          | create again          | nothing                   | nothing              | forget
 *
 * Groups have no `active`: they are created, adopted, updated, get and lose members; departed ones are kept, emptied
 * or deleted by policy.
 */

/** An account on the target that fits an entry without a link. */
export interface Match {
  readonly targetId: TargetId;
  readonly matchedBy: string;
  readonly active: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface PlanInput {
  readonly resources: readonly Resource[];
  readonly rejected: readonly Rejected[];
  readonly departures: readonly Departure[];
  /** Links of everything above, and of everyone they refer to. */
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly matches: ReadonlyMap<SourceId, Match>;
  /** The acknowledged members of every group above. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  readonly removal: RemovalPolicy;
  readonly createInactive: boolean;
  readonly digest: Digest;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface PlannedOperations {
  readonly operations: readonly Operation[];
  /** Links that change without a request: who is away since when, who is back. */
  readonly remembered: readonly Link[];
  /** Links to forget: departed, and gone from the target as well. */
  readonly forgotten: readonly Link[];
  /** References and members that have to wait for someone the target does not have. */
  readonly waiting: number;
}

/** Works out the operations that bring a target from its links to what is wanted, in their order. */
export function buildPlan(input: PlanInput): PlannedOperations {
  const planner = new Planner(input);
  for (const resource of input.resources) planner.planResource(resource);
  for (const rejected of input.rejected) planner.planRejected(rejected);
  for (const departure of input.departures) planner.planDeparture(departure);
  return planner.finish();
}

/** Collects the operations of one plan. */
class Planner {
  private readonly operations: Operation[] = [];
  private readonly remembered: Link[] = [];
  private readonly forgotten: Link[] = [];
  private waiting = 0;
  /** Who will exist on the target once this plan is done. */
  private readonly expected: ReadonlySet<SourceId>;
  private readonly creates: ReadonlyMap<SourceId, number | undefined>;
  private readonly input: PlanInput;

  constructor(input: PlanInput) {
    this.input = input;
    const creates = input.resources.filter((resource) => isCreated(resource, input));
    this.expected = new Set([
      ...[...input.links.values()].filter((link) => link.lifecycle !== 'lost').map((link) => link.sourceId),
      ...input.matches.keys(),
      ...creates.map((resource) => resource.sourceId),
    ]);
    const level = levels(new Map(creates.map((resource) => [resource.sourceId, referencesOf(resource)])));
    this.creates = new Map(creates.map(({ sourceId }) => [sourceId, level.get(sourceId)]));
  }

  planResource(wanted: Resource): void {
    const resource = this.withKnownReferences(wanted);
    const link = this.input.links.get(resource.sourceId);
    const match = this.input.matches.get(resource.sourceId);
    if (this.creates.has(resource.sourceId)) this.planCreate(resource, link?.lifecycle === 'lost');
    else if (link !== undefined && link.lifecycle !== 'lost') this.planLinked(resource, link);
    else if (match !== undefined) this.planAdoption(resource, match);
    else return;
    if (resource.type === 'group') this.planMembers(resource);
  }

  planRejected(rejected: Rejected): void {
    const link = this.input.links.get(rejected.sourceId);
    if (rejected.type === 'user' && rejected.active === false && link?.lifecycle === 'active') {
      this.operations.push({
        ...subject(rejected, 'disabled in the directory', stages.deactivations),
        verb: 'deactivate',
        cause: 'disabled',
      });
    }
  }

  planDeparture({ link, cause }: Departure): void {
    if (link.lifecycle === 'lost') {
      this.forgotten.push(link);
      return;
    }
    const reason = cause === 'absent' ? 'no longer in the directory' : 'left the scope';
    const who = { ...link, label: link.sourceId };
    if (link.type === 'group') this.planGroupDeparture(link, reason, cause);
    else if (this.input.removal.leaves === 'delete') {
      this.operations.push({ ...subject(who, reason, stages.deletions), verb: 'delete', cause });
    } else if (this.input.removal.leaves === 'deactivate') this.planUserDeparture(link, reason, cause);
  }

  finish(): PlannedOperations {
    const operations = this.operations.sort(
      (a, b) => a.stage - b.stage || compare(a.verb, b.verb) || compare(a.sourceId, b.sourceId),
    );
    return { operations, remembered: this.remembered, forgotten: this.forgotten, waiting: this.waiting };
  }

  private planCreate(resource: Resource, again: boolean): void {
    const level = this.creates.get(resource.sourceId);
    const attributes = new Map([...resource.createOnly, ...resource.attributes]);
    const later: AttributeChange[] = [];
    if (level === undefined) {
      for (const [path, value] of attributes) {
        if (!(value instanceof Reference) || this.creates.get(value.id) !== undefined) continue;
        if (!this.creates.has(value.id)) continue;
        attributes.set(path, null);
        later.push({ path, change: 'set', value, had: false });
      }
    }
    const reason = again ? 'the target lost it' : 'new in scope';
    // Whoever is in a circle, or below one, comes after all levels: nothing outside a circle waits for it.
    const stage = resource.type === 'group' ? stages.groups : stages.users + (level ?? this.creates.size);
    this.operations.push({ ...subject(resource, reason, stage), verb: 'create', attributes, again });
    if (later.length > 0) {
      const why = 'refers to someone created in the same plan';
      this.operations.push({ ...subject(resource, why, stages.circularReferences), verb: 'update', changes: later });
    }
  }

  private planAdoption(resource: Resource, match: Match): void {
    const changes = diffWithBody(resource.attributes, match.body, (id) => this.input.links.get(id)?.targetId);
    const wantsActive = isActive(resource);
    if (resource.type === 'user' && wantsActive && !match.active) {
      changes.push({ path: 'active', change: 'set', value: true, had: true });
    }
    const attributes = new Map(resource.attributes);
    if (resource.type === 'user') attributes.set('active', wantsActive || match.active);
    this.operations.push({
      ...subject(resource, `the target has one with the same ${match.matchedBy}`, ownStage(resource)),
      verb: 'adopt',
      targetId: match.targetId,
      matchedBy: match.matchedBy,
      targetActive: match.active,
      changes,
      attributes,
    });
  }

  private planLinked(resource: Resource, link: Link): void {
    const changes = diffWithLink(resource.attributes, link.attributes, this.input.digest);
    const active = isActive(resource);
    if (resource.type === 'user' && active && link.lifecycle === 'deactivated') {
      changes.push({ path: 'active', change: 'set', value: true, had: true });
      const reason = link.departedAt === undefined ? 'enabled in the directory' : 'back in scope';
      this.operations.push({ ...subject(resource, reason, stages.users), verb: 'reactivate', changes });
      return;
    }
    if (changes.length > 0) {
      const reason = `${changes.map((change) => change.path).join(', ')} differ${changes.length === 1 ? 's' : ''}`;
      this.operations.push({ ...subject(resource, reason, ownStage(resource)), verb: 'update', changes });
    }
    if (resource.type === 'user' && !active && link.lifecycle === 'active') {
      this.operations.push({
        ...subject(resource, 'disabled in the directory', stages.deactivations),
        verb: 'deactivate',
        cause: 'disabled',
      });
    }
    if (link.departedAt !== undefined) this.remembered.push({ ...link, departedAt: undefined });
  }

  private planMembers(resource: Resource): void {
    const held = this.input.members.get(resource.sourceId) ?? new Set<SourceId>();
    const wanted = resource.members.filter((id) => this.expected.has(id));
    this.waiting += resource.members.length - wanted.length;
    const set = new Set(wanted);
    const add = wanted.filter((id) => !held.has(id));
    const remove = [...held].filter((id) => !set.has(id));
    if (add.length + remove.length === 0) return;
    const reason = [add.length > 0 ? `${add.length} joined` : '', remove.length > 0 ? `${remove.length} left` : ''];
    this.operations.push({
      ...subject(resource, reason.filter((part) => part !== '').join(', '), stages.members),
      verb: 'members',
      add,
      remove,
      cause: 'changed',
    });
  }

  private planUserDeparture(link: Link, reason: string, cause: Departure['cause']): void {
    const who = { ...link, label: link.sourceId };
    if (link.lifecycle === 'active') {
      this.operations.push({ ...subject(who, reason, stages.deactivations), verb: 'deactivate', cause });
      return;
    }
    if (link.departedAt === undefined) {
      this.remembered.push({ ...link, departedAt: new Date(this.input.now).toISOString() });
      return;
    }
    const { deleteAfter } = this.input.removal;
    if (deleteAfter !== undefined && Date.parse(link.departedAt) + deleteAfter <= this.input.now) {
      const why = `${reason} on ${link.departedAt.slice(0, 10)}, the time to come back is over`;
      this.operations.push({ ...subject(who, why, stages.deletions), verb: 'delete', cause });
    }
  }

  private planGroupDeparture(link: Link, reason: string, cause: Departure['cause']): void {
    const who = { ...link, label: link.sourceId };
    if (this.input.removal.groups === 'delete') {
      this.operations.push({ ...subject(who, reason, stages.deletions), verb: 'delete', cause });
    }
    const held = [...(this.input.members.get(link.sourceId) ?? [])];
    if (this.input.removal.groups === 'empty' && held.length > 0) {
      this.operations.push({
        ...subject(who, reason, stages.members),
        verb: 'members',
        add: [],
        remove: held,
        cause: 'departed',
      });
    }
  }

  /** References to those whom the target will not have are left out until they come. */
  private withKnownReferences(resource: Resource): Resource {
    const known = (attributes: DesiredAttributes): DesiredAttributes =>
      new Map(
        [...attributes].map(([path, value]) => {
          if (!(value instanceof Reference) || this.expected.has(value.id)) return [path, value];
          this.waiting += 1;
          return [path, null];
        }),
      );
    return { ...resource, attributes: known(resource.attributes), createOnly: known(resource.createOnly) };
  }
}

function isCreated(resource: Resource, input: PlanInput): boolean {
  const link = input.links.get(resource.sourceId);
  if (link !== undefined && link.lifecycle !== 'lost') return false;
  if (input.matches.has(resource.sourceId)) return false;
  return resource.type === 'group' || isActive(resource) || input.createInactive;
}

function isActive(resource: Resource): boolean {
  return resource.attributes.get('active') !== false;
}

function ownStage(resource: Resource): number {
  return resource.type === 'group' ? stages.groups : stages.users;
}

function referencesOf(resource: Resource): SourceId[] {
  return [...resource.attributes.values(), ...resource.createOnly.values()].flatMap((value) =>
    value instanceof Reference ? [value.id] : [],
  );
}

function subject(
  who: { readonly type: ResourceType; readonly sourceId: SourceId; readonly directory: string; readonly label: string },
  reason: string,
  stage: number,
) {
  return { type: who.type, sourceId: who.sourceId, directory: who.directory, label: who.label, reason, stage };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
