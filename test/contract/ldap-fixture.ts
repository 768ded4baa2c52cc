import { createSecureContext } from 'node:tls';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import type { DirectoryFixture } from './directory-source.ts';
import { dnOf, escapeRdn, toLdif, type TreeDialect } from './directory-tree.ts';

/** What the fixture needs of a server that it did not start itself. */
export interface ChangeableServer {
  change(ldif: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Options that a test adds to, for a server without TLS on loopback. */
export function ldapOptions(
  url: string,
  bind: { readonly dn: string; readonly password: string },
  rest: Partial<LdapSourceOptions> = {},
): LdapSourceOptions {
  return {
    name: 'corp',
    urls: [url],
    startTls: false,
    tls: {},
    bind: { dn: bind.dn, password: () => Promise.resolve(bind.password) },
    kind: 'auto',
    timeouts: { connectMilliseconds: 5_000, idleMilliseconds: 10_000 },
    ...rest,
  };
}

/** Trusts the authorities of these PEM texts, and nobody else. */
export function trusting(...authorities: readonly (string | undefined)[]): LdapSourceOptions['tls'] {
  const ca = authorities.filter((text) => text !== undefined);
  return { context: () => Promise.resolve(createSecureContext({ ca })) };
}

/** A fixture over a real LDAP server that holds the tree already. */
export function ldapFixture(
  server: ChangeableServer,
  dialect: TreeDialect,
  options: LdapSourceOptions,
): DirectoryFixture {
  const spell = (attribute: string): string => dialect.renamed?.[attribute] ?? attribute;
  const record = (dn: string, ...lines: string[]): string =>
    `dn:: ${Buffer.from(dn).toString('base64')}\n${lines.join('\n')}\n`;
  return {
    source: createLdapSource(options),
    telephones: spell('telephoneNumber').toLowerCase(),
    add: (entry) => server.change(toLdif(dialect, entry).replace('\n', '\nchangetype: add\n')),
    modify: (type, name, attribute, values) =>
      server.change(
        record(
          dnOf(dialect, type, name),
          'changetype: modify',
          `replace: ${spell(attribute)}`,
          ...values.map((value) => `${spell(attribute)}:: ${Buffer.from(value).toString('base64')}`),
        ),
      ),
    rename: (type, name, newName) =>
      server.change(
        record(
          dnOf(dialect, type, name),
          'changetype: modrdn',
          `newrdn:: ${Buffer.from(`cn=${escapeRdn(newName)}`).toString('base64')}`,
          'deleteoldrdn: 1',
        ),
      ),
    remove: (type, name) => server.change(record(dnOf(dialect, type, name), 'changetype: delete')),
    dispose: () => server.dispose(),
  };
}
