import type { ScimPath } from './scim-path.ts';

/**
 * Whether a path is the other one or a part of what it names: `emails` covers `emails[type eq "work"].value`, and
 * `emails.display` covers `emails[type eq "work"].display`. SCIM compares names without case (RFC 7643 §2.1).
 */
export function coversPath(wide: ScimPath, path: ScimPath): boolean {
  return (
    isSame(wide.schema, path.schema) &&
    isSame(wide.attribute, path.attribute) &&
    (wide.filter === undefined ||
      (isSame(wide.filter.attribute, path.filter?.attribute) && wide.filter.value === path.filter?.value)) &&
    (wide.sub === undefined || isSame(wide.sub, path.sub))
  );
}

function isSame(left: string | undefined, right: string | undefined): boolean {
  return left?.toLowerCase() === right?.toLowerCase();
}
