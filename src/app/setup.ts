/**
 * Everything that a target's cycles go by: from the configuration and what its directories are. A part of app.ts.
 */
import { createHash } from 'node:crypto';
import type { App } from '../bridge/app.ts';
import { unknownTarget } from '../bridge/targets.ts';
import type { Configuration, DirectoryConfiguration, TargetConfiguration } from '../config/configuration.ts';
import { defineTarget } from '../config/define-target.ts';
import type { PresetName } from '../config/preset.ts';
import { profileDialect } from '../config/profile.ts';
import type { MapRule, TypeScope } from '../core/mapping/definition.ts';
import { neededBy, type NeededAttributes } from '../core/mapping/needed-of-body.ts';
import { scimPath } from '../core/mapping/scim-path.ts';
import { createShares, type Share } from '../core/memory/shares.ts';
import type { ResourceType } from '../core/model/entry.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import { version } from '../version.ts';

/** Made once for each target, and kept in `setups`. */
export function createPreparation(
  configuration: Configuration,
  targets: ReadonlyMap<string, ScimTarget>,
  inspect: App['inspect'],
  setups: Map<string, TargetSetup>,
): App['prepare'] {
  const memory = createShares(foundBytes);
  return async (name, signal) => {
    const known = setups.get(name);
    if (known !== undefined) return known;
    const section = configuration.targets.get(name);
    const target = targets.get(name);
    if (section === undefined || target === undefined) throw unknownTarget(name, [...configuration.targets.keys()]);
    const presets = new Map<string, PresetName>();
    for (const directory of section.from) {
      const kind = configuration.directories.get(directory)?.kind;
      presets.set(directory, presetOf(kind) ?? (await inspect(directory, signal)).preset);
    }
    const setup = setupOf(
      section,
      configuration,
      target,
      await defineTarget(configuration, name, presets),
      memory.open(),
    );
    setups.set(name, setup);
    return setup;
  };
}

/** What cycles keep of those whom they found on their targets, in bytes: 100,000 accounts of 2 kB, and 8,000 of each. */
const foundBytes = { total: 256 * 1024 * 1024, each: 16 * 1024 * 1024 };

/** What is looked at of resources on a target; undefined before its first cycle. */
export function neededOf(setup: TargetSetup | undefined, type: ResourceType): NeededAttributes | undefined {
  if (setup === undefined) return undefined;
  const known = needs.get(setup)?.[type];
  if (known !== undefined) return known;
  const { maps, match } = setup.definition;
  const of = (one: ResourceType): NeededAttributes =>
    neededBy([...[...maps.values()].flatMap((map) => map[one].map(({ path }) => path)), ...match[one].map(scimPath)]);
  const needed = { user: of('user'), group: of('group') };
  needs.set(setup, needed);
  return needed[type];
}
const needs = new WeakMap<TargetSetup, Readonly<Record<ResourceType, NeededAttributes>>>();

/** The preset that a kind leaves no doubt about. */
function presetOf(kind: DirectoryConfiguration['kind'] | undefined): PresetName | undefined {
  switch (kind) {
    case 'active-directory':
      return 'active-directory';
    case 'openldap':
    case '389ds':
    case 'generic':
      return 'openldap';
    case 'auto':
    case 'ldif':
    case undefined:
      return undefined;
  }
}

function setupOf(
  section: TargetConfiguration,
  configuration: Configuration,
  target: ScimTarget,
  definition: TargetSetup['definition'],
  kept: Share,
): TargetSetup {
  const {
    users,
    groups,
    removal,
    guard: { mustSee, ...limits },
  } = section;
  const dialect = profileDialect(section.profile);
  return {
    target,
    configured: [...configuration.targets.keys()],
    url: section.url,
    definition,
    policy: {
      user: { ...users, create: dialect.users.create },
      group: {
        ...groups,
        adopt: groups.adopt ?? 'first-match',
        populated: groups.adopt === undefined ? 'refused' : 'held',
        create: dialect.groups.create,
      },
    },
    removal: { ...removal, offIsDeletion: dialect.users.deactivation === 'deletes' },
    limits,
    seats:
      section.limits.seats === undefined
        ? undefined
        : { seats: section.limits.seats, order: definition.seatOrder ?? 'userName' },
    mustSee,
    createInactive: users.createInactive,
    logValues: configuration.log.values,
    fingerprint: fingerprintOf(section, definition, configuration),
    program: version,
    kept,
  };
}

/** Everything whose change may change what a target should hold, as one short text. No value of it is in it. */
function fingerprintOf(
  { from, removal, users, groups }: TargetConfiguration,
  { maps, scope, nested, overlap, sees }: TargetSetup['definition'],
  { directories }: Configuration,
): string {
  const rulesOf = (rules: readonly MapRule[]): unknown =>
    rules.map(({ path, expression, apply, single }) => [path.text, expression.source, apply, single]);
  const scopeOf = ({ where, memberOf, supported }: TypeScope): unknown => [where?.source, memberOf, supported];
  const sourceOf = (name: string): unknown => {
    const { kind, idAttribute, users: people, groups: own } = directories.get(name) ?? {};
    return [name, kind, idAttribute, people, own, [...(sees?.get(name) ?? [])]];
  };
  const text = JSON.stringify([
    [...maps].map(([name, map]) => [name, rulesOf(map.user), rulesOf(map.group)]),
    [scopeOf(scope.user), scopeOf(scope.group), nested, overlap],
    from.map(sourceOf),
    [removal, users.match, users.adopt, users.createInactive, groups.match, groups.adopt, groups.adoptedMembers],
  ]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
