import { BridgeError } from '../../core/model/errors.ts';

/** The error for a file that cannot be trusted to say who is there. Names lines, never values. */
export function invalid(path: string, line: number | undefined, what: string, remedy: string): BridgeError {
  const where = line === undefined ? path : `${path} line ${line}`;
  return new BridgeError('D2S_LDIF_INVALID', `${where}: ${what}; nothing was taken from the file`, remedy);
}

/** Ends a reading that was interrupted, with the caller's own error when it gave one. */
export function throwIfInterrupted(signal: AbortSignal, path: string): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof BridgeError) throw signal.reason;
  throw new BridgeError(
    'D2S_INTERRUPTED',
    `reading ${path} was interrupted`,
    'nothing was changed; the next cycle reads again',
    signal.reason,
  );
}
