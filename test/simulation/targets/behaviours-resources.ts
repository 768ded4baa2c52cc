import type { Behaviour } from '../../support/scim-server/index.ts';
import type { Case, SectionCases } from './case.ts';

const usersPut: Case = { with: { users: { patch: 405 } } };
const groupsPut: Case = { with: { groups: { patch: 405 } } };
const activeOnly: Case = { dialect: { users: { update: 'put', activation: 'patch' } } };

export const userCases: SectionCases<Behaviour['users']> = {
  lists: { any: {}, needed: { dialect: { values: { emptyLists: true } } } },
  create: { true: {}, false: { lacks: /^User /, dialect: { users: { create: false } } } },
  required: [
    {
      value: ['displayName', 'emails.value'],
      like: { dialect: { users: { required: ['displayName', 'emails.value'] } } },
    },
  ],
  hides: [
    { value: ['externalId'], like: {} },
    { value: ['emails', 'title', 'active'], like: {} },
  ],
  refused: [{ value: ['phoneNumbers'], like: { dialect: { users: { drop: ['phoneNumbers'] } } } }],
  ignored: [{ value: ['title', 'name.familyName'], like: { loose: ['title', 'name.familyName'] } }],
  immutable: [{ value: ['title'], like: { dialect: { users: { immutable: ['title'] } }, loose: ['title'] } }],
  patch: {
    full: {},
    active: activeOnly,
    deactivate: { dialect: { users: { update: 'put', activation: 'update' } } },
    404: {},
    405: {},
    501: {},
  },
  put: {
    replace: usersPut,
    merge: { ...usersPut, dialect: { users: { update: 'put-merge' } } },
    ignored: {},
    404: {},
    405: {},
    501: {},
  },
  putActive: { true: {}, false: { ...activeOnly, with: { users: { patch: 'active' } } } },
  putNull: { unassigned: {}, refused: usersPut, fails: usersPut },
  patchAnswer: { resource: {}, empty: {}, null: {}, true: {}, OK: {} },
  putAnswer: { resource: {}, empty: usersPut, null: usersPut, true: usersPut, OK: usersPut },
  createAnswer: { resource: {}, empty: {} },
  deactivation: {
    reversible: {},
    deletes: { dialect: { users: { deactivation: 'deletes', reactivation: 'recreate' } }, leaves: 'delete' },
  },
  deletion: {
    deletes: { leaves: 'delete' },
    deactivates: { leaves: 'delete', dialect: { users: { deletion: 'deactivates' } } },
    refused: { dialect: { users: { deletion: 'none' } } },
  },
  inactive: { shown: {}, hidden: { dialect: { users: { reactivation: 'recreate' } }, hides: true } },
  createInactive: { allowed: { createInactive: true }, refused: {}, ignored: { createInactive: true } },
  makes: { new: {}, alike: {} },
  ids: { uuid: {}, externalId: {}, number: {}, 'long-number': {} },
  userNames: { 'any-case': {}, exact: {}, lowered: {} },
};

export const groupCases: SectionCases<Behaviour['groups']> = {
  lists: { any: {}, needed: { dialect: { values: { emptyLists: true } } } },
  renames: { any: {}, 'with-id': { dialect: { groups: { renameWithId: true }, patch: { paths: 'object' } } } },
  create: { true: {}, false: { lacks: /^Group / } },
  required: [{ value: ['displayName'], like: {} }],
  hides: [{ value: ['externalId'], like: {} }],
  refused: [
    {
      value: ['externalId'],
      like: { untried: 'whose id is that of the directory cannot be told otherwise: no target refuses it' },
    },
  ],
  ignored: [{ value: ['externalId'], like: { loose: ['externalId'] } }],
  immutable: [
    { value: ['displayName'], like: { dialect: { groups: { immutable: ['displayName'] } }, loose: ['displayName'] } },
  ],
  patch: {
    full: {},
    active: { dialect: { groups: { update: 'put' } } },
    deactivate: { dialect: { groups: { update: 'put' } } },
    404: { dialect: { groups: { update: 'put' } } },
    405: {},
    501: {},
  },
  put: {
    replace: groupsPut,
    merge: { ...groupsPut, dialect: { groups: { update: 'put-merge' } } },
    ignored: {},
    404: {},
    405: {},
    501: {},
  },
  putActive: { true: {}, false: { untried: 'groups are neither active nor inactive' } },
  putNull: { unassigned: {}, refused: groupsPut, fails: groupsPut },
  patchAnswer: { resource: {}, empty: {}, null: {}, true: {}, OK: {} },
  putAnswer: { resource: {}, empty: groupsPut, null: groupsPut, true: groupsPut, OK: groupsPut },
  createAnswer: { resource: {}, empty: {} },
  supported: { true: {}, false: { lacks: /^Group / } },
  deletion: { deletes: {}, refused: { dialect: { groups: { deletion: 'none' } } } },
  refusedPrefix: [{ value: 'Cr', like: { lacks: /^Group Crew$/ } }],
  shownPrefix: [{ value: 'PRIMARY/', like: {} }],
  shownExternalId: { externalId: {}, external_id: {} },
  rename: { 'keeps-members': {}, 'loses-members': {} },
  uniqueNames: { true: {}, false: {} },
};

export const valueCases: SectionCases<Behaviour['values']> = {
  booleans: { boolean: {}, either: {}, string: { dialect: { values: { booleans: 'string' } } } },
  manager: {
    object: {},
    'sub-attribute': { dialect: { values: { manager: 'sub-attribute' } } },
    string: { dialect: { values: { manager: 'string' } } },
    array: { dialect: { values: { manager: 'array' } } },
  },
  several: {
    kept: {},
    refused: { dialect: { values: { single: true } } },
    'first-kept': { dialect: { values: { single: true } } },
  },
  primaryRequired: [
    { value: true, like: { dialect: { values: { primary: true } } } },
    { value: 'one', like: { dialect: { values: { primary: true } } } },
  ],
  emailTypes: [{ value: ['work'], like: {} }],
  typesKept: {
    true: {},
    false: {
      with: { values: { several: 'first-kept' } },
      dialect: { values: { single: true }, patch: { valueFilters: false } },
      loose: ['type'],
    },
  },
  phones: { kept: {}, normalised: { respells: true } },
  names: { kept: {}, 'N/A': {}, flat: {} },
  emailsShown: { objects: {}, texts: {} },
};
