import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doubtful, empty } from '../../../../src/core/model/link.ts';
import { Reference, type DesiredAttributes, type DesiredValue } from '../../../../src/core/model/resource.ts';
import { diffWithBody, diffWithLink, digestAttributes, partsBeside } from '../../../../src/core/planning/diff.ts';
import { digest, idOnTarget } from '../../../support/plan-input.ts';

const nobody = () => undefined;
const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

describe('diffWithLink', () => {
  const desired: DesiredAttributes = new Map<string, DesiredValue | null>([
    ['title', 'Engineer'],
    [manager, new Reference('boss')],
    ['nickName', null],
  ]);
  const held = digestAttributes(desired, digest, idOnTarget);

  it('finds nothing in what was acknowledged', () =>
    assert.deepEqual(diffWithLink(desired, held, digest, idOnTarget), []));
  it('marks what has no value, or points to nobody, as empty', () => {
    assert.equal(held['nickName'], empty);
    assert.equal(digestAttributes(desired, digest, nobody)[manager], empty);
  });
  it('tells a value that is set for the first time from one that is replaced', () => {
    const changes = diffWithLink(
      new Map([
        ['title', 'Boss'],
        ['nickName', 'B'],
      ]),
      held,
      digest,
      idOnTarget,
    );
    assert.deepEqual(
      changes.map((change) => change.change === 'set' && [change.path, change.had]),
      [
        ['title', true],
        ['nickName', false],
      ],
    );
  });
  it('clears only what is there', () => {
    assert.deepEqual(
      diffWithLink(
        new Map([
          ['title', null],
          ['nickName', null],
        ]),
        held,
        digest,
        idOnTarget,
      ),
      [{ path: 'title', change: 'clear' }],
    );
  });
  it('finds a reference to someone who has another target id now, or none', () => {
    const wanted = new Map([[manager, new Reference('boss')]]);
    assert.equal(diffWithLink(wanted, held, digest, () => 'another').length, 1);
    assert.equal(diffWithLink(wanted, held, digest, nobody).length, 1);
  });
  it('sends what is in doubt together with the other parts of its attribute, and with nothing else', () => {
    const name = new Map([
      ['name.givenName', 'Ada'],
      ['name.familyName', 'King'],
      ['name.middleName', null],
      ['title', 'Dr'],
    ]);
    const one = { ...digestAttributes(name, digest, nobody), 'name.givenName': doubtful };
    const parts = diffWithLink(name, one, digest, nobody).map(
      (change) => change.change === 'set' && [change.path, change.had],
    );
    assert.deepEqual(parts, [
      ['name.givenName', true],
      ['name.familyName', true],
    ]);
  });
  it('names the other parts of what changes, for targets to which a part is the whole', () => {
    const desired = new Map([
      ['name.givenName', 'Ada'],
      ['name.familyName', 'King'],
      ['name.middleName', null],
      ['title', 'Dr'],
    ]);
    const held = { ...digestAttributes(desired, digest, nobody), 'name.familyName': digest('name.familyName=Old') };
    const changes = diffWithLink(desired, held, digest, nobody);
    assert.deepEqual(
      changes.map(({ path }) => path),
      ['name.familyName'],
    );
    assert.deepEqual(partsBeside(desired, changes), [
      { path: 'name.givenName', change: 'set', value: 'Ada', had: true },
    ]);
    assert.deepEqual(partsBeside(desired, [{ path: 'title', change: 'set', value: 'Dr', had: true }]), []);
  });
  it('leaves active to the lifecycle', () =>
    assert.deepEqual(diffWithLink(new Map([['active', false]]), {}, digest, nobody), []));
  it('does not care for the order of keys in a value', () => {
    const one = digestAttributes(new Map([['name', { givenName: 'A', familyName: 'B' }]]), digest, nobody);
    assert.deepEqual(diffWithLink(new Map([['name', { familyName: 'B', givenName: 'A' }]]), one, digest, nobody), []);
  });
});

describe('diffWithBody', () => {
  const body = { userName: 'anna', title: '', active: false, roles: [], manager: { value: 'target-boss' } };

  it('takes empty text, null and an empty list for no value', () => {
    assert.deepEqual(
      diffWithBody(
        new Map([
          ['title', null],
          ['roles', null],
          ['nickName', null],
        ]),
        body,
        nobody,
      ),
      [],
    );
    assert.deepEqual(diffWithBody(new Map([['title', 'Boss']]), body, nobody), [
      { path: 'title', change: 'set', value: 'Boss', had: false },
    ]);
  });
  it('clears what the target holds and nobody wants', () =>
    assert.deepEqual(diffWithBody(new Map([['userName', null]]), body, nobody), [
      { path: 'userName', change: 'clear' },
    ]));
  it('compares references by the id of the target', () => {
    const wanted = new Map([['manager', new Reference('boss')]]);
    assert.deepEqual(diffWithBody(wanted, body, idOnTarget), []);
    assert.equal(diffWithBody(wanted, body, nobody).length, 1);
  });
  it('leaves active to the lifecycle', () =>
    assert.deepEqual(diffWithBody(new Map([['active', true]]), body, nobody), []));
});
