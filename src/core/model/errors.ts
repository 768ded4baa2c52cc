import { bugText } from '../wording/bug-text.ts';
import { cleanMessage } from '../wording/foreign.ts';

/**
 * Every error that ends a cycle or a command, with its stable code and the exit code it leads to.
 * docs/errors.md explains each one; a test compares the two both ways.
 *
 * Exit codes: 1 the cycle failed, a retry may help · 2 usage or configuration · 4 state unusable.
 */
export const errorCodes = {
  D2S_CONFIG_UNREADABLE: 2,
  D2S_CONFIG_INVALID: 2,
  D2S_EXPRESSION_INVALID: 2,
  D2S_FILTER_INVALID: 2,
  D2S_SECRET_UNREADABLE: 2,
  D2S_CLEARTEXT_REFUSED: 2,
  D2S_USAGE: 2,
  D2S_LISTEN_FAILED: 2,
  D2S_DIRECTORY_UNREACHABLE: 1,
  D2S_DIRECTORY_TLS: 1,
  D2S_DIRECTORY_AUTH: 1,
  D2S_DIRECTORY_READ_INCOMPLETE: 1,
  D2S_DIRECTORY_BASE_MISSING: 1,
  D2S_DIRECTORY_CHANGED: 2,
  D2S_ENTRY_WITHOUT_ID: 1,
  D2S_LDIF_INVALID: 1,
  D2S_SCOPE_GROUP_MISSING: 1,
  D2S_ENTRY_NOT_SEEN: 1,
  D2S_SCOPE_GROUP_UNREADABLE: 1,
  D2S_TARGET_UNREACHABLE: 1,
  D2S_TARGET_AUTH: 1,
  D2S_TARGET_PROTOCOL: 1,
  D2S_TARGET_CHANGED: 2,
  D2S_TARGET_RENUMBERED: 1,
  D2S_OPERATIONS_FAILED: 1,
  D2S_SEARCH_FAILED: 1,
  D2S_NOT_FOUND: 1,
  D2S_PLAN_NOT_HELD: 2,
  D2S_PLAN_CHANGED: 1,
  D2S_STATE_LOCKED: 4,
  D2S_STATE_DAMAGED: 4,
  D2S_STATE_NEWER: 4,
  D2S_STATE_UNWRITABLE: 4,
  D2S_EXPORT_UNUSABLE: 2,
  D2S_INTERRUPTED: 1,
  D2S_INTERNAL: 1,
} as const satisfies Record<string, 1 | 2 | 4>;

export type ErrorCode = keyof typeof errorCodes;

/**
 * A failure a person has to know about. `message` says what and why, `remedy` what to do; neither may carry a secret. What
 * others wrote into them is made visible here.
 */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly remedy: string;
  /** What the other side said in its own words, cleaned. May name a person: for terminals, never for logs or the state. */
  readonly said: string | undefined;

  constructor(code: ErrorCode, message: string, remedy: string, cause?: unknown, said?: string) {
    super(cleanMessage(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = cleanMessage(remedy);
    this.said = said === undefined ? undefined : cleanMessage(said);
  }

  get exitCode(): 1 | 2 | 4 {
    return errorCodes[this.code];
  }

  /** One line, as it goes to stderr. */
  get line(): string {
    return `${this.code}: ${this.message}${this.said === undefined ? '' : `; it says: ${this.said}`}${this.remedy === '' ? '' : ` — ${this.remedy}`}`;
  }
}

/** Turns whatever was thrown into an error with a code. Bugs become D2S_INTERNAL, without what they may quote. */
export function toBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError(
    'D2S_INTERNAL',
    bugText(thrown),
    'this is a bug in dir2scim; please report it with the log',
    thrown,
  );
}
