import { get } from 'node:http';
import { arch, platform } from 'node:process';
import { redactConfiguration } from '../../bridge/support/redact-configuration.ts';
import { supportState } from '../../bridge/support/support-bundle.ts';
import type { ListenAddress } from '../../config/configuration.ts';
import { shippedProfiles } from '../../config/profile.ts';
import { readFileText } from '../../config/file-text.ts';
import { systemCode } from '../../config/system-code.ts';
import { readYaml } from '../../config/yaml-text.ts';
import { BridgeError, toBridgeError } from '../../core/model/errors.ts';
import { visibleJson } from '../../core/wording/foreign.ts';
import { scrubLine } from '../../telemetry/scrub.ts';
import { version } from '../../version.ts';
import { writeWholeFile } from '../whole-file.ts';
import { interruptibleReading, withApp, type CommandContext } from '../session.ts';

export interface SupportBundleOptions {
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
}

/**
 * Writes what somebody who helps has to know: no person, nobody's id, no secret. What cannot be had is left out, and its
 * error's code stands in its place, so that there is something to send when nothing else works.
 */
export async function supportBundle(
  { out, force, json }: SupportBundleOptions,
  context: CommandContext,
): Promise<number> {
  const { print, note } = context.terminal;
  const secrets = new Set<string>();
  const bundle = {
    versions: { dir2scim: version, node: process.versions.node, platform, arch },
    configuration: await redactedConfiguration(context.config),
    ...(await fromApp(context, secrets)),
  };
  const text = scrubLine(visibleJson(JSON.stringify(bundle, null, 2)), secrets);
  if (json) {
    print(text);
    return 0;
  }
  const remedy = 'name another file with --out';
  await writeWholeFile(out, `${text}\n`, { what: 'the bundle', replaces: force, mode: 0o600, remedy }).catch(
    (error: unknown) => {
      if (!(error instanceof BridgeError) || systemCode(error.cause) !== 'EEXIST') throw error;
      throw new BridgeError(
        'D2S_USAGE',
        `there is a file ${out} already`,
        'name another one with --out, or add --force',
      );
    },
  );
  note(
    `Written to ${out}: no person and no secret is in it, but names of hosts, targets and directories are. Look at it before you send it.`,
  );
  return 0;
}

async function redactedConfiguration(file: string): Promise<unknown> {
  try {
    const { value } = readYaml(file, await readFileText(file));
    return redactConfiguration(value, new Set(await shippedProfiles()));
  } catch (error) {
    return { error: error instanceof BridgeError ? error.code : systemCode(error) };
  }
}

/** What only a configuration that is valid leads to. */
async function fromApp(context: CommandContext, secrets: Set<string>): Promise<Readonly<Record<string, unknown>>> {
  const parts = { ...context.parts, onSecret: (secret: string) => void secrets.add(secret) };
  try {
    return await withApp(
      { ...context, parts },
      () => undefined,
      (app) =>
        interruptibleReading(app, async (signal) => {
          // Whatever of them can be had is looked for in the text; that one is missing is said by its code.
          const secretsError = await app.checkSecrets().then(() => undefined, codeOf);
          const state = await supportState(app, signal).catch((error: unknown) => ({ stateError: codeOf(error) }));
          const metrics = await readMetrics(app.configuration.http.listen);
          return { made: new Date(app.clock.now()).toISOString(), secretsError, ...state, metrics };
        }),
    );
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'D2S_INTERRUPTED') throw error;
    return { error: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  return toBridgeError(error).code;
}

/** Names of metrics that are ours, or Node's; whatever else listens there is nobody's business. */
const ours = /^(?:dir2scim|process|nodejs)_\w+(?:\{|\s)/;
const mostBytes = 4 * 1024 * 1024;

/** The metrics of the daemon that runs here; undefined where none answers within two seconds. */
async function readMetrics({ host, port }: ListenAddress): Promise<readonly string[] | undefined> {
  if (port === 0) return undefined;
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new Promise((resolve) => {
    const none = (): void => resolve(undefined);
    const request = get({ host: address, port, path: '/metrics', signal: AbortSignal.timeout(2_000) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > mostBytes) request.destroy();
      });
      response.on('error', none);
      response.on('close', none);
      response.on('end', () => resolve(text.split('\n').filter((line) => ours.test(line))));
    });
    request.on('error', none);
  });
}
