import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import { profileFileSchema } from '../config/schema/profile.ts';
import { systemCode } from '../config/system-code.ts';
import type { PartialDialect } from '../core/dialect/layers.ts';
import { BridgeError } from '../core/model/errors.ts';

/**
 * What was learned as a profile file, the same for the same findings within a month.
 *
 * @param now milliseconds since 1970
 */
export function profileText(url: string, now: number, says: PartialDialect): string {
  const about = {
    title: URL.parse(url)?.host ?? url,
    sources: [url],
    date: new Date(now).toISOString().slice(0, 7),
    tested: 'lab',
  };
  const head = '# Learned by dir2scim doctor: what differs from RFC 7644.\n\n';
  const text = head + stringify({ about, ...says }, { lineWidth: 120, flowCollectionPadding: false });
  profileFileSchema.parse(parse(text)); // whoever uses it must not be the first to find that it is none
  return text;
}

/** @throws BridgeError D2S_USAGE when there is no folder to write it to */
export async function checkPlace(file: string): Promise<void> {
  try {
    await access(dirname(file));
  } catch (error) {
    throw new BridgeError(
      'D2S_USAGE',
      `the profile cannot be written to ${file} (${systemCode(error)})`,
      'name a file in a folder that exists',
    );
  }
}

/** Writes it where there is nothing, or the same. @throws BridgeError D2S_USAGE */
export async function writeProfile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EEXIST')
      throw new BridgeError(
        'D2S_USAGE',
        `the profile cannot be written to ${file} (${code})`,
        'name another file; the profile is printed above',
      );
    if ((await readFile(file, 'utf8')) === text) return;
    throw new BridgeError(
      'D2S_USAGE',
      `${file} exists and says something else`,
      'name another file, or remove it; the profile is printed above',
    );
  }
}
