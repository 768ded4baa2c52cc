import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { loadConfiguration } from '../../../src/config/load.ts';
import type { Configuration } from '../../../src/config/configuration.ts';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-config-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

export async function loadText(context: TestContext, text: string | Uint8Array): Promise<Configuration> {
  const file = join(await temporaryFolder(context), 'dir2scim.yaml');
  await writeFile(file, text);
  return loadConfiguration(file);
}

/** The error that a text leads to; the name of its folder is left out of the message. */
export async function refusal(
  context: TestContext,
  text: string | Uint8Array,
): Promise<{ code: string; message: string; remedy: string }> {
  try {
    await loadText(context, text);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return {
      code: error.code,
      message: error.message.replace(/\/\S*\/dir2scim\.yaml/g, 'dir2scim.yaml'),
      remedy: error.remedy,
    };
  }
  throw new Error('the configuration was accepted');
}

export const smallest = `directories:
  corp:
    urls: [ldaps://dc1.corp.example]
    users: { bases: ["OU=Staff,DC=corp,DC=example"] }
targets:
  wiki:
    url: https://wiki.example/scim/v2
    auth: { bearer: { env: WIKI_TOKEN } }
    removal: { leaves: deactivate }
`;

/** The smallest configuration with one line changed. The line must be there. */
export function changed(from: string, to: string): string {
  if (!smallest.includes(from)) throw new Error(`the smallest configuration does not contain ${from}`);
  return smallest.replace(from, () => to);
}

/** The smallest configuration with more lines at the end of its target. */
export function withTarget(lines: string): string {
  return `${smallest}${lines.replace(/^(?=.)/gm, '    ')}\n`;
}
