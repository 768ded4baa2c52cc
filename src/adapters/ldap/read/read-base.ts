import { SearchRequest } from 'ldapts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { AttributeValue } from '../../../core/model/entry.ts';
import { addValues } from './attributes.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchError } from '../protocol/result-code.ts';

/** referral, noSuchObject, insufficientAccessRights; unavailableCriticalExtension and unwillingToPerform, for what is special to a make. */
const refusals = [10, 12, 32, 50, 53];

/**
 * Some attributes of one entry, by name in lower case. Empty when it is not there or may not be read.
 *
 * @param within of the only entry below the DN that matches the filter
 * @throws BridgeError D2S_DIRECTORY_READ_INCOMPLETE
 */
export async function readBase(
  { session, options }: OpenDirectory,
  dn: string,
  attributes: readonly string[],
  filter = '(objectClass=*)',
  within: 'base' | 'sub' = 'base',
): Promise<ReadonlyMap<string, readonly AttributeValue[]>> {
  const values = new Map<string, AttributeValue[]>();
  const request = new SearchRequest({
    messageId: 0,
    baseDN: dn,
    scope: within,
    filter: toLdapFilter(parseFilter(filter)),
    attributes: [...attributes],
    timeLimit: 0,
  });
  const result = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') for (const attribute of message.attributes) addValues(values, attribute);
    }),
  );
  if (result.code !== 0 && !refusals.includes(result.code)) throw searchError(result, dn);
  return values;
}
