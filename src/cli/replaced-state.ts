import type { App } from '../bridge/app.ts';
import type { StateThere } from '../bridge/state/replace.ts';
import { count } from '../core/wording/count.ts';
import { isConfirmed } from './confirm.ts';
import type { Terminal } from './terminal.ts';

/** Asks, before another state takes the place of the one there is, with what of that would be lost from sight. */
export function confirmReplacement(
  { configuration }: Pick<App, 'configuration'>,
  yes: boolean,
  terminal: Terminal,
): (there: StateThere) => Promise<boolean> {
  return (there) =>
    isConfirmed(`This takes the place of the state in ${configuration.state.path}, ${thereText(there)}`, yes, terminal);
}

function thereText({ links, fault }: StateThere): string {
  return links === undefined
    ? `which cannot be used (${fault?.code ?? 'no state'}) and is kept aside`
    : `which has ${count(links, 'link')}: what was acknowledged, held and decided there counts no longer, and is kept aside`;
}

/** Where the state is that there was. */
export function asideText(aside: string | undefined): string {
  return aside === undefined ? '' : ` The state that was here is in ${aside}.`;
}
