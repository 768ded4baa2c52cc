import type { BridgeError } from '../../core/model/errors.ts';

/** An error for scripts. */
export function errorJson({ code, message, remedy }: BridgeError): unknown {
  return { code, message, remedy };
}
