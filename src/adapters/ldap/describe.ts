import { clean } from '../../core/wording/foreign.ts';
import { kindRules } from '../../core/directory/kinds.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { DirectoryFacts } from '../../ports/directory-source.ts';
import type { StrategyChoice } from './changes/choose.ts';
import { seesDeletions } from './changes/usn-deletions.ts';
import { describePort } from './connect/catalog-port.ts';
import { firstOf } from './connect/first-of.ts';
import { findLockAttributes, presetLocks } from './read/lock-attributes.ts';
import type { OpenDirectory } from './connect/open-directory.ts';
import { hasPaging } from './connect/root-dse.ts';
import { readSubschema } from './read/subschema.ts';
import { scopeFilter } from './read/scope-filter.ts';

/** How changes are found, and why so. */
export function changesText({ feed, because }: StrategyChoice): string {
  return `${feed?.strategy.name ?? 'full'} (${because})`;
}

/** What a directory says of itself, for `check`. */
export async function describe(
  directory: OpenDirectory,
  choice: StrategyChoice,
  identity: DirectoryIdentity,
): Promise<DirectoryFacts> {
  const { session, kind, idAttribute, rootDse, options } = directory;
  const list = (name: string): string => clean(rootDse.get(name)?.join(', ') ?? '');
  const details: readonly (readonly [string, string])[] = [
    ['host', list('dnshostname')],
    ['vendor', [list('vendorname'), list('vendorversion')].filter((part) => part !== '').join(' ')],
    ['naming contexts', list('namingcontexts')],
    ['default naming context', list('defaultnamingcontext')],
    ['paged results', hasPaging(rootDse) ? 'yes' : 'no: each search comes as one answer'],
    ['changes', changesText(choice)],
    ['deletions', await describeDeletions(directory, choice)],
    ['lock attributes', await describeLocks(directory)],
    ['references', options.referrals === undefined ? '' : `followed to ${options.referrals.follow.join(', ')}`],
  ];
  return {
    kind,
    idAttribute,
    identity,
    preset: kindRules[kind].preset,
    server: session.server,
    attributeNames: (await readSubschema(directory)).names,
    namingContexts: [
      ...new Set([...(rootDse.get('defaultnamingcontext') ?? []), ...(rootDse.get('namingcontexts') ?? [])]),
    ],
    warnings: [...(await describeEmptiness(directory)), ...describePort(session.server)],
    details: details.filter(([, text]) => text !== '').map(([label, text]) => `${label}: ${text}`),
  };
}

/** Where a feed is asked that only tells those who may see deleted objects of deletions. Otherwise nothing. */
async function describeDeletions(directory: OpenDirectory, { feed }: StrategyChoice): Promise<string> {
  if (feed?.strategy.name !== 'usn' && feed?.strategy.name !== 'dirsync') return '';
  return (await seesDeletions(directory))
    ? 'shown to this account'
    : 'not shown to this account (or there were none yet): they are found by comparison, within ten minutes';
}

/** Whether the account may read by what people are locked or disabled; nothing where no such attribute exists. */
async function describeLocks(directory: OpenDirectory): Promise<string> {
  if (directory.kind === 'active-directory') return '';
  const words = {
    readable: 'readable',
    hidden:
      'not shown to this account: people are left as they are, neither switched on nor off; let the bind account search and read it',
    nobody: 'nobody is there to tell by',
  };
  const found = new Map<string, string>();
  for (const base of directory.options.users?.bases ?? []) {
    for (const { name, state } of await findLockAttributes(directory, base, presetLocks)) {
      if (found.get(name) !== words.hidden) found.set(name, words[state]);
    }
  }
  return [...found].map(([name, text]) => `${name} ${text}`).join('; ');
}

/** Bases in which a filter finds nobody: more often a mistake than not. */
async function describeEmptiness(directory: OpenDirectory): Promise<string[]> {
  const { users, groups } = directory.options;
  const lines: string[] = [];
  for (const [type, scope] of [
    ['user', users],
    ['group', groups],
  ] as const) {
    for (const base of scope?.bases ?? []) {
      if ((await firstOf(directory, base, scopeFilter(directory, type), '1.1')) !== undefined) continue;
      const filter = scope?.filter === undefined ? 'the filter for this kind of directory' : `${type}s.filter`;
      lines.push(`${type}s.bases: ${filter} finds nobody below ${base}, or the bind account may not read them`);
    }
  }
  return lines;
}
