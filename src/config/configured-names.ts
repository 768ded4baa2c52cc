import { readFileText } from './file-text.ts';
import { configName } from './schema/values.ts';
import { readYaml } from './yaml-text.ts';

/** Names that only the configuration knows. */
export interface ConfiguredNames {
  readonly targets: readonly string[];
  readonly directories: readonly string[];
}

/**
 * The names of targets and directories in a configuration file, also where the rest of it is not right, for whoever types
 * a command. None where the file cannot be read.
 */
export async function readConfiguredNames(file: string): Promise<ConfiguredNames> {
  try {
    const { value } = readYaml(file, await readFileText(file));
    return { targets: namesIn(value, 'targets'), directories: namesIn(value, 'directories') };
  } catch {
    return { targets: [], directories: [] };
  }
}

function namesIn(configuration: unknown, section: 'targets' | 'directories'): string[] {
  if (typeof configuration !== 'object' || configuration === null || !(section in configuration)) return [];
  const named: unknown = (configuration as Record<string, unknown>)[section];
  if (typeof named !== 'object' || named === null) return [];
  return Object.keys(named).filter((name) => configName.safeParse(name).success);
}
