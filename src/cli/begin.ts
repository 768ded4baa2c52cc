import { CommanderError } from 'commander';
import { BridgeError, toBridgeError } from '../core/model/errors.ts';
import { stackFrames } from '../telemetry/scrub.ts';
import { endAtHangup } from './hangup.ts';
import { createProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

/*
 * Exit codes: 0 done · 1 the cycle failed, a retry may help · 2 usage or configuration · 3 held by a guard · 4 state
 * unusable · 10 `plan` found changes.
 */

/** State and temporary files are nobody else's business. */
process.umask(0o077);

const terminal = processTerminal();
let exitCode = 0;
let typed = (text: string): string => text;
const program = createProgram(
  terminal,
  (code) => {
    exitCode = code;
  },
  (how) => {
    typed = how;
  },
);
program.hook('preAction', async (_program, command) => {
  if (command.name() !== 'run') await endAtHangup();
});
try {
  refuseOldNode();
  refuseUncheckedTls();
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    exitCode = thrown.exitCode === 0 ? 0 : 2;
  } else {
    const error = toBridgeError(thrown);
    terminal.note(typed(error.line));
    if (error.code === 'D2S_INTERNAL') for (const frame of stackFrames(thrown)) terminal.note(`    ${frame}`);
    exitCode = error.exitCode;
  }
}
process.exitCode = exitCode;

/** What an older one lacks would be taken for a bug of ours. */
function refuseOldNode(): void {
  const oldest = 24;
  if (Number.parseInt(process.versions.node, 10) >= oldest) return;
  throw new BridgeError(
    'D2S_USAGE',
    `this is Node ${process.versions.node}, and dir2scim needs Node ${oldest} or newer`,
    `install Node ${oldest}, and start dir2scim with it`,
  );
}

/** Node would stop asking whether a server is who it says: whoever is on the way could read every secret, and answer for it. */
function refuseUncheckedTls(): void {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    'the environment variable NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate would be checked',
    'unset it, and name the authority of the server under tls.ca',
  );
}
