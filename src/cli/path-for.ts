import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** A path as the configuration says it: relative to the folder of its file, unless it was given whole. */
export function pathFor(configuration: string, path: string): string {
  return isAbsolute(path) ? path : relative(dirname(resolve(configuration)), resolve(path)).replaceAll('\\', '/');
}
