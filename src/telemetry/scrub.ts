import { visible } from '../core/wording/foreign.ts';

/*
 * Secrets are kept out of logs where they arise. This is the net below: whatever still reaches the logger passes here.
 */

const censored = '[redacted]';

const secretWords = 'authorization|passw|passphrase|secret|token|credential|cookie|api[-_]?key|private[-_]?key';

/** Key names whose values are never shown, at any depth, however they are spelled (`bindPassword`, `access_token`). */
const secretKey = new RegExp(secretWords, 'i');

const deepest = 6;

/** A copy of a log object without values under secret keys, and with errors cut down to code, message and remedy. */
export function withoutSecrets(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return scrubRecord(fields, 0);
}

function scrubRecord(record: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, secretKey.test(key) ? censored : scrubValue(value, depth + 1)]),
  );
}

function scrubValue(value: unknown, depth: number): unknown {
  if (value instanceof Error) return errorFields(value);
  if (typeof value === 'string') return logText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[omitted]';
  if (Array.isArray(value)) return value.map((item) => scrubValue(item, depth + 1));
  // Bytes, requests, maps: what they print as is not ours to know.
  return isPlain(value) ? scrubRecord(value, depth) : '[omitted]';
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What a line says of an error: no stack, no cause, no further properties (undici and ldapts hang requests on them). */
function errorFields(error: Error): { code: string; message: string; remedy?: string } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? { remedy: error.remedy } : {};
  return { code, message: logText(error.message), ...remedy };
}

const longestText = 8_000;

/** Somebody else's text in a line: visible, and not without end. */
export function logText(text: string): string {
  return visible(text.length > longestText ? `${text.slice(0, longestText)}…` : text);
}

/** What looks like credentials, wherever it stands in a line. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // Texts under secret keys once more: pino prints the bindings of child loggers without asking us.
  [new RegExp(`("[^"\\\\]{0,40}(?:${secretWords})[^"\\\\]{0,40}":)"(?:[^"\\\\]|\\\\.)*"`, 'gi'), `$1"${censored}"`],
  [/\b(Bearer|Basic|Negotiate)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${censored}`],
  [/:\/\/[^\s/:@"]*:[^\s/@"]+@/g, `://${censored}@`],
];

/** Shorter ones would black out words by chance. */
const shortestSecret = 6;

/**
 * Replaces the given secrets in a finished line, also as they look inside JSON, base64 and URLs, and everything that
 * looks like credentials.
 */
export function scrubLine(line: string, secrets: Iterable<string>): string {
  let clean = withoutKnown(line, secrets);
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Replaces these secrets alone: on a terminal, what merely looks like one may be somebody's title. */
export function withoutKnown(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, censored);
  }
  return clean;
}

function formsOf(secret: string): Set<string> {
  const json = JSON.stringify(secret).slice(1, -1);
  return new Set([secret, json, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]);
}

/** Where a bug was thrown: the frames without the message, which could quote anything. */
export function stackFrames(thrown: unknown): string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
