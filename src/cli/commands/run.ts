import { readFile } from 'node:fs/promises';
import { createApp } from '../../app.ts';
import { serve } from '../../bridge/serve.ts';
import { loadConfiguration } from '../../config/load.ts';
import { startHealthServer } from '../../http/health-server.ts';
import { createLog } from '../../telemetry/log.ts';
import { typedHere } from '../command-line.ts';
import { hasHungUp } from '../hangup.ts';
import type { CommandContext } from '../session.ts';

/** The daemon. Exit code 0 after SIGTERM or SIGINT. */
export async function run(context: CommandContext): Promise<number> {
  const { file, log: logging, http } = await loadConfiguration(context.config);
  const secrets = new Set<string>();
  const typed = typedHere(context);
  const log = createLog({ ...logging, secrets: () => secrets, typed });
  await serve({
    log,
    configurationText: () => readFile(file, 'utf8'),
    open: async () =>
      createApp(await loadConfiguration(context.config), {
        ...context.parts,
        onSecret: (secret) => secrets.add(secret),
      }),
    typed,
    signals: process,
    hasHungUp,
    isHangupEnd: process.platform === 'win32',
    startHttp: (health) => startHealthServer({ ...http.listen, ...health }),
  });
  return 0;
}
