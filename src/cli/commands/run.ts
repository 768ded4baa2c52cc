import { readFile } from 'node:fs/promises';
import { createApp } from '../../app.ts';
import { serve } from '../../bridge/serve.ts';
import { loadConfiguration } from '../../config/load.ts';
import { startHealthServer } from '../../http/health-server.ts';
import { createLog } from '../../telemetry/log.ts';
import { commandLine } from '../command-line.ts';
import type { CommandContext } from '../session.ts';

/** The daemon. Exit code 0 after SIGTERM or SIGINT. */
export async function run(context: CommandContext): Promise<number> {
  const configuration = await loadConfiguration(context.config);
  const text = () => readFile(configuration.file, 'utf8');
  const configurationText = { read: await text(), now: text };
  const secrets = new Set<string>();
  const log = createLog({ ...configuration.log, secrets: () => secrets });
  const app = await createApp(configuration, { ...context.parts, onSecret: (secret) => secrets.add(secret) });
  try {
    await serve(app, {
      log,
      configurationText,
      approveCommand: (holdId) => commandLine(context)('approve', holdId),
      signals: process,
      startHttp: (health) => startHealthServer({ ...configuration.http.listen, ...health }),
    });
    return 0;
  } finally {
    await app.close();
  }
}
