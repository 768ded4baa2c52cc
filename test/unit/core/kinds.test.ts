import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFilter, type Filter } from '../../../src/core/directory/filter.ts';
import { kindRules, type ServerKind } from '../../../src/core/directory/kinds.ts';

/** Servers whose schema has each class that their filters deny. */
const knowsAll: readonly ServerKind[] = ['active-directory', '389ds'];

describe('what counts as a person or a group where no filter is given', () => {
  it('denies nothing that a server may not know: that is Undefined (RFC 4511 §4.5.1.7), and nobody matches', () => {
    for (const [kind, { filters }] of Object.entries(kindRules)) {
      if (knowsAll.some((one) => one === kind)) continue;
      for (const filter of Object.values(filters))
        assert.equal(denies(parseFilter(filter)), false, `${kind}: ${filter}`);
    }
  });

  it('leaves out the groups that FreeIPA makes for every person', () => {
    assert.match(kindRules['389ds'].filters.group, /\(!\(objectClass=mepManagedEntry\)\)/);
  });
});

function denies(filter: Filter): boolean {
  if (filter.kind === 'not') return true;
  return (filter.kind === 'and' || filter.kind === 'or') && filter.filters.some(denies);
}
