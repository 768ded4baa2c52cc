import type { Configuration, TargetConfiguration } from '../config/configuration.ts';
import { attributesOfFilter } from '../core/directory/filter-attributes.ts';
import { parseFilter } from '../core/directory/filter.ts';
import { lintExpressions, lintFilter, type ExpressionUse } from '../core/mapping/lint-attributes.ts';
import { lintPaths, type PathUse } from '../core/mapping/lint-paths.ts';
import { lintScope } from '../core/mapping/lint-scope.ts';
import { lintLogins } from '../core/mapping/odd-logins.ts';
import type { Draft } from '../core/mapping/project.ts';
import type { EntryList } from '../core/model/entries.ts';
import type { Finding } from '../core/model/finding.ts';
import type { DirectoryFacts } from '../ports/directory-source.ts';
import type { TargetFacts } from '../ports/scim-target.ts';

/** What a directory's section probably does not mean like this. */
export function lintDirectory(configuration: Configuration, name: string, facts: DirectoryFacts): Finding[] {
  const place = `directories.${name}`;
  const section = configuration.directories.get(name);
  const filters = (['users', 'groups'] as const).flatMap((type) => {
    const filter = section?.[type]?.filter;
    return filter === undefined
      ? []
      : lintFilter(attributesOfFilter(parseFilter(filter)), `${place}.${type}.filter`, facts.attributeNames);
  });
  const warnings = (facts.warnings ?? []).map((text): Finding => {
    const [, key = '', rest = text] = /^([\w.]+): (.*)$/s.exec(text) ?? [];
    return { severity: 'warning', rule: 'finds_nobody', place: key === '' ? place : `${place}.${key}`, text: rest };
  });
  const open = (facts.openToAll ?? []).map((path): Finding => ({
    severity: 'warning',
    rule: 'open_to_all',
    place: `${place}.path`,
    text: `every user of this host may write to ${path}, and so decide who is in the directory; chmod o-w ${path}`,
  }));
  return [...filters, ...warnings, ...open];
}

export interface TargetLint {
  readonly section: TargetConfiguration;
  readonly directories: readonly DirectoryFacts[];
  readonly entries: EntryList;
  readonly draft: Draft;
  /** Undefined where it could not be asked. */
  readonly facts: TargetFacts | undefined;
}

/** What a target's section probably does not mean like this. Only what the configuration says itself: a preset may name what nobody has. */
export function lintTarget({ section, directories, entries, draft, facts }: TargetLint): Finding[] {
  const place = `targets.${section.name}`;
  const expressions: ExpressionUse[] = [];
  const paths: PathUse[] = [];
  for (const [type, key] of [
    ['user', 'users'],
    ['group', 'groups'],
  ] as const) {
    const { where } = section.scope[key];
    if (where !== undefined) expressions.push({ place: `${place}.scope.${key}.where`, type, expression: where });
    for (const change of section[key].map) {
      if (change.rule === null) continue;
      expressions.push({ place: change.place, type, expression: change.rule.expression });
      paths.push({ place: change.place, type, path: change.path, gives: change.rule.expression.type });
    }
  }
  return [
    ...lintExpressions(
      expressions,
      entries,
      directories.map(({ attributeNames }) => attributeNames),
    ),
    ...lintPaths(paths, facts?.attributes ?? {}),
    ...lintLogins(draft.projection.resources, place),
    ...lintScope({ entries, conditions: draft.evaluation.conditions.user, ...draft.projection }, place),
  ];
}
