import { parseFilter } from '../core/directory/filter.ts';
import { checkMatchable } from '../core/directory/match-filter.ts';
import { BridgeError } from '../core/model/errors.ts';
import { checkIdentity, checkOnlyCa } from './check-access.ts';
import { checkBind } from './check-bind.ts';
import { isLoopback } from './cleartext.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { DirectorySection } from './schema/configuration.ts';

/** What is wrong between the keys of one directory. */
export function checkDirectory(path: ConfigPath, directory: DirectorySection): Problem[] {
  return readsFile(directory) ? checkLdif(path, directory) : checkServer(path, directory);
}

/** A file is read in place of a server: `kind: ldif`, or a `path` with the kind of server that the file comes from. */
export function readsFile({ kind, path }: Pick<DirectorySection, 'kind' | 'path'>): boolean {
  return kind === 'ldif' || (path !== undefined && kind !== 'auto');
}

function checkLdif(path: ConfigPath, directory: DirectorySection): Problem[] {
  const useless = {
    urls: directory.urls !== undefined,
    discover: directory.discover !== undefined,
    bind: directory.bind !== undefined,
    startTls: directory.startTls,
    tls: directory.tls.onlyCa || (['ca', 'cert', 'key', 'serverName'] as const).some((key) => key in directory.tls),
    allowCleartext: directory.allowCleartext,
    referrals: directory.referrals.follow.length > 0,
    changes: !['auto', 'full'].includes(directory.changes),
  };
  const problems = Object.entries(useless)
    .filter(([, given]) => given)
    .map(([key]): Problem => ({
      path: [...path, key],
      at: 'key',
      what: `${key} has no meaning for ${directory.kind === 'ldif' ? 'kind: ldif' : 'a directory with a path'}, which reads a file`,
      fix: 'leave it out',
    }));
  if (directory.path === undefined) {
    problems.push({
      path: [...path, 'path'],
      at: 'key',
      what: 'this is missing',
      fix: 'name the LDIF file, relative to this file',
    });
  }
  return [
    ...problems,
    ...(['users', 'groups'] as const).flatMap((type) =>
      checkLdifFilter([...path, type, 'filter'], directory[type]?.filter),
    ),
  ];
}

/** A server knows its matching rules; for a file we know them, and only some. */
function checkLdifFilter(path: ConfigPath, text: string | undefined): Problem[] {
  if (text === undefined) return [];
  try {
    checkMatchable(parseFilter(text));
    return [];
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return [{ path, at: 'value', code: error.code, what: error.message, fix: error.remedy }];
  }
}

function checkServer(path: ConfigPath, directory: DirectorySection): Problem[] {
  const problems: Problem[] = [
    ...checkOnlyCa([...path, 'tls'], directory.tls),
    ...checkIdentity([...path, 'tls'], directory.tls),
    ...checkBind(path, directory),
    ...checkReferrals(path, directory),
    ...checkBases(path, directory),
  ];
  if (directory.path !== undefined) {
    problems.push({
      path: [...path, 'path'],
      at: 'key',
      what: 'path has no meaning without kind: ldif',
      fix: 'add kind: ldif, or the kind of server that the file was exported from, or leave path out',
    });
  }
  return [...problems, ...checkServers(path, directory)];
}

/** Where to look, for what is read from a server. */
function checkBases(path: ConfigPath, directory: DirectorySection): Problem[] {
  const problems: Problem[] = [];
  if (directory.users === undefined && directory.groups === undefined) {
    problems.push({
      path,
      at: 'key',
      what: 'there are neither users nor groups; nothing would be read',
      fix: 'add users: { bases: ["DN"] }',
    });
  }
  for (const type of ['users', 'groups'] as const) {
    if (directory[type] === undefined || directory[type].bases !== undefined) continue;
    problems.push({
      path: [...path, type, 'bases'],
      at: 'key',
      what: 'this is missing',
      fix: 'say where they are, like bases: ["OU=Staff,DC=corp,DC=example"]',
    });
  }
  return problems;
}

/** Which servers are asked: named, or looked up in DNS. */
function checkServers(path: ConfigPath, directory: DirectorySection): Problem[] {
  const problems: Problem[] = [];
  if (directory.discover !== undefined) {
    if (directory.urls === undefined) return [];
    const what = 'urls and discover both say which servers are asked';
    return [{ path: [...path, 'discover'], at: 'key', what, fix: 'leave out one of them' }];
  }
  if (directory.urls === undefined) {
    const fix = 'name the servers, like urls: [ldaps://dc1.corp.example], or their domain, like discover: corp.example';
    return [{ path: [...path, 'urls'], at: 'key', what: 'this is missing', fix }];
  }
  const hasPlain = directory.urls.some((url) => URL.parse(url)?.protocol === 'ldap:');
  if (directory.startTls && !hasPlain) {
    problems.push({
      path: [...path, 'startTls'],
      at: 'key',
      what: 'StartTLS upgrades ldap://, and no URL begins with that',
      fix: 'leave startTls out: ldaps:// is TLS from the start',
    });
  }
  return [...problems, ...directory.urls.flatMap((url, index) => checkUrl([...path, 'urls', index], url, directory))];
}

function checkReferrals(path: ConfigPath, { referrals: { follow }, changes }: DirectorySection): Problem[] {
  const problems = follow.flatMap((text, index): Problem[] => {
    const url = URL.parse(`ldap://${text}`);
    if (url !== null && url.host.toLowerCase() === text.toLowerCase() && url.hostname !== '') return [];
    return [
      {
        path: [...path, 'referrals', 'follow', index],
        at: 'value',
        what: `${JSON.stringify(text)} is neither a host nor host:port`,
        fix: 'write it like dc1.sales.corp.example or ldap.example.org:389',
      },
    ];
  });
  if (follow.length > 0 && !['auto', 'full'].includes(changes)) {
    problems.push({
      path: [...path, 'changes'],
      at: 'value',
      what: `${changes} cannot tell what changes on the servers that references are followed to`,
      fix: 'leave changes out, or follow no references',
    });
  }
  return problems;
}

function checkUrl(path: ConfigPath, text: string, directory: DirectorySection): Problem[] {
  const url = URL.parse(text);
  const say = (what: string, fix: string): Problem[] => [{ path, at: 'value', what, fix }];
  // The text is not repeated where it may contain a login.
  if (url !== null && (url.username !== '' || url.password !== ''))
    return say('the URL contains a login', 'put it under bind');
  if (url === null || !['ldap:', 'ldaps:'].includes(url.protocol) || url.hostname === '') {
    return say('this is not an LDAP address', 'write it like ldaps://dc1.corp.example or ldap://host:389');
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return say('the URL has more than a host and a port', 'put DNs under users.bases and groups.bases');
  }
  const isOpen = url.protocol === 'ldap:' && !directory.startTls && !directory.allowCleartext && !isLoopback(url);
  if (directory.bind === undefined || directory.bind.external || !isOpen) return [];
  return [
    {
      path,
      at: 'value',
      code: 'D2S_CLEARTEXT_REFUSED',
      what: `the password would travel to ${url.hostname} in clear text`,
      fix: 'use ldaps://, or startTls: true; allowCleartext: true in this directory allows it, and lets anyone on the way read the password',
    },
  ];
}
