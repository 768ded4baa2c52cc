import { PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../core/directory/attribute.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { attributeRange } from './attributes.ts';
import type { LdapResult, RawAttribute } from './message.ts';
import type { SearchEntry } from './search.ts';
import { nameOfCode } from './result-code.ts';
import type { Session } from './session.ts';

/** True when an attribute of the entry came in part: Active Directory gives 1,500 values at a time (MaxValRange). */
export function isPartial(entry: SearchEntry): boolean {
  return entry.attributes.some(hasMore);
}

/**
 * Fetches the missing parts of an entry (MS-ADTS §3.1.1.3.1.3.3, "range retrieval"): `member;range=1500-*` and so on,
 * until the server answers with a `*`. Resolves with the entry, every attribute whole.
 */
export async function completeEntry(
  session: Session,
  entry: SearchEntry,
  measure: (request: () => Promise<LdapResult>) => Promise<LdapResult>,
): Promise<SearchEntry> {
  const attributes: RawAttribute[] = [];
  for (const attribute of entry.attributes) {
    attributes.push(attribute);
    for (let part = attribute; hasMore(part); ) {
      part = await fetchPart(session, entry.dn, part, measure);
      attributes.push(part);
    }
  }
  return { ...entry, attributes };
}

function hasMore(attribute: RawAttribute): boolean {
  return attributeRange(attribute.description)?.end !== undefined;
}

async function fetchPart(
  session: Session,
  dn: string,
  before: RawAttribute,
  measure: (request: () => Promise<LdapResult>) => Promise<LdapResult>,
): Promise<RawAttribute> {
  const name = attributeName(before.description);
  const start = (attributeRange(before.description)?.end ?? 0) + 1;
  let part: RawAttribute | undefined;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: dn,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: [`${name};range=${start}-*`],
    timeLimit: 0,
  });
  const result = await measure(() =>
    session.request(request, (message) => {
      if (message.kind !== 'entry') return;
      part = message.attributes.find((candidate) => isPart(candidate, name, start));
    }),
  );
  if (result.code === 0 && part !== undefined) return part;
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
