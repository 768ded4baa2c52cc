import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompanySize } from '../directory/company.ts';
import { openStage } from './stage.ts';
import { writeWorld } from './world.ts';

/**
 * A company as LDIF with a state in which it was loaded completely, made once for each size and kept in the folder for
 * temporary files.
 */
export async function openCachedWorld(
  size: CompanySize,
): Promise<{ readonly folder: string; readonly config: string }> {
  const folder = join(tmpdir(), `dir2scim-scale-${size.users}-${size.groups}`);
  const config = join(folder, 'dir2scim.yaml');
  const isThere = await access(join(folder, 'whole')).then(
    () => true,
    () => false,
  );
  if (isThere) return { folder, config };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeWorld(join(folder, 'world.ldif'), size);
  const stage = await openStage(folder, 1, (own) => own);
  await stage.cycle();
  await stage.cycle();
  await stage.close();
  await writeFile(join(folder, 'whole'), '');
  return { folder, config };
}
