import { forgetContent } from '../../core/planning/link-paths.ts';
import type { StateChange } from '../../ports/state-change.ts';

/**
 * What of the state means something in another one, which has another key: keyed digests are left out, and with them what
 * the targets acknowledged, so that the other state looks at every account once. What failed is tried again at once. The
 * provisioning log, whose chain belongs to the key, and former names stay behind.
 *
 * @returns undefined for what means nothing there
 */
export function portable(change: StateChange): StateChange | undefined {
  switch (change.kind) {
    case 'link':
      return { ...change, link: forgetContent(change.link) };
    case 'quarantine':
      return { ...change, quarantine: { ...change.quarantine, fingerprint: '' } };
    case 'target':
      return { ...change, state: { ...change.state, filledScopes: undefined, scopeHomes: undefined } };
    case 'names':
    case 'logged':
    case 'log_head':
      return undefined;
    default:
      return change;
  }
}
