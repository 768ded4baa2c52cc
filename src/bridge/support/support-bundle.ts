import type { LoggedEntry } from '../../core/model/log-entry.ts';
import { countsToDo } from '../../core/wording/operation-counts.ts';
import type { TargetStatus } from '../status.ts';
import { status } from '../status.ts';
import type { App } from '../app.ts';

/** As many of the last operations as somebody wants to read. */
const mostLogged = 300;

/**
 * What somebody who helps has to know of the state and of what was done: numbers, codes, times and names of the
 * configuration. No person, nobody's id, no secret.
 */
export async function supportState(app: App, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const { directories, targets, notConfigured, unusableDecisions } = await status(app);
  const view = await app.openView();
  try {
    const links = await view.linkTotals();
    const check = await view.checkLog();
    const memberships = await Promise.all(
      targets.map(async ({ target }) => ({ target, ...(await view.memberships(target)) })),
    );
    return {
      status: {
        directories: directories.map(({ directory, state }) => ({ directory, ...state })),
        targets: targets.map(targetPart),
        notConfigured: notConfigured.map(({ kind, links: known }) => ({ kind, links: known })),
        unusableDecisions: unusableDecisions.length,
      },
      state: {
        links: links.filter(({ target, directory }) => isNamed(app, target, directory)),
        memberships,
        log: { entries: check.entries, flaws: check.flaws },
      },
      log: await lastOperations(view.logged(0), signal),
    };
  } finally {
    await view.close();
  }
}

/** Names of before may be anything; those of the configuration are in it anyway. */
function isNamed({ configuration: { targets, directories } }: App, target: string, directory: string): boolean {
  return targets.has(target) && directories.has(directory);
}

function targetPart({ target, state, counts, unstored, strangers, refusals, notes, verified, waiting }: TargetStatus) {
  const { lastResult, lastCycleAt, lastSuccessAt, lastError, failing, pending, unresolved, rejected, mislaid } = state;
  const { held, approvals = [], rejections = [], gaps = [] } = state;
  return {
    target,
    lastResult,
    lastCycleAt,
    lastSuccessAt,
    lastError,
    failing,
    pending,
    unresolved,
    rejected,
    mislaid,
    gaps,
    counts,
    unstored,
    strangers,
    refusals,
    verified,
    decisions: { waiting: waiting.length, approvals: approvals.length, rejections: rejections.length },
    held:
      held === undefined
        ? undefined
        : {
            holdId: held.holdId,
            since: held.since,
            findings: held.findings.map((finding) => ({ ...finding, group: undefined })),
            operations: countsToDo(held.operations),
          },
    learned: notes.learned,
    discoveredAt: notes.discovery?.at,
    pausedUntil: notes.pace?.pausedUntil,
  };
}

/** The last lines of the provisioning log. Who they are about is a number, the same for the same one. */
async function lastOperations(
  logged: AsyncIterable<readonly LoggedEntry[]>,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  let last: readonly LoggedEntry[] = [];
  for await (const batch of logged) {
    signal.throwIfAborted();
    last = [...last, ...batch].slice(-mostLogged);
  }
  const subjects = new Map<string, number>();
  return last.map((entry) => {
    const subject = subjects.get(entry.sourceId) ?? subjects.size + 1;
    subjects.set(entry.sourceId, subject);
    return { subject, ...operationPart(entry) };
  });
}

/** Whatever is not named here stays behind. */
function operationPart(entry: LoggedEntry): Readonly<Record<string, unknown>> {
  const { seq, at, cycle, target, type, verb, outcome, status, cause, set, cleared, because } = entry;
  const numberOf = (ids: readonly unknown[] | undefined) => (ids?.length === 0 ? undefined : ids?.length);
  const members = { joined: numberOf(entry.joined), left: numberOf(entry.left) };
  return {
    seq,
    at,
    cycle,
    target,
    type,
    verb,
    outcome,
    class: entry.class,
    status,
    cause,
    set,
    cleared,
    ...members,
    because,
  };
}
