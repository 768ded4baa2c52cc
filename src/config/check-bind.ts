import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { DirectorySection } from './schema/configuration.ts';

/** What is wrong with who reads a directory: a DN with its password, or a certificate. */
export function checkBind(path: ConfigPath, { bind, tls, urls, startTls }: DirectorySection): Problem[] {
  if (bind === undefined) return [];
  const at = [...path, 'bind'];
  if (!bind.external) {
    return (['dn', 'password'] as const)
      .filter((key) => bind[key] === undefined)
      .map((key): Problem => ({
        path: [...at, key],
        at: 'key',
        what: 'this is missing',
        fix: 'name dn and password, or write external: true for a certificate',
      }));
  }
  const problems = (['dn', 'password'] as const)
    .filter((key) => bind[key] !== undefined)
    .map((key): Problem => ({
      path: [...at, key],
      at: 'key',
      what: `${key} has no meaning beside external: true, where the certificate says who reads`,
      fix: 'leave it out',
    }));
  if (tls.cert === undefined && tls.key === undefined) {
    problems.push({
      path: [...at, 'external'],
      at: 'key',
      what: 'there is no certificate by which the server could know who reads',
      fix: 'name the files under tls.cert and tls.key of this directory',
    });
  }
  const plain = (urls ?? []).findIndex((url) => URL.parse(url)?.protocol === 'ldap:');
  if (plain >= 0 && !startTls) {
    problems.push({
      path: [...path, 'urls', plain],
      at: 'value',
      what: 'a certificate is shown over TLS only, and this address is ldap:// without StartTLS',
      fix: 'use ldaps://, or startTls: true',
    });
  }
  return problems;
}
