import { PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { mostAttributeValues, smallPart, smallParts } from '../shared/bounds.ts';
import { attributeRange } from './attributes.ts';
import type { LdapResult, RawAttribute } from '../protocol/message.ts';
import type { SearchEntry } from '../protocol/search.ts';
import { nameOfCode } from '../protocol/result-code.ts';
import type { Session } from '../protocol/session.ts';

/** True when an attribute of the entry came in part: Active Directory gives 1,500 values at a time (MaxValRange). */
export function isPartial(entry: SearchEntry): boolean {
  return entry.attributes.some(hasMore);
}

/** How an entry is read, in parts where it has to be. */
export interface EntryReading {
  readonly session: Session;
  /** Everything that is asked of it. */
  readonly attributes: readonly string[];
  /** In lower case: what moves when the entry changes. */
  readonly stamps: readonly string[];
  readonly measure: (request: () => Promise<LdapResult>) => Promise<LdapResult>;
}

/** How often an entry is begun anew that changes while it is read. */
const mostAttempts = 3;

/**
 * Fetches the missing parts of an entry (MS-ADTS §3.1.1.3.1.3.3, "range retrieval"): `member;range=1500-*` and so on,
 * until the server answers with a `*`. The ranges are places in a list: when a member leaves between two parts, the one
 * who moved up is in neither. So each part has to come with the stamp of the first, or all is read again.
 * Resolves with the entry, every attribute whole.
 */
export async function completeEntry(entry: SearchEntry, reading: EntryReading): Promise<SearchEntry> {
  let whole = entry;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const completed = await fetchParts(whole, reading);
    if (completed !== undefined) return completed;
    const again = await readAgain(entry.dn, reading);
    if (again === undefined) break;
    whole = again;
  }
  throw new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `an entry that comes in parts changed each time while it was read (${mostAttempts} times)`,
    'nothing was changed; the next cycle reads again',
  );
}

/** Undefined when the entry changed meanwhile. */
async function fetchParts(entry: SearchEntry, reading: EntryReading): Promise<SearchEntry | undefined> {
  const stamp = stampOf(entry.attributes, reading.stamps);
  const attributes: RawAttribute[] = [];
  for (const attribute of entry.attributes) {
    attributes.push(attribute);
    const progress = createProgress(attribute);
    for (let part = attribute; hasMore(part);) {
      const next = await fetchPart(entry.dn, part, reading);
      progress(next.part);
      if (next.stamp !== '' && next.stamp !== stamp) return undefined;
      part = next.part;
      attributes.push(part);
    }
  }
  return { ...entry, attributes };
}

/** Sees that the parts of an attribute come to an end. */
function createProgress({ values }: RawAttribute): (part: RawAttribute) => void {
  let [total, small] = [values.length, 0];
  return (part) => {
    total += part.values.length;
    if (part.values.length < smallPart) small += 1;
    if (total <= mostAttributeValues && small <= smallParts) return;
    const how =
      total > mostAttributeValues
        ? `more than ${mostAttributeValues} values`
        : `more than ${smallParts} parts of fewer than ${smallPart} values`;
    throw new BridgeError(
      'D2S_DIRECTORY_READ_INCOMPLETE',
      `an attribute of an entry has ${how}`,
      'nothing was changed; look what the server does with large attributes',
    );
  };
}

async function readAgain(dn: string, reading: EntryReading): Promise<SearchEntry | undefined> {
  const found: SearchEntry[] = [];
  const result = await searchEntry(dn, reading.attributes, reading, (entry) => void found.push(entry));
  return result.code === 0 ? found[0] : undefined;
}

function searchEntry(
  dn: string,
  attributes: readonly string[],
  { session, measure }: EntryReading,
  onEntry: (entry: SearchEntry) => void,
): Promise<LdapResult> {
  const request = new SearchRequest({
    messageId: 0,
    baseDN: dn,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: [...attributes],
    timeLimit: 0,
  });
  return measure(() =>
    session.request(request, (message) => {
      if (message.kind === 'entry') onEntry(message);
    }),
  );
}

/** Empty where none of the stamps is shown. */
function stampOf(attributes: readonly RawAttribute[], stamps: readonly string[]): string {
  return attributes
    .filter(({ description }) => stamps.includes(attributeName(description)))
    .map(
      ({ description, values }) =>
        `${attributeName(description)}=${values.map((value) => value.toString('latin1')).join()}`,
    )
    .sort()
    .join(' ');
}

function hasMore(attribute: RawAttribute): boolean {
  return attributeRange(attribute.description)?.end !== undefined;
}

async function fetchPart(
  dn: string,
  before: RawAttribute,
  reading: EntryReading,
): Promise<{ readonly part: RawAttribute; readonly stamp: string }> {
  const name = attributeName(before.description);
  const start = (attributeRange(before.description)?.end ?? 0) + 1;
  let part: RawAttribute | undefined;
  let stamp = '';
  const result = await searchEntry(dn, [`${name};range=${start}-*`, ...reading.stamps], reading, ({ attributes }) => {
    part = attributes.find((candidate) => isPart(candidate, name, start));
    stamp = stampOf(attributes, reading.stamps);
  });
  if (result.code === 0 && part !== undefined) return { part, stamp };
  throw new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `the values of ${name} from number ${start} on did not arrive (${nameOfCode(result.code)}): ` +
      'the entry changed while it was read, or the server does not give large attributes in parts',
    'nothing was changed; the next cycle reads again',
  );
}

/** Exactly the next part, and not an empty one, which would go on for ever. */
function isPart(attribute: RawAttribute, name: string, start: number): boolean {
  return (
    attributeName(attribute.description) === name &&
    attributeRange(attribute.description)?.start === start &&
    (attribute.values.length > 0 || !hasMore(attribute))
  );
}
