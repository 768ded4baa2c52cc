import type { ResourceType } from '../../../core/model/entry.ts';
import type { Failure, FailureClass } from '../../../core/model/outcome.ts';
import { documentAnswer } from '../shared/bounds.ts';
import { isRefusal, toFailure, type Exchange } from '../shared/message.ts';
import { isFailure, type FoundResource, type ProbeResult } from '../../../ports/scim-target.ts';

type Find = (
  type: ResourceType,
  attribute: string,
  value: string,
  signal: AbortSignal,
) => Promise<FoundResource[] | Failure>;

/** Nobody is called so. Entra ID asks the same way before each of its cycles (learn.microsoft.com, "use SCIM to provision"). */
const nobody = 'dir2scim-is-anybody-there';
const answers: ProbeResult = { kind: 'answers' };
const silent: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'unknown', 'auth', 'protocol']);

/**
 * Looks for nobody: it touches what stores the accounts, and costs next to nothing. A refusal is an answer too. A target
 * that cannot be searched by name is asked for its ServiceProviderConfig, and may refuse that to everybody (403).
 */
export async function probeTarget(find: Find, exchange: Exchange, signal: AbortSignal): Promise<ProbeResult> {
  const found = await find('user', 'userName', nobody, signal);
  if (!isFailure(found)) return answers;
  const isAsked = found.class !== 'unsupported' || found.status !== undefined;
  if (isAsked) return silent.has(found.class) ? { kind: 'failed', failure: found } : answers;
  const document = await exchange(
    { method: 'GET', path: '/ServiceProviderConfig', subject: 'discovery', maxBytes: documentAnswer },
    signal,
  );
  if (!isRefusal(document) || document.status === 403 || document.class === 'protocol') return answers;
  return silent.has(document.class) ? { kind: 'failed', failure: toFailure(document) } : answers;
}
