import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimChange } from '../../../src/ports/scim-target.ts';
import { clearWholeElements } from '../../../src/cycle/whole-elements.ts';

const clear = (path: string): ScimChange => ({ path, change: 'clear' });
const street = 'addresses[type eq "work"].streetAddress';
const city = 'addresses[type eq "work"].locality';

describe('clearWholeElements', () => {
  it('removes an element at once when nothing of ours is left in it', () => {
    const held = ['userName', street, city, 'title'];
    assert.deepEqual(clearWholeElements([clear(street), clear('title'), clear(city)], held), [clear('addresses[type eq "work"]'), clear('title')]);
  });
  it('removes part by part what other parts remain of, or come into', () => {
    assert.deepEqual(clearWholeElements([clear(street)], [street, city]), [clear(street)]);
    const arrives: ScimChange = { path: city, change: 'set', value: 'Bath', had: false };
    assert.deepEqual(clearWholeElements([clear(street), arrives], [street]), [clear(street), arrives]);
  });
  it('tells elements of one attribute apart', () => {
    const home = 'addresses[type eq "home"].locality';
    assert.deepEqual(clearWholeElements([clear(street)], [street, home]), [clear('addresses[type eq "work"]')]);
  });
  it('leaves attributes without elements as they are', () => {
    assert.deepEqual(clearWholeElements([clear('name.givenName'), clear('title')], ['name.givenName', 'title']), [clear('name.givenName'), clear('title')]);
  });
});
