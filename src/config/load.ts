import { BridgeError } from '../core/model/errors.ts';
import type { Configuration } from './configuration.ts';
import { crossCheck } from './cross-check.ts';
import { explainIssue } from './explain-issue.ts';
import { readFileText } from './file-text.ts';
import { loadProfiles } from './profile.ts';
import { configurationError } from './problem.ts';
import { resolveConfiguration } from './resolve.ts';
import { configurationSchema } from './schema/configuration.ts';
import { systemCode } from './system-code.ts';
import { readYaml } from './yaml-text.ts';

/**
 * Reads the configuration file and the profiles that it names, checks all of it, and compiles its expressions. Secrets are not read.
 *
 * @throws BridgeError D2S_CONFIG_UNREADABLE, D2S_CONFIG_INVALID, or D2S_EXPRESSION_INVALID, D2S_FILTER_INVALID or
 *   D2S_CLEARTEXT_REFUSED where the file has problems of that one kind only. The message names each problem with file,
 *   line and column. What depends on several keys is only checked when each key is fine by itself.
 */
export async function loadConfiguration(path: string): Promise<Configuration> {
  return parseConfiguration(path, await readText(path));
}

/** The same, of a text that is not in its file yet. @throws BridgeError likewise */
export async function parseConfiguration(path: string, source: string): Promise<Configuration> {
  const text = readYaml(path, source);
  if (text.value === null || text.value === undefined) {
    throw new BridgeError('D2S_CONFIG_INVALID', `${path}: the file is empty`, emptyHint);
  }
  const { success, data, error } = configurationSchema.safeParse(text.value, { reportInput: true });
  if (!success)
    throw configurationError(
      text,
      error.issues.flatMap((issue) => explainIssue(issue, text, configurationSchema)),
    );
  const profiled = await loadProfiles(data, text);
  const problems = crossCheck(profiled);
  if (problems.length > 0) throw configurationError(text, problems);
  return resolveConfiguration(profiled, text);
}

const startHint = 'dir2scim init asks the directory and writes one; docs/configuration.md explains every key';
const emptyHint = startHint.replace('init', 'init --force');

async function readText(path: string): Promise<string> {
  try {
    return await readFileText(path);
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const { what, remedy } = readingSentence(error, path);
    throw new BridgeError('D2S_CONFIG_UNREADABLE', what, remedy, error);
  }
}

function readingSentence(error: unknown, path: string): { readonly what: string; readonly remedy: string } {
  const code = systemCode(error);
  switch (code) {
    case 'ENOENT':
      return {
        what: `there is no configuration file ${path}`,
        remedy: `name one with --config or DIR2SCIM_CONFIG; to start with one, ${startHint}`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        what: `the configuration file ${path} may not be read by this user`,
        remedy: 'change its owner or mode',
      };
    case 'EISDIR':
      return { what: `${path} is a folder`, remedy: 'name the file in it' };
    default:
      return {
        what: `the configuration file ${path} cannot be read (${code})`,
        remedy: 'look at the file and the disk',
      };
  }
}
