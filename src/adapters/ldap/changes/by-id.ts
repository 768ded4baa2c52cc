import type { Filter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';

/** Ids or names in one request. Active Directory answers 200 in 67 ms, and nothing limits a filter of this length. */
const batchSize = 200;

/** Matches the entries with these ids. `idAttribute` is one of `kindRules`. */
export function idFilter(idAttribute: string, ids: readonly SourceId[]): Filter {
  return {
    kind: 'or',
    filters: ids.map((id) => ({ kind: 'equal', attribute: idAttribute, value: idValue(idAttribute, id) })),
  };
}

export function* batches<T>(items: Iterable<T>, size = batchSize): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The value that `toSourceId` made the id of. */
export function idValue(idAttribute: string, id: SourceId): Uint8Array {
  switch (idAttribute.toLowerCase()) {
    case 'objectguid':
      return guidBytes(id);
    case 'nsuniqueid':
      return Buffer.from(id.replaceAll('-', '').replace(/(.{8})(?=.)/g, '$1-'));
    default:
      return Buffer.from(id);
  }
}

/** MS-DTYP §2.3.4.2: the first three groups are little-endian. */
function guidBytes(id: SourceId): Uint8Array {
  const [first = '', second = '', third = '', ...rest] = id.split('-');
  const reversed = [first, second, third].map((group) => Buffer.from(group, 'hex').reverse());
  return Buffer.concat([...reversed, Buffer.from(rest.join(''), 'hex')]);
}
