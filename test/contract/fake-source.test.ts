import { randomUUID } from 'node:crypto';
import type { ResourceType } from '../../src/core/model/entry.ts';
import { createFakeSource } from '../support/fake-source.ts';
import { directorySourceContract, type DirectoryFixture } from './directory-source.ts';
import { dnOf, tree, type TreeDialect, type TreeEntry } from './directory-tree.ts';

const dialect: TreeDialect = {
  folders: { user: 'ou=People,dc=example,dc=org', group: 'ou=Groups,dc=example,dc=org' },
  objectClasses: { user: [], group: [] },
};

directorySourceContract('The directory in memory that simulations use', () => Promise.resolve(fakeFixture()));

function fakeFixture(): DirectoryFixture {
  const source = createFakeSource('corp');
  const ids = new Map<string, string>();
  const put = (entry: TreeEntry, key: string): void => {
    const id = ids.get(key) ?? randomUUID();
    ids.set(key, id);
    const lists = Object.entries(entry.attributes).map(([name, values]) => [name.toLowerCase(), values] as const);
    const member = entry.members.map((name) =>
      dnOf(dialect, tree.find((one) => one.name === name)?.type ?? 'user', name),
    );
    const attributes = new Map([...lists, ['cn', [entry.name]] as const, ['member', member] as const]);
    source.put({ id, directory: 'corp', type: entry.type, dn: dnOf(dialect, entry.type, entry.name), attributes });
  };
  const keyOf = (type: ResourceType, name: string): string => `${type} ${name}`;
  const edit = (
    type: ResourceType,
    name: string,
    attribute: string,
    values: readonly string[],
    newName = name,
  ): Promise<void> => {
    const key = keyOf(type, name);
    const id = ids.get(key) ?? '';
    const entry = source.entry(id);
    if (entry === undefined) throw new Error(`there is no ${name}`);
    const attributes = new Map([...entry.attributes, [attribute.toLowerCase(), values] as const]);
    source.put({ ...entry, dn: dnOf(dialect, type, newName), attributes });
    ids.delete(key);
    ids.set(keyOf(type, newName), id);
    return Promise.resolve();
  };
  for (const entry of tree) put(entry, keyOf(entry.type, entry.name));
  return {
    source,
    telephones: 'telephonenumber',
    add: (entry) => {
      put(entry, keyOf(entry.type, entry.name));
      return Promise.resolve();
    },
    modify: edit,
    rename: (type, name, newName) => edit(type, name, 'cn', [newName], newName),
    remove: (type, name) => {
      const key = keyOf(type, name);
      source.remove(ids.get(key) ?? '');
      ids.delete(key);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  };
}
