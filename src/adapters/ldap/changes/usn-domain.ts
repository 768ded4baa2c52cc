import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import type { OpenDirectory } from '../open-directory.ts';

/** The root of the domain that a domain controller holds: the one place from where everything in it is seen. */
export function domainOf({ rootDse }: OpenDirectory): string {
  return rootDse.get('defaultnamingcontext')?.[0] ?? '';
}

/** A configured base that does not lie in the domain, if there is one. Its changes would not be seen. */
export function findOutside(directory: OpenDirectory): string | undefined {
  const { users, groups } = directory.options;
  const domain = dnKey(domainOf(directory));
  return [...(users?.bases ?? []), ...(groups?.bases ?? [])].find((base) => !isWithin(dnKey(base), domain));
}
