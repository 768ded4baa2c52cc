import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimChange } from '../../../src/ports/scim-target.ts';
import { wholeElements } from '../../../src/cycle/push/whole-elements.ts';

const clear = (path: string): ScimChange => ({ path, change: 'clear' });
const street = 'addresses[type eq "work"].streetAddress';
const city = 'addresses[type eq "work"].locality';

describe('wholeElements', () => {
  it('removes an element at once when nothing of ours is left in it', () => {
    const held = ['userName', street, city, 'title'];
    assert.deepEqual(wholeElements([clear(street), clear('title'), clear(city)], held), [
      clear('addresses[type eq "work"]'),
      clear('title'),
    ]);
  });
  it('removes part by part what other parts remain of, or come into', () => {
    assert.deepEqual(wholeElements([clear(street)], [street, city]), [clear(street)]);
    const arrives: ScimChange = { path: city, change: 'set', value: 'Bath', had: false };
    assert.deepEqual(wholeElements([clear(street), arrives], [street]), [clear(street), arrives]);
  });
  it('tells elements of one attribute apart', () => {
    const home = 'addresses[type eq "home"].locality';
    assert.deepEqual(wholeElements([clear(street)], [street, home]), [clear('addresses[type eq "work"]')]);
  });
  it('brings an element in one that was not there yet, and only then', () => {
    const sets = (had: boolean, ...paths: readonly string[]): ScimChange[] =>
      paths.map((path) => ({ path, change: 'set', value: path, had }));
    assert.deepEqual(wholeElements(sets(false, street, 'title', city), ['title']), [
      {
        path: 'addresses[type eq "work"]',
        change: 'set',
        value: { streetAddress: street, locality: city },
        had: false,
      },
      ...sets(false, 'title'),
    ]);
    assert.deepEqual(wholeElements(sets(false, city), [street]), sets(false, city));
    assert.deepEqual(wholeElements(sets(true, city), []), sets(true, city));
    const mail = 'emails[type eq "work"].value';
    assert.deepEqual(wholeElements(sets(false, mail), []), sets(false, mail));
  });
  it('leaves attributes without elements as they are', () => {
    assert.deepEqual(wholeElements([clear('name.givenName'), clear('title')], ['name.givenName', 'title']), [
      clear('name.givenName'),
      clear('title'),
    ]);
  });
});
