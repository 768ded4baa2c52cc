import { open, rename, rm } from 'node:fs/promises';
import { exportedJson, importedJson } from '../../bridge/json/state.ts';
import { exportState, type Exported } from '../../bridge/state/export.ts';
import { importState, type Imported } from '../../bridge/state/import.ts';
import type { Replaced } from '../../bridge/state/replace.ts';
import { systemCode } from '../../config/system-code.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { commandLine } from '../command-line.ts';
import { progressObserver } from '../progress.ts';
import { asideText, confirmReplacement } from '../replaced-state.ts';
import { withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';
import { placeRemedy } from '../whole-file.ts';
import type { StateOptions } from './state.ts';

/** The state as a file that another installation can take in. */
export function stateExport(
  file: string,
  { json }: Pick<StateOptions, 'json'>,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), async (app) => {
    const exported = await writeLines(file, exportState(app));
    if (json) printJson(terminal, exportedJson(file, exported));
    else
      terminal.print(
        `${file}: ${count(exported.links, 'link')}, without secrets and values; another state takes it in by: ${commandLine(context)('state', 'import', file)}`,
      );
    return 0;
  });
}

/** An export becomes the state. */
export function stateImport(file: string, { json, yes }: StateOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), async (app) => {
    const imported = await importState(app, readLines(file), confirmReplacement(app, yes, terminal));
    if (imported === undefined) return 0;
    if (json) printJson(terminal, importedJson(imported));
    else terminal.print(importedText(imported));
    return 0;
  });
}

function importedText({ made, aside }: Replaced<Imported>): string {
  const links = inWords([...made].map(([target, own]) => `${count(own, 'link')} of ${target}`));
  return `Taken in: ${links === '' ? 'no links' : links}. The next cycle looks at every account once, and sends what differs.${asideText(aside)}`;
}

/** So much text is written at once. */
const sliceLength = 1 << 18;

/** Whole or not at all, and for nobody else's eyes. @throws BridgeError D2S_USAGE when it cannot be written */
async function writeLines(path: string, lines: AsyncGenerator<string, Exported>): Promise<Exported> {
  const temporary = `${path}.tmp`;
  try {
    await rm(temporary, { force: true });
    const exported = await writeAll(temporary, lines);
    await rename(temporary, path);
    return exported;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof BridgeError ? error : unusableFile(`the export cannot be written to ${path}`, error);
  }
}

async function writeAll(path: string, lines: AsyncGenerator<string, Exported>): Promise<Exported> {
  await using handle = await open(path, 'wx', 0o600);
  let text = '';
  for (;;) {
    const next = await lines.next();
    if (next.done !== true) text += next.value;
    if (next.done === true || text.length >= sliceLength) {
      await handle.appendFile(text);
      text = '';
    }
    if (next.done !== true) continue;
    await handle.sync();
    return next.value;
  }
}

async function* readLines(path: string): AsyncGenerator<string> {
  const unreadable = (error: unknown): BridgeError => unusableFile(`${path} cannot be read`, error);
  const handle = await open(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    if (!(await handle.stat()).isFile()) throw unreadable(undefined);
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}

function unusableFile(what: string, error: unknown): BridgeError {
  return new BridgeError(
    'D2S_USAGE',
    `${what} (${systemCode(error)})`,
    placeRemedy(error, 'name a file in a folder that exists'),
  );
}
