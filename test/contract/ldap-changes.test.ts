import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { follow } from '../support/following.ts';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { until } from '../support/until.ts';

const company = `ou=Company,${slapdSuffix}`;
const outside = `ou=Outside,${slapdSuffix}`;
const containers = [company, `ou=A,${company}`, `ou=B,${company}`, outside];
const groups = `ou=Groups,${slapdSuffix}`;

/** Numbers stand for positions in lists of what exists at that moment, so that any sequence of steps makes sense. */
const at = fc.nat(20);
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('retitle' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('rename' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('move' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('remove' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('replace' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('retire' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('join' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('manage' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('reshape' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('poll' as const), a: at, b: at }),
  fc.record({ kind: fc.constant('forget' as const), a: at, b: at }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const limits = 'limits dn.exact="cn=reader,dc=example,dc=org" size=unlimited time=unlimited';
const syncprov = ['overlay syncprov', 'syncprov-sessionlog 50'];
const overlays = [
  'overlay memberof',
  'memberof-refint TRUE',
  'overlay refint',
  'refint_attributes manager',
  `refint_nothing cn=nobody,${slapdSuffix}`,
];
const servers: Readonly<Record<string, SlapdOptions>> = {
  'without anything': { database: [limits] },
  'with syncprov that forgets': { global: ['moduleload syncprov'], database: [limits, 'overlay syncprov'] },
  'with syncprov': { global: ['moduleload syncprov'], database: [limits, ...syncprov] },
  'with syncprov, memberof and refint': {
    global: ['moduleload memberof', 'moduleload refint', 'moduleload syncprov'],
    database: [limits, ...overlays, ...syncprov],
  },
};
const folders = [...containers, groups].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`).join('');

/** A small directory that steps change. It remembers DNs, and knows nothing of ids. */
class Tree {
  #serial = 0;
  readonly #server: Slapd;
  people: string[] = [];
  containers = [...containers];
  readonly groups: string[] = [];
  constructor(server: Slapd) {
    this.#server = server;
  }

  async begin(): Promise<void> {
    for (const [index, dn] of ['g0', 'g1'].map((name) => `cn=${name},${groups}`).entries()) {
      await this.change(dn, 'add', 'objectClass: groupOfNames', `cn: g${index}`, `member: cn=nobody,${slapdSuffix}`);
      this.groups.push(dn);
    }
    for (const a of [0, 1, 2, 3]) await this.take({ kind: 'add', a, b: a });
  }

  async take({ kind, a, b }: Exclude<Step, { kind: 'poll' | 'forget' }>): Promise<void> {
    const person = pick(this.people, a);
    if (kind === 'add') {
      await this.add(`uid=p${this.#serial++}`, pick(this.containers, b) ?? company);
    } else if (kind === 'reshape') {
      await this.#reshape(1 + (a % 2), b);
    } else if (person !== undefined) {
      await this.#takePerson(kind, person, a, b);
    }
  }

  async #takePerson(kind: Step['kind'], person: string, a: number, b: number): Promise<void> {
    const [rdn = '', ...parents] = person.split(',');
    const group = pick(this.groups, b) ?? '';
    switch (kind) {
      case 'retitle':
        return this.change(person, 'modify', 'replace: title', `title: t${b % 3}`);
      case 'retire':
        return this.change(
          person,
          'modify',
          'replace: employeeType',
          `employeeType: ${b % 2 === 0 ? 'staff' : 'alumni'}`,
        );
      case 'manage':
        return this.change(person, 'modify', 'replace: manager', `manager: ${pick(this.people, b) ?? person}`);
      case 'join': {
        const has = (await this.#server.search('-b', group, '-s', 'base', `(member=${person})`, 'cn')).trim() !== '';
        return this.change(group, 'modify', `${has ? 'delete' : 'add'}: member`, `member: ${person}`);
      }
      case 'rename':
        return this.#move(person, `uid=r${this.#serial++}`, parents.join(','));
      case 'move':
        return this.#move(person, rdn, pick(this.containers, b) ?? company);
      case 'remove':
        return this.#remove(person);
      case 'replace':
        await this.#remove(person);
        return this.add(rdn, parents.join(','));
      default:
        throw new Error(`${kind} of ${a}`);
    }
  }

  async add(rdn: string, parent: string): Promise<void> {
    const uid = rdn.slice(4);
    const dn = `${rdn},${parent}`;
    await this.change(
      dn,
      'add',
      'objectClass: inetOrgPerson',
      `uid: ${uid}`,
      `cn: ${uid}`,
      'sn: x',
      'employeeType: staff',
    );
    this.people.push(dn);
  }

  async #remove(dn: string): Promise<void> {
    await this.change(dn, 'delete');
    this.people = this.people.filter((other) => other !== dn);
  }

  async #move(dn: string, rdn: string, parent: string): Promise<void> {
    if (this.people.includes(`${rdn},${parent}`)) return;
    await this.change(dn, 'modrdn', `newrdn: ${rdn}`, 'deleteoldrdn: 1', `newsuperior: ${parent}`);
    this.people = this.people.map((other) => (other === dn ? `${rdn},${parent}` : other));
  }

  /** A container goes elsewhere with everybody in it. */
  async #reshape(index: number, to: number): Promise<void> {
    const from = this.containers[index] ?? '';
    const target = `ou=c${this.#serial++},${to % 3 === 0 ? outside : company}`;
    const [rdn = '', ...parents] = target.split(',');
    await this.change(from, 'modrdn', `newrdn: ${rdn}`, 'deleteoldrdn: 1', `newsuperior: ${parents.join(',')}`);
    this.containers[index] = target;
    this.people = this.people.map((dn) => (dn.endsWith(`,${from}`) ? dn.slice(0, -from.length) + target : dn));
  }

  async change(dn: string, type: string, ...lines: string[]): Promise<void> {
    await this.#server.change(`dn: ${dn}\nchangetype: ${type}\n${lines.join('\n')}\n`);
  }

  /** Until the server has stopped rewriting references: what `member` and `manager` say stays the same for a while. */
  async settle(): Promise<void> {
    let before = '';
    await until('references are settled', async () => {
      const now = await this.#server.search('-b', slapdSuffix, 'member', 'manager');
      const isSame = now === before;
      before = now;
      return isSame;
    });
  }
}

describe('what is known of a directory, after any changes and polls', () => {
  for (const [name, options] of Object.entries(servers)) {
    it(`is what a complete reading shows, with OpenLDAP ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
          const server = await startSlapd({ ...options, ldif: folders });
          try {
            await play(server, steps);
          } finally {
            await server.dispose();
          }
        }),
        { numRuns: 6, endOnFailure: false },
      );
    });
  }
});

async function play(server: Slapd, steps: readonly Step[]): Promise<void> {
  const users = { bases: [company], filter: '(&(objectClass=inetOrgPerson)(employeeType=staff))' };
  const source = createLdapSource(ldapOptions(server.url, server.reader, { users, groups: { bases: [groups] } }));
  const attributes = { user: ['uid', 'title', 'manager'], group: ['cn', 'member'] };
  const tree = new Tree(server);
  await tree.begin();
  let follower = follow(source, attributes);
  await follower.check();
  for (const one of steps) {
    if (one.kind === 'forget') follower = follow(source, attributes);
    if (one.kind !== 'forget' && one.kind !== 'poll') await tree.take(one);
    if (one.kind === 'poll' || one.kind === 'forget') {
      await tree.settle();
      await follower.check();
    }
  }
  await tree.settle();
  await follower.check();
  assert.equal((await follower.check()).kind, 'delta');
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}
