import type { Behaviour } from '../../support/scim-server/index.ts';
import type { SectionCases } from './case.ts';

const names = { users: ['userName'], groups: ['displayName'] } as const;
const small = { maxPage: 7, defaultPage: 7 } as const;

export const filterCases: SectionCases<Behaviour['filter']> = {
  users: [
    { value: ['userName'], like: {} },
    { value: [], like: {} },
  ],
  groups: [
    { value: ['displayName'], like: {} },
    { value: [], like: {} },
  ],
  and: { true: {}, false: {} },
  or: { true: {}, false: {} },
  unsupported: {
    refused: { with: { filter: names } },
    empty: { with: { filter: names } },
    fails: { with: { filter: names } },
    ignored: { with: { filter: names } },
  },
  ignored: { true: {}, false: {} },
  maxLength: [{ value: 20, like: { dialect: { filter: { maxLength: 20 } } } }],
  ignoresCase: { true: {}, false: {} },
  emptyStatus: { 200: {}, 404: {} },
  window: { any: {}, needed: { dialect: { filter: { window: true } } } },
  repeats: { true: {}, false: {} },
};

export const listCases: SectionCases<Behaviour['list']> = {
  paging: {
    index: { with: { list: small } },
    cursor: { with: { list: small } },
    both: { with: { list: small } },
    'count-only': { with: { list: small } },
    ignored: { with: { list: small } },
    wraps: { with: { list: small } },
    everything: {},
  },
  defaultPage: [{ value: 3, like: {} }],
  maxPage: [{ value: 3, like: {} }],
  expiredCursors: [
    { value: 1, like: { with: { list: { ...small, paging: 'cursor' } } } },
    { value: 3, like: { with: { list: { ...small, paging: 'cursor' } } } },
  ],
  total: { right: { with: { list: small } }, page: { with: { list: small } }, absent: { with: { list: small } } },
  unfiltered: { shown: {}, refused: {}, empty: {}, synthetic: {}, fails: {}, 'without-id': {} },
  groupIndex: { true: {}, false: {} },
  position: { true: {}, false: { with: { list: small } } },
  numbers: { number: {}, text: { with: { list: small } } },
  projection: { true: {}, false: { dialect: { list: { excludeMembers: true } } } },
  lag: [
    { value: 2, like: { hides: true } },
    { value: 5, like: { hides: true } },
  ],
};
