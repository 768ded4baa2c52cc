import type { DirectoryIdentity } from '../model/directory-identity.ts';
import { BridgeError } from '../model/errors.ts';
import { dnKey } from './dn.ts';
import { kindRules } from './kinds.ts';

/**
 * Whether ids that were linked when a directory was `pinned` mean the same people in what it is `now`.
 *
 * | differs                                   | means                                                    | result  |
 * |-------------------------------------------|----------------------------------------------------------|---------|
 * | the id attribute                          | everybody has another id                                 | refused |
 * | the kind, and with it who counts as whom  | others are read by the default filters, with another map | refused |
 * | the kind alone (openldap, generic)        | the server says less of itself, and is read alike        | same    |
 * | every objectGUID of the naming contexts   | another domain, whatever it is called                    | refused |
 * | every naming context                      | another part of a tree, or another tree                  | refused |
 * | of a file: every tree                     | the export of another directory                          | refused |
 * | some of the contexts, or what is not said | a base came or went; a file; a hidden rootDSE            | same    |
 * | the server, the URL, the file             | a replica, a new name, the same export elsewhere         | same    |
 */
export function isSameDirectory(pinned: DirectoryIdentity, now: DirectoryIdentity): boolean {
  if (!isSameName(pinned.idAttribute, now.idAttribute)) return false;
  const [before, after] = [kindRules[pinned.kind], kindRules[now.kind]];
  if (before.preset !== after.preset || before.filters !== after.filters) return false;
  return (
    meets(pinned.contextIds, now.contextIds) ??
    meets(pinned.contexts?.map(dnKey), now.contexts?.map(dnKey)) ??
    meets(pinned.trees, now.trees) ??
    true
  );
}

/** @throws BridgeError D2S_DIRECTORY_CHANGED when ids of then mean nobody, or others, in what the directory is now */
export function checkIdentity(directory: string, pinned: DirectoryIdentity | undefined, now: DirectoryIdentity): void {
  if (pinned === undefined || isSameDirectory(pinned, now)) return;
  throw new BridgeError(
    'D2S_DIRECTORY_CHANGED',
    `directory ${directory} is not what it was when its people were linked: it was ${describeIdentity(pinned)}, and looks like ${describeIdentity(now)} now; everybody would look as if they had left`,
    `correct \`urls\`, \`path\` or the access of the bind account, or set \`kind\` and \`idAttribute\`; if it really is another one now: dir2scim state repin ${directory}`,
  );
}

/** What is to be remembered from now on: never less than was known. */
export function mergeIdentity(pinned: DirectoryIdentity | undefined, now: DirectoryIdentity): DirectoryIdentity {
  if (pinned === undefined || !isSameDirectory(pinned, now)) return now;
  return {
    kind: now.kind === 'generic' ? pinned.kind : now.kind,
    idAttribute: now.idAttribute,
    contexts: now.contexts ?? pinned.contexts,
    contextIds: now.contextIds ?? pinned.contextIds,
    trees: now.trees ?? pinned.trees,
  };
}

/** In a few words, for people. */
export function describeIdentity({
  kind,
  idAttribute,
  trees = [],
  contexts = trees,
  contextIds = [],
}: DirectoryIdentity): string {
  const ids = contextIds.length === 0 ? '' : ` with the id ${contextIds.join(', ')}`;
  return `${kind} by ${idAttribute}${contexts.length === 0 ? '' : `, ${contexts.join(' and ')}`}${ids}`;
}

/** Undefined when one side says nothing. */
function meets(before: readonly string[] | undefined, after: readonly string[] | undefined): boolean | undefined {
  return before === undefined || after === undefined ? undefined : before.some((one) => after.includes(one));
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
