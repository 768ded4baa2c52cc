import type { LogCheck } from '../../core/model/log-entry.ts';
import type { App } from '../app.ts';

/** What an inspection of the state found, that could be read. */
export interface StateCheck {
  readonly log: LogCheck;
}

/**
 * Reads the whole state, with its checksums, and compares the provisioning log with its chain. Beside a daemon, too.
 *
 * @throws BridgeError D2S_STATE_DAMAGED, D2S_STATE_NEWER, D2S_STATE_UNWRITABLE when the state itself cannot be used
 */
export async function verifyState(app: Pick<App, 'openView'>): Promise<StateCheck> {
  const view = await app.openView();
  try {
    return { log: await view.checkLog() };
  } finally {
    await view.close();
  }
}
