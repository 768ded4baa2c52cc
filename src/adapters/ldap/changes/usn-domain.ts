import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/** The root of the domain that a domain controller holds: the one place from where everything in it is seen. */
export function domainOf({ rootDse }: OpenDirectory): string {
  return rootDse.get('defaultnamingcontext')?.[0] ?? '';
}

/** Changes below a base that does not lie in the domain would not be seen. @throws BridgeError when there is one */
export function refuseOutside(directory: OpenDirectory): void {
  const { users, groups } = directory.options;
  const domain = dnKey(domainOf(directory));
  const outside = [...(users?.bases ?? []), ...(groups?.bases ?? [])].find((base) => !isWithin(dnKey(base), domain));
  if (outside === undefined) return;
  throw new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `the base ${outside} lies outside of the domain of this server`,
    'set `changes: full`, or read that base from a domain controller of its own domain',
  );
}
