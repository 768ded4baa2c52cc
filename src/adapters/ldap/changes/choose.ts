import { kindRules } from '../../../core/directory/kinds.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { ChangeDetection, ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { LdapSourceOptions } from '../shared/options.ts';
import type { ChangeStrategy, Cursor } from './change-strategy.ts';
import { counted, whyGivenUp } from './given-up.ts';
import { findDerived } from './derived.ts';
import { dirsync } from './dirsync.ts';
import { syncrepl } from './syncrepl.ts';
import { timestamp } from './timestamp.ts';
import { usn } from './usn.ts';

const strategies: readonly ChangeStrategy[] = [usn, dirsync, syncrepl, timestamp];

/** How changes are found, and why like this. Without a feed: by reading everything. */
export interface StrategyChoice {
  readonly feed: { readonly strategy: ChangeStrategy; readonly cursor: Cursor } | undefined;
  readonly because: string;
}

export function strategyNamed(name: ChangeStrategy['name'], options: LdapSourceOptions): ChangeStrategy | undefined {
  const strategy = strategies.find((one) => one.name === name);
  return strategy === undefined ? undefined : counted(strategy, options);
}

/** The strategies that `auto` tries, the best one first. */
const preferences: Readonly<Record<OpenDirectory['kind'], readonly ChangeStrategy['name'][]>> = {
  // Both work for an ordinary account (`dirsync` with object security). `dirsync` costs more where something happened.
  'active-directory': ['usn', 'dirsync'],
  openldap: ['syncrepl', 'timestamp'],
  '389ds': ['syncrepl', 'timestamp'],
  generic: ['syncrepl', 'timestamp'],
};

/** Tries, with the account that is bound, what the configuration asks for, or what fits this kind of server. */
export async function chooseStrategy(
  directory: OpenDirectory,
  attributes: ReadRequest['attributes'],
): Promise<StrategyChoice> {
  const asked: ChangeDetection = directory.options.changes ?? 'auto';
  if (asked === 'full') return { feed: undefined, because: '`changes: full` asks for it' };
  if (directory.options.referrals !== undefined) {
    return {
      feed: undefined,
      because: 'references to other servers are followed, and nothing tells what changes there',
    };
  }
  // Whoever asks for syncrepl, and has a server that fails at it, wants to be read all the same.
  const candidates =
    asked === 'auto' ? preferences[directory.kind] : asked === 'syncrepl' ? [asked, 'timestamp' as const] : [asked];
  const isOwnId = directory.idAttribute.toLowerCase() === kindRules[directory.kind].idAttribute.toLowerCase();
  const refusals: string[] = [];
  for (const name of candidates) {
    const strategy = strategyNamed(name, directory.options);
    if (strategy === undefined) continue;
    const foreign = isOwnId || name === 'timestamp' ? undefined : 'it names entries by another id than `idAttribute`';
    const givenUp = whyGivenUp(directory.options, name);
    if (asked === 'syncrepl' && name === 'timestamp' && whyGivenUp(directory.options, asked) === undefined) continue;
    if (givenUp !== undefined) {
      refusals.push(givenUp);
      continue;
    }
    const begun =
      foreign ?? blindness(name, findDerived(directory, attributes)) ?? (await tryToBegin(strategy, directory));
    if (typeof begun === 'object') return { feed: { strategy, ...begun }, because: because(asked, refusals) };
    refusals.push(`${name} does not work here: ${begun}`);
  }
  return { feed: undefined, because: refusals.join('; ') || 'nothing else fits this directory' };
}

/** The cursor of now, or why this cannot be had. */
async function tryToBegin(
  strategy: ChangeStrategy,
  directory: OpenDirectory,
): Promise<{ readonly cursor: Cursor } | string> {
  try {
    return { cursor: await strategy.begin(directory) };
  } catch (error) {
    if (error instanceof BridgeError && error.code !== 'D2S_INTERRUPTED') return error.message;
    throw error;
  }
}

/** syncrepl watches the entries of the scopes alone, and not those from which their attributes are worked out. */
function blindness(name: ChangeStrategy['name'], derived: string | undefined): string | undefined {
  return name === 'syncrepl' && derived !== undefined
    ? `a change of ${derived} leaves no trace at its entry`
    : undefined;
}

function because(asked: ChangeDetection, refusals: readonly string[]): string {
  if (asked !== 'auto' && refusals.length === 0) return `\`changes: ${asked}\` asks for it`;
  return refusals.length === 0 ? 'the best that this server can do for this account' : refusals.join('; ');
}
