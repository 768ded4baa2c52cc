import { createHash } from 'node:crypto';
import type { ReadRequest } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/** What decides who is read and what of them: what was read under another hash is no base for a delta. */
export function hashScope(
  { kind, idAttribute, options }: OpenDirectory,
  attributes: ReadRequest['attributes'],
): string {
  const { users, groups, bind } = options;
  const scope = {
    kind,
    idAttribute,
    bind: bind !== undefined && 'dn' in bind ? bind.dn : bind,
    users,
    groups,
    user: [...attributes.user].sort(),
    group: [...attributes.group].sort(),
  };
  return createHash('sha256').update(JSON.stringify(scope)).digest('hex');
}
