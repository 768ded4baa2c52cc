import { relinkedJson } from '../../bridge/json/state.ts';
import { relink as relinkEntry } from '../../bridge/state/relink.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import { isConfirmed } from '../confirm.ts';
import { withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

export interface RelinkOptions {
  readonly target?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

/** One entry is the same person or group as another one that is gone: it gets what that one has. */
export function relink(from: SourceId, to: SourceId, options: RelinkOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { target, json, yes } = options;
  const isWanted = (links: readonly Link[]) =>
    isConfirmed(`This hands over ${textOf(links)}, from entry ${from} to entry ${to}`, yes, terminal);
  return withApp(
    context,
    () => undefined,
    async (app) => {
      const links = await relinkEntry(app, { from, to, target, isWanted });
      if (links === undefined) return 0;
      if (json) printJson(terminal, relinkedJson(from, to, links));
      else terminal.print(`Handed over: ${textOf(links)}. The next cycle sends what differs.`);
      return 0;
    },
  );
}

function textOf(links: readonly Link[]): string {
  return links.map(({ target, type, targetId }) => `${type} ${targetId} on ${target}`).join(', ');
}
