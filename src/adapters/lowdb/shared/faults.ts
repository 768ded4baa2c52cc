import { bugText } from '../../../core/wording/bug-text.ts';
import { BridgeError } from '../../../core/model/errors.ts';

/**
 * The format of the state that is written. Read as well are 1, in which some words were others, and 2, of which a snapshot
 * had a line for each link.
 */
export const stateVersion = 3;

/**
 * Something in the state folder is not as it was written. It is never repaired by starting empty: an empty state
 * has forgotten whom we created, and with it whom we may remove.
 */
export function damaged(path: string, what: string): BridgeError {
  return new BridgeError(
    'D2S_STATE_DAMAGED',
    `the state is damaged: ${path} ${what}`,
    'restore the whole state folder from a backup; without one, make the state again from directories and targets, which removes nothing: dir2scim state rebuild',
  );
}

export function newer(path: string, version: number): BridgeError {
  return new BridgeError(
    'D2S_STATE_NEWER',
    `${path} was written by a newer dir2scim (format ${version}, this one knows ${stateVersion})`,
    'run the newer dir2scim again, or restore a state folder that was saved before the upgrade',
  );
}

/** @param holder the process id of the other one, where it is known */
export function locked(
  folder: string,
  holder: string | undefined,
  remedy = 'stop the other one first; there may be only one',
): BridgeError {
  const who = holder === undefined ? 'another process' : `another process (pid ${holder})`;
  return new BridgeError('D2S_STATE_LOCKED', `${who} uses the state in ${folder}`, remedy);
}

export function unwritable(path: string, cause: unknown): BridgeError {
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    `${path} cannot be written (${reasonOf(cause)}); nothing of this step was recorded`,
    'make room on the disk or mend its permissions; no change goes to a target before the state can be written',
    cause,
  );
}

/** After a failed sync nobody knows what the disk holds, and a later sync that succeeds proves nothing. */
export function unsynced(path: string, cause: unknown): BridgeError {
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    `the disk did not confirm a write to ${path} (${reasonOf(cause)}); the state takes no more records`,
    'check the disk, then start again: what was confirmed before is safe',
    cause,
  );
}

/** The state folder cannot be opened or read for a reason that has nothing to do with its content. */
/** @param owner the user to whom the folder belongs */
export function unusable(folder: string, cause: unknown, owner?: number): BridgeError {
  if (cause instanceof BridgeError) return cause;
  if (owner !== undefined && owner !== process.geteuid?.() && ['EACCES', 'EPERM'].includes(reasonOf(cause)))
    return foreign(folder, owner, process.geteuid?.() ?? 0, cause);
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    `the state in ${folder} cannot be used (${reasonOf(cause)})`,
    'check that the folder exists on a healthy disk and belongs to the user that runs dir2scim',
    cause,
  );
}

/** Somebody else's: whoever owns it decides what is in it, and could not use what we would leave there. */
export function foreign(path: string, owner: number, user: number, cause?: unknown): BridgeError {
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    `${path} belongs to the user with uid ${owner}, and this is uid ${user}`,
    `run it as the user whom the service runs as (sudo -u '#${owner}' dir2scim …), or as root`,
    cause,
  );
}

/** Whoever can write there can put something in its place. */
export function openToAll(path: string): BridgeError {
  return new BridgeError(
    'D2S_STATE_UNWRITABLE',
    `every user of this host may write to ${path}`,
    `chmod 0700 ${path}; on a volume that shows all files as open, mount it with other modes`,
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : bugText(cause);
}
