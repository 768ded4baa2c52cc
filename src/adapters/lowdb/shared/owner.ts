import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFacts } from './files.ts';

/*
 * The state belongs to one user, the one whom the service runs as. Root may work on it as well (`sudo dir2scim approve`):
 * what root makes there is given to that user, who could not read it otherwise. Anybody else is refused.
 */

/** Who this process is; undefined where users have no numbers (Windows). */
export function ownUser(): number | undefined {
  return process.geteuid?.();
}

/** To whom root gives what it makes in a folder: to whom the state there belongs. Undefined: nobody has to be given it. */
export async function heirOf(folder: string): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (ownUser() !== 0) return undefined;
  // A volume may belong to root although the state in it does not (Kubernetes, fsGroup).
  const facts =
    (await lstat(join(folder, 'journal.ndjson')).catch(() => undefined)) ??
    (await lstat(folder).catch(() => undefined));
  return facts === undefined || facts.uid === 0 ? undefined : { uid: facts.uid, gid: facts.gid };
}

/**
 * Whether something may have been put there by somebody else: it belongs neither to this user, nor to root, nor to whom
 * the state belongs, or everybody on this host may write to it.
 */
export function mayBePlanted(facts: FileFacts, state: FileFacts | undefined): boolean {
  if (facts.owner === undefined) return false;
  const trusted = [ownUser(), 0, ...(ownUser() === 0 ? [state?.owner] : [])];
  return !trusted.includes(facts.owner) || (facts.mode & 0o002) !== 0;
}
