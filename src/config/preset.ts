import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { MapRule } from '../core/mapping/definition.ts';
import type { ResourceType } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { DirectoryFacts } from '../ports/directory-source.ts';
import { checkRules } from './check-rules.ts';
import { explainIssue } from './explain-issue.ts';
import { mapChanges } from './map-changes.ts';
import { configurationError } from './problem.ts';
import { attributeMap } from './schema/expression.ts';
import { systemCode } from './system-code.ts';
import { readYaml } from './yaml-text.ts';

export type PresetName = DirectoryFacts['preset'];

/** The attribute map that fits a kind of directory. */
export type Preset = Readonly<Record<ResourceType, readonly MapRule[]>>;

const section = z.strictObject({ map: attributeMap });
const presetSchema = z.strictObject({ users: section, groups: section });

/** config/maps lies beside src and beside dist, and this file is one folder below either. */
const folder = new URL('../../config/maps/', import.meta.url);

/**
 * Reads a map that comes with the package.
 *
 * @throws BridgeError D2S_CONFIG_UNREADABLE, D2S_CONFIG_INVALID or D2S_EXPRESSION_INVALID when someone changed it for
 *   the worse
 */
export async function loadPreset(name: PresetName): Promise<Preset> {
  const file = fileURLToPath(new URL(`${name}.yaml`, folder));
  const source = await readFile(file, 'utf8').catch((error: unknown) => {
    const what = `the attribute map ${file}, which comes with dir2scim, cannot be read (${systemCode(error)})`;
    throw new BridgeError('D2S_CONFIG_UNREADABLE', what, 'install dir2scim again', error);
  });
  const text = readYaml(file, source);
  const { success, data, error } = presetSchema.safeParse(text.value, { reportInput: true });
  if (!success)
    throw configurationError(
      text,
      error.issues.flatMap((issue) => explainIssue(issue, text, presetSchema)),
    );
  const problems = [...checkRules(['users', 'map'], data.users.map), ...checkRules(['groups', 'map'], data.groups.map)];
  if (problems.length > 0) throw configurationError(text, problems);
  const rules = (type: 'users' | 'groups') =>
    mapChanges([type, 'map'], data[type].map, text).flatMap(({ path, rule }) =>
      rule === null ? [] : [{ path, ...rule }],
    );
  return { user: rules('users'), group: rules('groups') };
}
