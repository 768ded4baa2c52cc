import type { ResourceType } from '../../../core/model/entry.ts';
import type { Failure, FailureClass } from '../../../core/model/outcome.ts';
import { isFailure, type FoundResource } from '../../../ports/scim-target.ts';

type Find = (type: ResourceType, attribute: string, value: string, signal: AbortSignal) => Promise<FoundResource[] | Failure>;

/** Nobody is called so. Entra ID asks the same way before each of its cycles (learn.microsoft.com, "use SCIM to provision"). */
const nobody = 'dir2scim-is-anybody-there';
const silent: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'unknown', 'auth', 'protocol']);

/** Looks for nobody: it touches what stores the accounts, and costs next to nothing. A refusal is an answer too. */
export async function probeTarget(find: Find, signal: AbortSignal): Promise<Failure | undefined> {
  const found = await find('user', 'userName', nobody, signal);
  return isFailure(found) && silent.has(found.class) ? found : undefined;
}
