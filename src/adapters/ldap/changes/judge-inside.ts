import type { ResourceType, SourceId, AttributeValue } from '../../../core/model/entry.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import type { Absent } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { scopeFilter } from '../read/scope-filter.ts';
import { idFilter } from './by-id.ts';
import { searchPlaces, type Found } from './search-places.ts';
import { attributeName } from '../../../core/directory/attribute.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import { matchesFilter } from '../../../core/directory/match-filter.ts';
import { BridgeError } from '../../../core/model/errors.ts';

interface Inside {
  readonly absent: Absent;
  readonly found: Found;
}

/**
 * Judges entries that lie within the bases and were not shown. "Filtered" is said only of those who certainly do not
 * match: an attribute that an access rule hides makes a filter neither true nor false, and an entry without it looks
 * just like one that was cleared.
 *
 *   shown by the filter | by its opposite | as far as we see   | reason
 *   --------------------+-----------------+--------------------+------------------------------------------------
 *   yes                 | -               | -                  | present
 *   no                  | yes             | does not match     | filtered
 *   no                  | yes             | cannot tell        | filtered on OpenLDAP and 389; elsewhere missing
 *   no                  | no              | -                  | unreadable
 *
 * OpenLDAP and 389 keep to RFC 4511 §4.5.1.7: the opposite of Undefined is Undefined. Samba and others take what is hidden for
 * absent there.
 */
export async function judgeInside(
  directory: OpenDirectory,
  inside: readonly Inside[],
): Promise<ReadonlyMap<SourceId, AbsenceReason>> {
  const absenceReasons = new Map<SourceId, AbsenceReason>();
  for (const type of ['user', 'group'] as const) {
    const own = inside.filter(({ absent }) => absent.type === type);
    if (own.length > 0) await judgeType(directory, type, own, absenceReasons);
  }
  return absenceReasons;
}

async function judgeType(
  directory: OpenDirectory,
  type: ResourceType,
  inside: readonly Inside[],
  absenceReasons: Map<SourceId, AbsenceReason>,
): Promise<void> {
  const { kind, idAttribute, options } = directory;
  const bases = (type === 'user' ? options.users : options.groups)?.bases ?? [];
  const ids = idFilter(
    idAttribute,
    inside.map(({ absent }) => absent.id),
  );
  const own = scopeFilter(directory, type);
  const shown = await searchPlaces(directory, bases, { kind: 'and', filters: [ids, own] });
  const opposite = await searchPlaces(directory, bases, { kind: 'and', filters: [ids, { kind: 'not', filter: own }] });
  for (const { absent, found } of inside) {
    const isCertain = kind === 'openldap' || kind === '389ds' || judgeFilter(own, found.attributes) === false;
    if (shown.has(absent.id)) absenceReasons.set(absent.id, 'present');
    else if (opposite.has(absent.id)) absenceReasons.set(absent.id, isCertain ? 'filtered' : 'missing');
    else absenceReasons.set(absent.id, 'unreadable');
  }
}

type Attributes = ReadonlyMap<string, readonly AttributeValue[]>;

/**
 * Whether an entry satisfies a filter, judged from what is shown of it. Undefined (RFC 4511 §4.5.1.7) where that depends
 * on an attribute that is not shown: it may have no value, or it may be hidden.
 */
function judgeFilter(filter: Filter, attributes: Attributes): boolean | undefined {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.filters.map((part) => judgeFilter(part, attributes));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const parts = filter.filters.map((part) => judgeFilter(part, attributes));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const holds = judgeFilter(filter.filter, attributes);
      return holds === undefined ? undefined : !holds;
    }
    default:
      return judgeItem(filter, attributes);
  }
}

function judgeItem(
  filter: Exclude<Filter, { kind: 'and' | 'or' | 'not' }>,
  attributes: Attributes,
): boolean | undefined {
  if (filter.attribute === undefined || !attributes.has(attributeName(filter.attribute))) return undefined;
  try {
    return matchesFilter(filter, attributes);
  } catch (error) {
    if (error instanceof BridgeError) return undefined; // a matching rule that only the server knows
    throw error;
  }
}
