/**
 * A command as src/cli/main.ts starts it, but for one thing: while the file `FAULT` exists, every operation that writes to
 * the state fails half-way with the code in it (`EIO`, `EROFS`), as on a disk that fails or was made read-only.
 *
 * usage: failing-main.ts CONFIG COMMAND [WORD]
 */
import { readFileSync } from 'node:fs';
import { nodeFiles } from '../../../src/adapters/lowdb/shared/node-files.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { failingFiles, type Fault } from '../../support/failing-files.ts';
import { commandOf } from './commands.ts';

const [config, ...args] = process.argv.slice(2);
if (config === undefined) throw new Error('which configuration?');

function faultNow(): Fault | undefined {
  try {
    const code = readFileSync(process.env['FAULT'] ?? '', 'utf8').trim();
    return { kind: 'error', moment: code === 'EROFS' ? 'before' : 'halfway', code };
  } catch {
    return undefined; // all is well
  }
}

const files = failingFiles(nodeFiles, faultNow);
process.exitCode = await commandOf(args)({ terminal: processTerminal(), config, parts: { files } });
