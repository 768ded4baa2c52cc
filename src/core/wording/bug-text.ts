import { impersonal } from './impersonal.ts';

/** What the engine says of a mistake in the code: names of variables and properties, and no value. */
const harmless =
  /^(?:Cannot (?:read|set) properties of (?:undefined|null) \((?:reading|setting) '[\w$]{1,60}'\)|[\w$.]{1,80} is not (?:a function|iterable|defined|a constructor)|Maximum call stack size exceeded|Invalid array length|Assignment to constant variable\.)$/;

/**
 * What may be said of a bug. Its message may quote whatever was at hand, a person or a secret: unless it is one that
 * names nothing but code, it is kept as far as it consists of known words. Where it happened is in the stack.
 */
export function bugText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'something that is no error was thrown';
  const name = /^[A-Za-z]{1,40}$/.test(thrown.name) ? thrown.name : 'Error';
  if (harmless.test(thrown.message)) return `${name}: ${thrown.message}`;
  const said = impersonal(thrown.message);
  return said === undefined ? `${name} (what it says is left out: it may quote values)` : `${name}: ${said}`;
}
