import { count } from '../core/wording/count.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';

type Opened = Extract<CycleEvent, { kind: 'state_opened' }>;

/** What a person has to know about a state that was opened, a sentence each; nothing in the ordinary case. */
export function openingLines({
  folder,
  opening: { isNew, exposed, cut, lost },
}: Opened): { readonly level: 'info' | 'warn'; readonly text: string }[] {
  const lines: { readonly level: 'info' | 'warn'; readonly text: string }[] = [];
  if (isNew) lines.push({ level: 'info', text: `new state in ${folder}: first run, nothing will be removed` });
  if (exposed === true)
    lines.push({
      level: 'warn',
      text: `every user of this host may write to ${folder}; the files in it are closed, but whoever swaps them is not seen: chmod 0700 it`,
    });
  if (cut !== undefined) {
    const what = `${count(cut.lines, 'line')} (${count(cut.bytes, 'byte')})`;
    lines.push({ level: 'warn', text: `the end of the journal in ${folder} was incomplete: ${what} removed` });
  }
  if (lost !== undefined) {
    const why =
      lost === 'restored'
        ? 'is older than the state that was here before: it was restored from a backup'
        : 'lacks records that were damaged and removed';
    lines.push({
      level: 'warn',
      text: `the state in ${folder} ${why}; what targets acknowledged since then is unknown, so every account is read once and differences are sent`,
    });
  }
  return lines;
}
