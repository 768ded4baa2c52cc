/**
 * `dir2scim sync`, or another command, as src/cli/main.ts starts it, but for one thing: with `KILL_AT=12:halfway` the process
 * ends itself with SIGKILL at the 12th operation on a state file. At an ordinary end it says how many there were.
 *
 * usage: killing-main.ts CONFIG [COMMAND [WORD]]
 */
import { nodeFiles } from '../../../src/adapters/lowdb/shared/node-files.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { failingFiles, killingFilesFrom } from '../../support/failing-files.ts';
import { commandOf } from './commands.ts';

const files = killingFilesFrom(nodeFiles, process.env['KILL_AT']) ?? failingFiles(nodeFiles, () => undefined);
const terminal = processTerminal();
const [config, ...args] = process.argv.slice(2);
if (config === undefined) throw new Error('which configuration?');
process.exitCode = await commandOf(args.length === 0 ? ['sync'] : args)({ terminal, config, parts: { files } });
terminal.note(`operations: ${files.operations.length}`);
