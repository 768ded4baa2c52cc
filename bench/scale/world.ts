import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { company, type CompanySize } from '../directory/company.ts';

export const suffix = 'dc=bench,dc=example';

/** Writes the made-up company as an export of OpenLDAP: with ids and stamps, which are the same for the same numbers. */
export async function writeWorld(path: string, size: CompanySize): Promise<void> {
  const file = createWriteStream(path);
  let at = 0;
  for (const record of company(size, suffix)) {
    at += 1;
    const id = at.toString(16).padStart(12, '0');
    const lines = `entryUUID: 00000000-0000-4000-8000-${id}\nentryCSN: 20261101000000.${String(at % 1_000_000).padStart(6, '0')}Z#000000#000#000000\n\n`;
    if (!file.write(record.replace(/\n\n$/, `\n${lines}`))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
