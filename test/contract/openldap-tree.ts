import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/core/model/errors.ts';
import { slapdSuffix } from '../support/slapd.ts';
import { toLdif, tree, type TreeDialect } from './directory-tree.ts';

export const people = `ou=People,${slapdSuffix}`;
export const groups = `ou=Groups,${slapdSuffix}`;
export const scopes = { users: { bases: [people] }, groups: { bases: [groups] } };

export const dialect: TreeDialect = {
  folders: { user: people, group: groups },
  objectClasses: { user: ['inetOrgPerson'], group: ['groupOfNames'] },
};

const folders = [people, groups].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`).join('');

/** The tree of the contract suite. */
export const treeLdif = folders + tree.map((entry) => toLdif(dialect, entry)).join('');

/** 1,200 people: three pages. */
export const manyLdif =
  folders +
  Array.from({ length: 1200 }, (_, index) =>
    toLdif(dialect, { type: 'user', name: `person ${index}`, attributes: { sn: ['x'.repeat(200)] }, members: [] }),
  ).join('');

/** For assert.rejects: an error with this code, whose message has this text. */
export const fails = (code: ErrorCode, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error);
  assert.equal(error.code, code, String(error));
  assert.match(error.message, text);
  return true;
};
