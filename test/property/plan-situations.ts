import fc from 'fast-check';
import type { SourceId } from '../../src/core/model/entry.ts';
import type { Link } from '../../src/core/model/link.ts';
import { Reference, type Rejected, type Resource } from '../../src/core/model/resource.ts';
import type { Departure } from '../../src/core/planning/departures.ts';
import type { Match, PlanInput } from '../../src/core/planning/plan-input.ts';
import { day, daysAgo, group, linkOf, match, planInput, rejected, user } from '../support/plan-input.ts';

const userIds = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'];
const groupIds = ['g0', 'g1', 'g2'];
const anyone = fc.constantFrom(...userIds, 'stranger');
const titles = fc.constantFrom('Engineer', 'Boss', null);
const someone = fc.uniqueArray(fc.constantFrom(...userIds, 'g0', 'stranger'), { maxLength: 5 });

const person = (id: SourceId): fc.Arbitrary<Resource> =>
  fc
    .record({ title: titles, active: fc.boolean(), manager: fc.option(anyone), mentor: fc.option(anyone) })
    .map(({ title, active, manager, mentor }) => ({
      ...user(id, { title, active, manager: manager === null ? null : new Reference(manager) }),
      createOnly: new Map(mentor === null ? [] : [['mentor', new Reference(mentor)]]),
    }));
const team = (id: SourceId): fc.Arbitrary<Resource> =>
  fc
    .record({ title: titles, owner: fc.option(anyone), members: someone })
    .map(({ title, owner, members }) =>
      group(id, members, { displayName: title, owner: owner === null ? null : new Reference(owner) }),
    );

/** What one id is to the directory and to the target. */
interface Case {
  readonly resource: Resource | undefined;
  readonly rejected: Rejected | undefined;
  readonly link: Link | undefined;
  readonly match: [SourceId, Match] | undefined;
  readonly held: readonly SourceId[];
}

const caseOf = (id: SourceId, resource: fc.Arbitrary<Resource>): fc.Arbitrary<Case> =>
  fc
    .record({
      wish: fc.constantFrom('wanted', 'wanted', 'rejected', 'gone'),
      now: resource,
      before: resource,
      known: fc.constantFrom('none', 'match', 'active', 'deactivated', 'lost', 'lost and match'),
      departedAt: fc.constantFrom(undefined, daysAgo(3), daysAgo(90)),
      flag: fc.constantFrom(true, false, undefined),
      held: someone,
    })
    .map(({ wish, now, before, known, departedAt, flag, held }) => {
      const isGroup = now.type === 'group';
      const lifecycle = known.startsWith('lost')
        ? 'lost'
        : known === 'deactivated' && !isGroup
          ? 'deactivated'
          : 'active';
      const linked = known !== 'none' && known !== 'match';
      const away = lifecycle === 'deactivated' ? { departedAt } : {};
      return {
        resource: wish === 'wanted' ? now : undefined,
        rejected: wish === 'rejected' ? { ...rejected(id, flag), type: now.type } : undefined,
        link: linked ? linkOf(before, { lifecycle, ...away }) : undefined,
        match:
          wish === 'wanted' && known.endsWith('match')
            ? match(id, isGroup || flag !== false, { title: 'Boss' })
            : undefined,
        held: linked ? held : [],
      };
    });

/** Everything that a planner can be asked, over six people and three groups. */
export const situations: fc.Arbitrary<PlanInput> = fc
  .record({
    cases: fc.tuple(...userIds.map((id) => caseOf(id, person(id))), ...groupIds.map((id) => caseOf(id, team(id)))),
    removal: fc.record({
      leaves: fc.constantFrom('deactivate', 'delete', 'keep'),
      deleteAfter: fc.constantFrom(undefined, 30 * day),
      groups: fc.constantFrom('delete', 'empty', 'keep'),
    }),
    createInactive: fc.boolean(),
  })
  .map(({ cases, removal, createInactive }) => {
    const inScope = new Set(cases.flatMap(({ resource, rejected: refused }) => (resource ?? refused)?.sourceId ?? []));
    return planInput({
      resources: cases.flatMap(({ resource }) => (resource === undefined ? [] : [within(inScope, resource)])),
      rejected: cases.flatMap((one) => one.rejected ?? []),
      departures: cases.flatMap(({ link, resource, rejected: refused }): Departure[] =>
        link !== undefined && resource === undefined && refused === undefined ? [{ link, cause: 'absent' }] : [],
      ),
      links: cases.flatMap((one) => one.link ?? []),
      matches: cases.flatMap((one) => (one.match === undefined ? [] : [one.match])),
      members: Object.fromEntries(groupIds.map((id, at) => [id, cases[userIds.length + at]?.held ?? []])),
      removal,
      createInactive,
    });
  });

/** A projection refers to those who are in scope alone; a stranger is in scope and not writable. */
function within(inScope: ReadonlySet<SourceId>, resource: Resource): Resource {
  const keeps = (id: SourceId): boolean => id === 'stranger' || inScope.has(id);
  const keep = (attributes: Resource['attributes']): Resource['attributes'] =>
    new Map(
      [...attributes].map(([path, value]) => [path, value instanceof Reference && !keeps(value.id) ? null : value]),
    );
  return {
    ...resource,
    attributes: keep(resource.attributes),
    createOnly: keep(resource.createOnly),
    members: resource.members.filter(keeps),
  };
}
