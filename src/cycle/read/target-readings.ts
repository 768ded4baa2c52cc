import type { TargetDefinition } from '../../core/mapping/definition.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { DirectoryReadings } from './read-directories.ts';

/**
 * What the directories of a target show: all of them, or nothing. Without one of them, members and managers in it would
 * look as if they had left.
 */
export function readingsOf(
  { maps }: Pick<TargetDefinition, 'maps'>,
  { complete }: Pick<DirectoryReadings, 'complete'>,
): readonly CompleteReading[] | undefined {
  const own = [...maps.keys()].map((name) => complete.get(name));
  return own.every((reading) => reading !== undefined) ? own : undefined;
}

/** The same. @throws BridgeError why the first directory without a complete reading has none */
export function requiredReadings(
  definition: Pick<TargetDefinition, 'maps'>,
  readings: Pick<DirectoryReadings, 'complete' | 'failed'>,
): readonly CompleteReading[] {
  const own = readingsOf(definition, readings);
  if (own !== undefined) return own;
  const missing = [...definition.maps.keys()].filter((name) => !readings.complete.has(name));
  const [reason] = missing.flatMap((name) => readings.failed.get(name) ?? []);
  throw reason ?? new Error(`directory ${missing.join(', ')} was not read`);
}
