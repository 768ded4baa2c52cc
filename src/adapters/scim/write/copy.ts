import { eachInTurns } from '../http/turns.ts';
import { isBody, type Body } from '../shared/message.ts';

/** A copy of what came as JSON, to be changed. A fraction of the time of `structuredClone`. */
export function copyOf(body: Body): Body {
  return copy(body, false);
}

/**
 * A copy without null, which is no value (RFC 7643 §2.5) and is refused by some. Lists may be long (a group has 100,000
 * members), so that they are copied in turns.
 */
export async function copyWithoutNull(body: Body): Promise<Body> {
  const whole: Body = {};
  for (const key of keysOf(body)) {
    const value = body[key];
    if (value === null) continue;
    if (!Array.isArray(value)) {
      whole[key] = copyOfValue(value, true);
      continue;
    }
    const list: unknown[] = [];
    await eachInTurns(value as readonly unknown[], (element) => list.push(copyOfElement(element, true)));
    whole[key] = list;
  }
  return whole;
}

function copy(body: Body, isWithoutNull: boolean): Body {
  const made: Body = {};
  for (const key of keysOf(body))
    if (!isWithoutNull || body[key] !== null) made[key] = copyOfValue(body[key], isWithoutNull);
  return made;
}

function keysOf(body: Body): string[] {
  return Object.keys(body).filter((key) => key !== '__proto__');
}

function copyOfValue(value: unknown, isWithoutNull: boolean): unknown {
  if (isBody(value)) return copy(value, isWithoutNull);
  return Array.isArray(value) ? value.map((element: unknown) => copyOfElement(element, isWithoutNull)) : value;
}

/** What a list in a list has is left as it is: no attribute of SCIM is one (RFC 7643 §2.3.8). */
function copyOfElement(element: unknown, isWithoutNull: boolean): unknown {
  return isBody(element) ? copy(element, isWithoutNull) : copyOfValue(element, false);
}
