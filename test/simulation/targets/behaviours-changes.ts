import type { Behaviour } from '../../support/scim-server/index.ts';
import type { SectionCases } from './case.ts';

const include = { members: { onCreate: 'include' } } as const;

export const patchCases: SectionCases<Behaviour['patch']> = {
  operationCase: { lower: {}, any: {}, capital: { dialect: { patch: { operationCase: 'capital' } } } },
  paths: { any: {}, single: {}, required: {}, absent: { dialect: { patch: { paths: 'object' } } } },
  valueFilters: {
    applied: {},
    refused: {},
    ignored: { with: { members: { remove: ['filter', 'values'] } } },
    'no-target': {},
  },
  noMatch: { refused: {}, adds: {} },
  extensions: {
    any: {},
    colon: {},
    object: { with: { patch: { clear: ['remove', 'null'] } }, dialect: { patch: { extensionPaths: 'object' } } },
  },
  dottedKeys: { true: { dialect: { patch: { paths: 'dotted' } } }, false: { dialect: { patch: { paths: 'object' } } } },
  clear: {
    remove: {},
    null: { dialect: { patch: { clear: 'null' } } },
    empty: { dialect: { patch: { clear: 'empty' } } },
  },
  active: { any: {}, alone: { dialect: { patch: { activePathless: true } } } },
  maxOperations: [
    { value: 1, like: {} },
    { value: 3, like: {} },
  ],
  mixed: { true: {}, false: { dialect: { patch: { mixed: false } } } },
  atomic: { true: {}, false: { with: { patch: { valueFilters: 'refused' } } } },
  addReplaces: { true: { dialect: { groups: { update: 'put' } } }, false: {} },
};

export const memberCases: SectionCases<Behaviour['members']> = {
  onCreate: { accepted: { dialect: include }, refused: { dialect: include } },
  maxOnCreate: [{ value: 5, like: { dialect: include } }],
  add: {
    array: {},
    pathless: { dialect: { members: { add: 'pathless' } } },
    ids: { dialect: { members: { add: 'ids' } } },
    nested: { dialect: { members: { add: 'nested' } } },
  },
  remove: {
    filter: {},
    'filter-or': { untried: 'of one alone there is no or' },
    all: { untried: 'nobody could be removed alone' },
    values: { dialect: { members: { remove: 'values' } } },
  },
  otherRemovals: {
    refused: { with: { members: { remove: ['values'] } } },
    ignored: { with: { members: { remove: ['values'] } } },
    unsupported: { with: { members: { remove: ['values'] } } },
  },
  removes: { named: {}, all: {} },
  again: { taken: {}, 400: {}, 409: {}, 500: {} },
  absent: { noTarget: {}, taken: {}, 404: {}, 500: {} },
  answers: { members: {}, none: {} },
  replace: { allowed: {}, refused: {} },
  maxPerRequest: [
    { value: 5, like: {} },
    { value: 5, like: { dialect: { members: { remove: 'filter-or' } } } },
    { value: 1, like: {} },
  ],
  tooManyStatus: { 400: { with: { members: { maxPerRequest: 4 } } }, 413: { with: { members: { maxPerRequest: 4 } } } },
  maxPerOperation: [{ value: 4, like: {} }],
  shown: { always: {}, single: {}, attributes: {}, never: {} },
  unknown: { refused: {}, dropped: {}, kept: {} },
  repeated: { once: {}, twice: {} },
  nested: { true: {}, false: { dialect: { members: { nested: false } } } },
  endsWithUser: { true: { leaves: 'delete' }, false: { leaves: 'delete' } },
};
