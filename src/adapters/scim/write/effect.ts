import { readActive } from '../../../core/mapping/active.ts';
import { elementText, readScimPath, sameScimValue, scimPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { isBody, type Body } from '../shared/message.ts';
import { attributeText } from './patch.ts';
import type { WireChange } from './wire-change.ts';

/**
 * Whether an answered resource contradicts the changes that it is the answer to. Some targets take a request, say 200
 * and do nothing (GitHub's enterprises with paths that have a filter, Sentry with PUT). An attribute that the answer
 * does not show at all says nothing: answers may be partial.
 */
export function contradicts(body: Body, changes: readonly WireChange[]): boolean {
  return changes.some((change) => isContradicted(body, change));
}

function isContradicted(body: Body, change: WireChange): boolean {
  const { path, value } = change;
  const held = readScimPath(body, path);
  if (value === undefined) return isFilled(held);
  if (path.text === 'active' && isFilled(held)) return readActive(body) !== value; // in whatever word
  if (held !== undefined && held !== null) return !isSame(value, held);
  const attribute = readScimPath(body, { ...path, filter: undefined, sub: undefined });
  return Array.isArray(attribute) ? lacks(attribute, change) : attribute !== undefined && attribute !== null;
}

/**
 * Changes that an answered resource shows not to have been stored as they were sent: with another value; or not at all,
 * in a resource that is shown whole. What is never shown (passwords, RFC 7643 §7 `returned`) says nothing.
 *
 * @param whole false: such answers show only some of a resource
 */
export function unstored(body: Body, changes: readonly WireChange[], whole = true): readonly WireChange[] {
  const isShownWhole =
    whole && ['userName', 'displayName'].some((name) => isFilled(readScimPath(body, scimPath(name))));
  return changes.filter((change) => {
    const { path, value } = change;
    if (path.attribute === 'password') return false;
    if (isContradicted(body, change)) return true;
    if (!isShownWhole || value === undefined || path.text === 'externalId' || path.text === 'active') return false;
    return !isFilled(readScimPath(body, { ...path, filter: undefined, sub: undefined }));
  });
}

/**
 * Whether a resource, as it was read, shows not one of the changes. Unlike `unstored`, what is never shown counts as well:
 * this is about a way of sending, of which nothing was seen to arrive yet.
 */
export function showsNone(body: Body, changes: readonly WireChange[]): boolean {
  return changes.every(({ path, value }) => {
    const held = readScimPath(body, path);
    return value === undefined ? isFilled(held) : held === undefined || held === null || !isSame(value, held);
  });
}

/**
 * Acknowledged paths of which a whole resource shows that they went with something else: in the elements and complex
 * attributes that were changed, what was not sent has its value as before (some drop an address with its locality).
 */
export function lostBeside(body: Body, changes: readonly WireChange[], known: readonly string[]): readonly string[] {
  const touched = new Set(changes.filter(({ path }) => path.sub !== undefined).map(({ path }) => elementText(path)));
  const sent = new Set(changes.map(({ path }) => path.text));
  return known.filter((text) => {
    const path = scimPath(text);
    return (
      path.sub !== undefined && !sent.has(text) && touched.has(elementText(path)) && !isFilled(readScimPath(body, path))
    );
  });
}

/**
 * Acknowledged paths in other elements of a list to which one was added, and which the list does not show any more: to
 * some targets adding is replacing. A list that does not say which of its elements is which tells nothing.
 */
export function displaced(body: Body, changes: readonly WireChange[], known: readonly string[]): readonly string[] {
  const added = new Set(
    changes
      .filter(({ path, value, had }) => path.filter !== undefined && value !== undefined && !had)
      .map(({ path }) => attributeText(path)),
  );
  const touched = new Set(changes.map(({ path }) => elementText(path)));
  return known.filter((text) => {
    const path = scimPath(text);
    if (
      path.filter === undefined ||
      touched.has(elementText(path)) ||
      !added.has(attributeText(path)) ||
      isFilled(readScimPath(body, path))
    )
      return false;
    const { attribute } = path.filter;
    const list = readScimPath(body, scimPath(attributeText(path)));
    return (
      Array.isArray(list) &&
      list.length > 0 &&
      list.every((element: unknown) => isBody(element) && attribute in element)
    );
  });
}

/**
 * Whether a whole resource, as it was read, shows that changes took effect which were only promised: nothing in it
 * contradicts them, and of what was set something is there. What a target never shows has to come with something else.
 *
 * @param keepsOurs it shows the externalIds that it was given
 * @param tellsActive it shows whether accounts are active: then only a word for inactive ends an access
 */
export function confirms(
  body: Body,
  changes: readonly WireChange[],
  { keepsOurs, tellsActive }: { readonly keepsOurs: boolean; readonly tellsActive: boolean },
): boolean {
  if (contradicts(body, changes)) return false;
  if (
    tellsActive &&
    readActive(body) !== false &&
    changes.some(({ path, value }) => path.text === 'active' && value === false)
  )
    return false;
  if (
    keepsOurs &&
    changes.some(
      ({ path, value }) => path.text === 'externalId' && value !== undefined && !isFilled(readScimPath(body, path)),
    )
  )
    return false;
  const set = changes.filter(({ path, value }) => value !== undefined && path.text !== 'externalId'); // GitLab's is the id
  return (
    set.length === 0 ||
    set.some(({ path }) => isFilled(readScimPath(body, { ...path, filter: undefined, sub: undefined })))
  );
}

/** Whether a list shows that an element is not in it: some say no types (Zitadel), or nothing but texts (WSO2). */
function lacks(list: readonly unknown[], { path, value }: WireChange): boolean {
  // Nothing but values: ours is among them, or it is not there.
  if (list.length > 0 && (path.sub ?? 'value') === 'value' && list.every((element) => typeof element === 'string'))
    return !list.some((element) => value !== undefined && isSame(value, element));
  const elements = list.filter(isBody);
  const isTold =
    elements.length === list.length &&
    elements.every((element) => path.filter !== undefined && path.filter.attribute in element);
  return isTold && !elements.some((element) => value !== undefined && isSame(value, element[path.sub ?? 'value']));
}

/** Spelling is the target's own: a telephone number without blanks, an address in lower case. */
function isSame(value: ScimValue, held: unknown): boolean {
  return (
    sameScimValue(value, held) || (typeof value === 'string' && typeof held === 'string' && core(value) === core(held))
  );
}

function isFilled(held: unknown): boolean {
  return held !== undefined && held !== null && held !== '' && !(Array.isArray(held) && held.length === 0);
}

/** A text without what servers normalise away; and without what they put before it (RFC 3966, WSO2's store). */
function core(text: string): string {
  return text
    .replace(/^(?:tel:|PRIMARY\/)/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
