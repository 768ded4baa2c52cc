import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLdifSource } from '../../src/adapters/ldif/source.ts';
import type { ResourceType } from '../../src/core/model/entry.ts';
import type { DirectoryFixture } from './directory-source.ts';
import { toLdif, tree, type TreeDialect, type TreeEntry } from './directory-tree.ts';

const suffix = 'dc=example,dc=org';
const dialect: TreeDialect = {
  folders: { user: `ou=People,${suffix}`, group: `ou=Groups,${suffix}` },
  objectClasses: { user: ['inetOrgPerson'], group: ['groupOfNames'] },
};
const folders = Object.values(dialect.folders)
  .map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`)
  .join('');

/** Replaces the content of a file: by a new file under its name, or by writing into it. */
export type Rewrite = (path: string, text: string) => Promise<void>;

export const atomically: Rewrite = async (path, text) => {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
};
export const inPlace: Rewrite = (path, text) => writeFile(path, text);

/** A fixture over a file that is written anew for each change. */
export async function ldifFixture(rewrite: Rewrite): Promise<DirectoryFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
  const path = join(folder, 'people.ldif');
  let entries = tree.map((entry) => ({ id: randomUUID(), entry }));
  const write = (): Promise<void> => {
    const all = entries.map(({ entry }) => entry);
    const records = entries.map(({ id, entry }) => toLdif(dialect, entry, all).replace('\n', `\nentryUUID: ${id}\n`));
    return rewrite(path, `version: 1\n\n${folders}${records.join('')}`);
  };
  const change = (type: ResourceType, name: string, to: (entry: TreeEntry) => TreeEntry): void => {
    entries = entries.map((one) =>
      one.entry.type === type && one.entry.name === name ? { ...one, entry: to(one.entry) } : one,
    );
  };
  await write();
  return {
    source: createLdifSource({ name: 'corp', path, settleMilliseconds: 20 }),
    telephones: 'telephonenumber',
    add: (entry) => {
      entries.push({ id: randomUUID(), entry });
      return write();
    },
    modify: (type, name, attribute, values) => {
      change(type, name, (entry) => ({ ...entry, attributes: { ...entry.attributes, [attribute]: values } }));
      return write();
    },
    rename: (type, name, newName) => {
      change(type, name, (entry) => ({ ...entry, name: newName }));
      return write();
    },
    remove: (type, name) => {
      entries = entries.filter(({ entry }) => entry.type !== type || entry.name !== name);
      return write();
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}
