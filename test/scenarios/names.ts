import { toSourceId } from '../../src/core/directory/source-id.ts';
import type { ScimServer } from '../support/scim-server/server.ts';
import type { Scenario } from './scenario.ts';

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Stable names for ids: people and groups by what the directory called them first, so that a rename keeps the name. */
export interface Names {
  /** Remembers what the target has now; asked before and after every command, for whoever is deleted by it. */
  learn(target: ScimServer): void;
  /** The target's resource with this id is called so. */
  call(targetId: string, name: string): void;
  /** Puts `ada` for a source id and `{ada}` for a target's id into a text. */
  readonly inPlan: (text: string) => string;
  /** Puts `{ada}` for a target's id into a text. Source ids stay: a request must carry exactly them. */
  readonly inRequest: (text: string) => string;
  readonly ofTarget: (targetId: string) => string;
}

export function createNames({ before, steps }: Pick<Scenario, 'before' | 'steps'>): Names {
  const sources = nameEntries([before ?? '', ...steps.map(({ ldif }) => ldif ?? '')]);
  const targets = new Map<string, string>();
  const target = (id: string): string | undefined => {
    const name = targets.get(id);
    return name === undefined ? undefined : `{${name}}`;
  };
  return {
    learn(server) {
      for (const { id, externalId } of [...server.users(), ...server.groups()]) {
        const name = typeof externalId === 'string' ? sources.get(externalId) : undefined;
        if (typeof id === 'string' && name !== undefined && !targets.has(id)) targets.set(id, name);
      }
    },
    call: (targetId, name) => void targets.set(targetId, name),
    inPlan: (text) => text.replace(uuid, (id) => target(id) ?? sources.get(id) ?? id),
    inRequest: (text) => text.replace(uuid, (id) => target(id) ?? id),
    ofTarget: (targetId) => targets.get(targetId) ?? targetId,
  };
}

/** Source id → what the first entry with it is called. Reads LDIF by and large: the files may be broken on purpose. */
function nameEntries(texts: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const records = texts.flatMap((text) => text.replace(/\r?\n /g, '').split(/(?:\r?\n){2,}/));
  for (const record of records) {
    const id = ['objectGUID', 'nsUniqueId', 'entryUUID'].flatMap((name) => {
      const value = valueOf(record, name);
      return value === undefined ? [] : (toSourceId(name, value) ?? []);
    })[0];
    const called = ['sAMAccountName', 'uid', 'cn']
      .map((name) => valueOf(record, name)?.toString('utf8'))
      .find((name) => name !== undefined);
    if (id === undefined || called === undefined || names.has(id)) continue;
    const taken = new Set(names.values());
    let name = called;
    for (let number = 2; taken.has(name); number += 1) name = `${called}-${number}`;
    names.set(id, name);
  }
  return names;
}

function valueOf(record: string, attribute: string): Buffer | undefined {
  const [, colons, value = ''] = new RegExp(`^${attribute}(::?) *(.*)$`, 'im').exec(record) ?? [];
  return colons === undefined ? undefined : Buffer.from(value, colons === '::' ? 'base64' : 'utf8');
}
