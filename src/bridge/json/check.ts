import type { CheckAnswer, DirectoryCheck } from '../check.ts';
import type { TargetCheck } from '../check-target.ts';
import { errorJson } from './error.ts';

/** What was found out without writing, for scripts. */
export function checkJson({ config, directories, targets }: CheckAnswer): unknown {
  return { config, directories: directories.map(plain), targets: targets.map(plain) };
}

function plain({ error, ...rest }: DirectoryCheck | TargetCheck): unknown {
  return error === undefined ? rest : { ...rest, error: errorJson(error) };
}
