import type { TargetNotes } from '../ports/scim-target.ts';
import type { Decision, UnusableDecision } from '../ports/decisions.ts';
import type { DirectoryState, TargetState, VerifiedRecord } from '../ports/state-records.ts';
import type { LinkCounts, LinkTotal, StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { leftoversIn, type Leftover } from '../cycle/quarantine/intents.ts';
import { quarantinedOn } from '../cycle/shared/quarantined.ts';
import { refusalsIn, type RefusalWords } from './quarantined.ts';

export interface TargetStatus {
  readonly target: string;
  readonly state: TargetState;
  readonly counts: LinkCounts;
  readonly unstored: Readonly<Record<string, number>>;
  /** Members of adopted groups whom the directory does not have, and who stay. */
  readonly strangers: number;
  /** What requests without a clear answer may have made for somebody who has left, and was looked for in vain. */
  readonly leftovers: readonly Leftover[];
  /** What the target refused, in its own words as far as they are kept: the most frequent. */
  readonly refusals: readonly RefusalWords[];
  readonly notes: TargetNotes;
  /** What the last comparison with what the target should have came to; undefined before the first. */
  readonly verified: VerifiedRecord | undefined;
  /** Decisions that no cycle has taken up yet. */
  readonly waiting: readonly Decision[];
}

export interface DirectoryStatus {
  readonly directory: string;
  /** Undefined before its first reading. */
  readonly state: DirectoryState | undefined;
}

/** A target or directory that the configuration does not name (any more), and how many links the state has of it. */
export interface UnconfiguredStatus {
  readonly kind: 'target' | 'directory';
  readonly name: string;
  readonly links: number;
  readonly remedy: string;
}

export interface StatusAnswer {
  readonly directories: readonly DirectoryStatus[];
  readonly targets: readonly TargetStatus[];
  readonly notConfigured: readonly UnconfiguredStatus[];
  readonly unusableDecisions: readonly UnusableDecision[];
}

/** What is known about every target: from the state alone, so that it works with and without a running daemon. */
export async function status(app: App): Promise<StatusAnswer> {
  const { targets, directories } = app.configuration;
  const view = await app.openView();
  try {
    const decisions = await view.decisions();
    return {
      directories: await Promise.all(
        [...directories.keys()].map(async (directory) => ({ directory, state: await view.directory(directory) })),
      ),
      targets: await Promise.all([...targets.keys()].map((target) => statusOf(view, target, decisions.waiting))),
      notConfigured: unconfiguredOf(await view.linkTotals(), app),
      unusableDecisions: decisions.unusable,
    };
  } finally {
    await view.close();
  }
}

function unconfiguredOf(
  totals: readonly LinkTotal[],
  { configuration: { targets, directories } }: App,
): UnconfiguredStatus[] {
  const sum = (
    those: readonly LinkTotal[],
    nameOf: (total: LinkTotal) => string,
    kind: 'target' | 'directory',
    remedy: (name: string) => string,
  ) =>
    [...Map.groupBy(those, nameOf)].map(([name, own]) => ({
      kind,
      name,
      links: own.reduce((links, total) => links + total.links, 0),
      remedy: remedy(name),
    }));
  const configured = totals.filter(({ target }) => targets.has(target));
  return [
    ...sum(
      totals.filter(({ target }) => !targets.has(target)),
      ({ target }) => target,
      'target',
      (name) => `dir2scim state reset ${name} forgets them`,
    ),
    ...sum(
      configured.filter(({ directory }) => !directories.has(directory)),
      ({ directory }) => directory,
      'directory',
      () => 'the next cycle passes them on, or holds what would happen to them',
    ),
  ];
}

async function statusOf(view: StateView, target: string, waiting: readonly Decision[]): Promise<TargetStatus> {
  const own = waiting
    .filter((decision) => decision.target === target)
    .map(({ holdId, decision, at, by, early }) => ({ target, holdId, decision, at, by, early }));
  return {
    target,
    state: await view.target(target),
    counts: await view.counts(target),
    unstored: await view.unstored(target),
    strangers: await view.strangers(target),
    leftovers: leftoversIn(await view.openIntents(target)),
    refusals: refusalsIn(await quarantinedOn(target, view)),
    notes: await view.notes(target),
    verified: await view.verified(target),
    waiting: own,
  };
}
