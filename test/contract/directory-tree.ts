import type { ResourceType } from '../../src/core/model/entry.ts';

/** A person or group of the tree that every directory in the contract suite starts with. */
export interface TreeEntry {
  readonly type: ResourceType;
  /** The value of the naming attribute `cn`, unescaped; unique in the tree. */
  readonly name: string;
  /** Attribute name, in the spelling of RFC 4519 and RFC 2798 → its values. Without `cn`, `objectClass`, `member`. */
  readonly attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>>;
  /** Groups only: names of their members. */
  readonly members: readonly string[];
}

/** Starts like a JPEG file and is not valid UTF-8. */
export const photo = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0xc3, 0x28]);

const person = (name: string, attributes: TreeEntry['attributes']): TreeEntry => ({
  type: 'user',
  name,
  attributes,
  members: [],
});

/**
 * Five people and three groups: a plain one, names outside of ASCII, names that a DN must escape, several values, a
 * binary value, a group in a group, and someone about whom hardly anything is known.
 */
export const tree: readonly TreeEntry[] = [
  person('Anna Berg', {
    sn: ['Berg'],
    givenName: ['Anna'],
    displayName: ['Anna Berg'],
    mail: ['anna.berg@example.org'],
    telephoneNumber: ['+49 30 1', '+49 30 2', '+49 30 3'],
    title: ['Engineer'],
  }),
  person('José Müller 太郎', {
    sn: ['Müller'],
    givenName: ['José'],
    displayName: ['José Müller 太郎'],
    mail: ['jose@example.org'],
  }),
  person('Smith, Jr. "Bob" + <Co>; \\o/', {
    sn: ['Smith, Jr.'],
    displayName: ['Smith, Jr.'],
    mail: ['bob@example.org'],
  }),
  person('Photo Graph', {
    sn: ['Graph'],
    displayName: ['Photo Graph'],
    jpegPhoto: [photo],
    mail: ['photo@example.org'],
  }),
  person('Nobody', { sn: ['Nobody'] }),
  {
    type: 'group',
    name: 'staff',
    attributes: { description: ['Everybody — tous'] },
    members: ['Anna Berg', 'José Müller 太郎'],
  },
  {
    type: 'group',
    name: 'R&D, Berlin',
    attributes: { description: ['Research'] },
    members: ['Smith, Jr. "Bob" + <Co>; \\o/'],
  },
  { type: 'group', name: 'all', attributes: {}, members: ['staff', 'Photo Graph'] },
];

/** How a kind of directory spells the tree. */
export interface TreeDialect {
  /** Where people go, and where groups go; both exist. */
  readonly folders: Readonly<Record<ResourceType, string>>;
  readonly objectClasses: Readonly<Record<ResourceType, readonly string[]>>;
  /** Attributes that every new person needs here besides. */
  readonly required?: (entry: TreeEntry) => TreeEntry['attributes'];
  /** Names of attributes that are called differently here. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** RFC 4514 §2.4. */
export function escapeRdn(value: string): string {
  return value
    .replace(/[\\",+<>;=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

export function dnOf(dialect: TreeDialect, type: ResourceType, name: string): string {
  return `cn=${escapeRdn(name)},${dialect.folders[type]}`;
}

/** An entry as LDIF (RFC 2849), every value in base64 so that nothing needs care. */
export function toLdif(dialect: TreeDialect, entry: TreeEntry, all: readonly TreeEntry[] = tree): string {
  const line = (name: string, value: string | Uint8Array): string =>
    `${name}:: ${Buffer.from(value).toString('base64')}`;
  const lines = [
    line('dn', dnOf(dialect, entry.type, entry.name)),
    ...dialect.objectClasses[entry.type].map((value) => line('objectClass', value)),
    line('cn', entry.name),
  ];
  for (const [name, values] of Object.entries({ ...entry.attributes, ...dialect.required?.(entry) })) {
    lines.push(...values.map((value) => line(dialect.renamed?.[name] ?? name, value)));
  }
  for (const member of entry.members) {
    const type = all.find((other) => other.name === member)?.type ?? 'user';
    lines.push(line('member', dnOf(dialect, type, member)));
  }
  return `${lines.join('\n')}\n\n`;
}
