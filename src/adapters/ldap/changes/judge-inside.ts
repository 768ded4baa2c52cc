import type { ResourceType, SourceId } from '../../../core/model/entry.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import type { Absent } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { scopeFilter } from '../read/scope-filter.ts';
import { idFilter } from './by-id.ts';
import { judgeFilter } from './judge-filter.ts';
import { searchPlaces, type Found } from './search-places.ts';

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
