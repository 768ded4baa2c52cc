import { BridgeError } from '../core/model/errors.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import type { TargetSetup } from './shared/target-setup.ts';

/**
 * Names the service behind a base URL, however that is spelled (RFC 3986 §6.2): case of the host, default port, slash at
 * the end. `https` in place of `http` on their usual ports is the same service with better manners. Another host,
 * another port or another path is another service, or another tenant of it: SCIM has nothing by which a service says
 * who it is (RFC 7643 §5).
 */
export function endpointOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '').replace(/%[0-9a-f]{2}/gi, (escaped) => escaped.toUpperCase());
  return `${hostname.replace(/\.$/, '')}${port === '' ? '' : `:${port}`}${path}`;
}

type Bound = Pick<TargetSetup, 'target' | 'configured' | 'url'>;

/**
 * What the state says of a target is what the service at its URL acknowledged. At another URL, those whom the state
 * takes for active may not even exist.
 *
 * @throws BridgeError D2S_TARGET_CHANGED when the URL leads elsewhere than when its people were linked
 */
export async function checkBinding({ target, configured, url }: Bound, store: StateView): Promise<void> {
  const before = await store.boundTo(target.name);
  if (!(await hasContent(target.name, store))) return refuseNamesake(target.name, configured, endpointOf(url), store);
  if (before === undefined || before === endpointOf(url)) return;
  throw new BridgeError(
    'D2S_TARGET_CHANGED',
    `target ${target.name} was at ${before} when its people were linked, and its url says ${endpointOf(url)} now`,
    `if the service moved and has the same accounts: dir2scim state rebind ${target.name}; if it is another one: dir2scim state reset ${target.name} (matches and adopts anew, and removes nothing); otherwise correct url`,
  );
}

/** Checks it, and notes where the target is before anything is sent there. */
export async function bindTarget(setup: Bound, store: StateStore): Promise<void> {
  await checkBinding(setup, store);
  const endpoint = endpointOf(setup.url);
  if ((await store.boundTo(setup.target.name)) !== endpoint)
    await store.record([{ kind: 'bound', target: setup.target.name, endpoint }]);
}

/** A target that is new under its name, at a place that the state knows by a name that is not in the configuration any more. */
async function refuseNamesake(
  name: string,
  configured: readonly string[] | undefined,
  endpoint: string,
  store: StateView,
): Promise<void> {
  if (configured === undefined) return;
  const orphanedTargets = new Set(
    (await store.linkTotals()).map((total) => total.target).filter((target) => !configured.includes(target)),
  );
  for (const orphaned of orphanedTargets) {
    if ((await store.boundTo(orphaned)) !== endpoint) continue;
    throw new BridgeError(
      'D2S_TARGET_CHANGED',
      `target ${name} is new, and its url leads to the service that the state knows as target ${orphaned}, which the configuration does not name any more`,
      `if it has another name now: dir2scim state rename ${orphaned} ${name}; if what is known about it is to be forgotten: dir2scim state reset ${orphaned}`,
    );
  }
}

/** Whether the state knows anything that another service would not. */
async function hasContent(target: string, store: StateView): Promise<boolean> {
  return (
    (await store.linkTotals()).some((total) => total.target === target) || (await store.openIntents(target)).length > 0
  );
}
