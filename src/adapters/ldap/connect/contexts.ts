import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import type { OpenDirectory } from './open-directory.ts';

/** The naming contexts of the server in which the bases lie. None where it does not say. */
export function contextsWithBases({ rootDse, options }: Pick<OpenDirectory, 'rootDse' | 'options'>): readonly string[] {
  const contexts = rootDse.get('namingcontexts') ?? [];
  return contexts.filter((context) => basesOf(options).some((base) => isWithin(dnKey(base), dnKey(context))));
}

function basesOf({ users, groups }: OpenDirectory['options']): string[] {
  return [...(users?.bases ?? []), ...(groups?.bases ?? [])];
}
