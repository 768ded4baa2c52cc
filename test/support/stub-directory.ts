import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { entryMessage, message, pagedResults, resultMessage, tlv, type StubRequest } from './ldap-stub.ts';

/** A directory of three people, played by a stub, in which one changes and one is deleted. */
export interface StubDirectory {
  readonly rootDse: Record<string, readonly string[]>;
  readonly options: Partial<LdapSourceOptions>;
  /** What a complete answer to a search is. */
  answer(request: StubRequest): Buffer;
  /** Until now everybody is as in the beginning; from now on Bert has another title and Cleo is gone. */
  change(): void;
}

const stubPeople = 'ou=people,dc=example';
const context = 'dc=example';
const numbers = { Anna: 1, Bert: 2, Cleo: 3 } as const;
type Name = keyof typeof numbers;
const names: readonly Name[] = ['Anna', 'Bert', 'Cleo'];

const dnOf = (name: Name): string => `cn=${name},${stubPeople}`;
const uuidOf = (name: Name): string => `00000000-0000-4000-8000-${String(numbers[name]).padStart(12, '0')}`;
/** All bytes are the same, so that it reads the same in the order of Windows. */
const guidOf = (name: Name): Buffer => Buffer.alloc(16, numbers[name]);
const bytesOf = (name: Name): Buffer => Buffer.from(uuidOf(name).replaceAll('-', ''), 'hex');
const page = (id: number, cookie = ''): Buffer => resultMessage(id, 0x65, 0, '', cookie);

/** Active Directory that is followed by change numbers. */
export function stubActiveDirectory(): StubDirectory {
  const service = `cn=ntds,cn=configuration,${context}`;
  const rootDse: Record<string, readonly string[]> = {
    supportedControl: [pagedResults],
    supportedCapabilities: ['1.2.840.113556.1.4.800'],
    namingContexts: [context],
    defaultNamingContext: [context],
    dsServiceName: [service],
    highestCommittedUSN: ['13'],
  };
  const usn: Record<Name, number> = { Anna: 11, Bert: 12, Cleo: 13 };
  let left: readonly Name[] = names;
  const entryOf = (id: number, name: Name, rest: Record<string, (string | Uint8Array)[]> = {}): Buffer =>
    entryMessage(id, dnOf(name), {
      objectGUID: [guidOf(name)],
      uSNChanged: [String(usn[name])],
      whenChanged: [`${usn[name]}`],
      ...rest,
    });
  const feed = (id: number, from: number): Buffer => {
    const seen = left.filter((name) => usn[name] >= from);
    return Buffer.concat([
      ...seen.map((name) => entryOf(id, name, { objectClass: ['top', 'person'], uSNCreated: ['1'] })),
      page(id),
    ]);
  };
  const whole = (id: number, name: Name): Buffer =>
    entryOf(id, name, {
      cn: [name],
      title: [usn[name] > 13 ? 'Boss' : 'Clerk'],
      ...(name === 'Anna' ? { 'description;range=0-1': ['a', 'b'] } : {}),
    });
  return {
    rootDse,
    options: { changes: 'usn', users: { bases: [stubPeople] } },
    change: () => {
      usn.Bert = 14;
      rootDse['highestCommittedUSN'] = ['15'];
      left = names.filter((name) => name !== 'Cleo');
    },
    answer: ({ id, base, attributes, filter, cookie }) => {
      if (base === service)
        return Buffer.concat([entryMessage(id, service, { invocationId: [Buffer.alloc(16, 7)] }), resultMessage(id)]);
      if (attributes[0]?.startsWith('description;range') === true) {
        return Buffer.concat([entryMessage(id, base, { 'description;range=2-*': ['c'] }), resultMessage(id)]);
      }
      if (filter.includes('uSNChanged'))
        return feed(id, Number(/uSNChanged\D*(\d+)/.exec(filter.toString('latin1'))?.[1]));
      if (base.includes('WKGUID') || base === dnOf('Cleo')) return resultMessage(id, 0x65, 32);
      if (base === context) return page(id);
      const meant = filter.includes('objectGUID') ? left.filter((name) => filter.includes(guidOf(name))) : left;
      // Pages of one, and an empty one after the first.
      const at = cookie === '' ? 0 : Number(cookie);
      if (at === 0.5) return page(id, '1');
      const next = at + 1 < meant.length ? (at === 0 ? '0.5' : String(at + 1)) : '';
      return Buffer.concat([...meant.slice(at, at + 1).map((name) => whole(id, name)), page(id, next)]);
    },
  };
}

const syncOid = '1.3.6.1.4.1.4203.1.9.1.';
const control = (oid: string, value: Buffer): Buffer => tlv(0x30, tlv(0x04, oid), tlv(0x04, value));
const yes = Buffer.from([0xff]);

/** OpenLDAP, followed by content synchronization, by comparing, or not at all. */
export function stubOpenldap(changes: 'syncrepl' | 'timestamp' | 'full'): StubDirectory {
  const csn: Record<Name, number> = { Anna: 1, Bert: 1, Cleo: 1 };
  let left: readonly Name[] = names;
  const synced = (id: number, changed: readonly Name[], gone: readonly Name[]): Buffer => {
    const cookie = `rid=000,csn=2026010203040${changed.length}.000000Z#000000#000#000000`;
    const entries = changed.map((name) => {
      const state = control(`${syncOid}2`, tlv(0x30, tlv(0x0a, Buffer.from([1])), tlv(0x04, bytesOf(name))));
      return message(id, tlv(0x64, tlv(0x04, dnOf(name)), tlv(0x30)), state);
    });
    const set = tlv(0xa3, tlv(0x01, yes), tlv(0x31, ...gone.map((name) => tlv(0x04, bytesOf(name)))));
    const info = gone.length === 0 ? [] : [message(id, tlv(0x79, tlv(0x80, `${syncOid}4`), tlv(0x81, set)))];
    const done = control(`${syncOid}3`, tlv(0x30, tlv(0x04, cookie), tlv(0x01, yes)));
    const result = tlv(0x65, tlv(0x0a, Buffer.from([0])), tlv(0x04), tlv(0x04));
    return Buffer.concat([...entries, ...info, message(id, result, done)]);
  };
  return {
    rootDse: {
      objectClass: ['OpenLDAProotDSE'],
      namingContexts: [context],
      supportedControl: [pagedResults, `${syncOid}1`],
    },
    options: { changes, users: { bases: [stubPeople] } },
    change: () => {
      csn.Bert = 2;
      left = names.filter((name) => name !== 'Cleo');
    },
    answer: ({ id, base, attributes, filter }) => {
      if (filter.includes('dir2scimNobody')) return synced(id, [], []);
      if (attributes.includes('hasSubordinates'))
        return left.length === names.length ? synced(id, [], []) : synced(id, ['Bert'], ['Cleo']);
      if (base === dnOf('Cleo')) return resultMessage(id, 0x65, 32);
      if (base === context) return page(id);
      const meant = filter.includes('entryUUID') ? left.filter((name) => filter.includes(uuidOf(name))) : left;
      const whole = (name: Name): Buffer =>
        entryMessage(id, dnOf(name), {
          entryUUID: [uuidOf(name)],
          entryCSN: [`${csn[name]}`],
          cn: [name],
          title: [csn[name] > 1 ? 'Boss' : 'Clerk'],
        });
      return Buffer.concat([...meant.map(whole), page(id)]);
    },
  };
}
