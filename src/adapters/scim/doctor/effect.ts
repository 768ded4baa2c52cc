import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { patch, read } from './specimen.ts';
import { words } from './words.ts';

/** What became of a write, seen by reading again. */
export type Effect =
  | { readonly kind: 'done'; readonly status: number }
  /** 2xx, and it is not so. */
  | { readonly kind: 'nothing'; readonly status: number; readonly held: Body | undefined }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Judges a resource as it is after the write; undefined: it is gone. */
export type IsDone = (held: Body | undefined) => boolean;

/** Reads until it is done: once after an answer, for some seconds after a mere promise (202). */
export async function effectOf(
  bench: Bench,
  answer: Answer | Refusal,
  type: ResourceType,
  id: TargetId,
  isDone: IsDone,
  query = '',
): Promise<Effect> {
  if (isRefusal(answer)) return { kind: 'refused', refusal: answer };
  const { status } = answer;
  const looks = status === 202 ? 8 : 1;
  for (let look = 1; ; look += 1) {
    const held = await read(bench, type, id, query);
    if (isDone(held)) return { kind: 'done', status };
    if (look >= looks) return { kind: 'nothing', status, held };
    await bench.wait(500);
  }
}

/** Sends operations and looks what they did. */
export async function tryPatch(
  bench: Bench,
  type: ResourceType,
  id: TargetId,
  operations: readonly Body[],
  isDone: IsDone,
  query = '',
): Promise<Effect> {
  return effectOf(bench, await patch(bench, type, id, operations), type, id, isDone, query);
}

/** `is refused (400: …)`, `is answered with 200 and does nothing`. */
export function told(effect: Effect): string {
  switch (effect.kind) {
    case 'done':
      return `works (${effect.status})`;
    case 'nothing':
      return `is answered with ${effect.status} and does not do it`;
    case 'refused':
      return `is refused (${words(effect.refusal)})`;
  }
}

/** One way of saying a thing. */
export interface Way<Name extends string> {
  readonly name: Name;
  try(): Promise<Effect>;
}

/**
 * Of several ways the first that works, and what became of those before it. All of them are tried: a 405 or 501 may be
 * about the form, whatever RFC 9110 says.
 */
export interface Choice<Name extends string> {
  readonly chosen: Name | undefined;
  /** How the chosen one was answered; 0 when there is none. */
  readonly status: number;
  readonly before: readonly { readonly name: Name; readonly effect: Effect }[];
}

export async function choose<Name extends string>(ways: readonly Way<Name>[]): Promise<Choice<Name>> {
  const before: { readonly name: Name; readonly effect: Effect }[] = [];
  for (const way of ways) {
    const effect = await way.try();
    if (effect.kind === 'done') return { chosen: way.name, status: effect.status, before };
    before.push({ name: way.name, effect });
  }
  return { chosen: undefined, status: 0, before };
}

/** `by path is refused (400), as an object works`. */
export function history<Name extends string>({ before }: Choice<Name>): string {
  return before.map(({ name, effect }) => `${name} ${told(effect)}`).join('; ');
}

/** Whether one of those that were tried was answered as if it had worked. */
export function isLie<Name extends string>({ before }: Choice<Name>): boolean {
  return before.some(({ effect }) => effect.kind === 'nothing');
}

/**
 * Whether a resource shows a value, however it spells it: another case, a telephone number without blanks, names with
 * a dot as keys (GitLab), elements as texts (WSO2). Such a key beside a nested name is nothing but a key that somebody
 * took for an attribute: the name is the nested one.
 */
export function shows(body: Body | undefined, path: string, value: string): boolean {
  if (body === undefined) return false;
  const { schema, attribute, sub } = scimPath(path);
  const whole = readScimPath(body, { ...scimPath(path), filter: undefined, sub: undefined });
  const flat =
    schema === undefined && sub !== undefined && whole === undefined ? body[`${attribute}.${sub}`] : undefined;
  const text = core(
    JSON.stringify([
      sub === undefined || scimPath(path).filter !== undefined || whole === undefined ? whole : subOf(whole, sub),
      flat,
    ]),
  );
  return text.includes(core(value));
}

function subOf(whole: unknown, sub: string): unknown {
  return readScimPath({ whole }, { ...scimPath('whole'), sub });
}

function core(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
