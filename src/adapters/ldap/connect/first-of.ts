import { SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from './open.ts';
import type { OpenDirectory } from './open-directory.ts';
import { searchError } from '../protocol/result-code.ts';

/** The names of the attributes of one entry that matches; undefined when none does. */
export async function firstOf(
  { session, options }: OpenDirectory,
  base: string,
  filter: Filter,
  attribute: string,
): Promise<string[] | undefined> {
  let found: string[] | undefined;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: base,
    scope: 'sub',
    derefAliases: 'never',
    filter: toLdapFilter(filter),
    attributes: [attribute],
    timeLimit: 0,
    sizeLimit: 1,
  });
  const result = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry')
        found ??= message.attributes
          .filter(({ values }) => values.length > 0)
          .map(({ description }) => attributeName(description));
    }),
  );
  // 4: there are more than the one that was asked for. 11: without an index this is more than the server looks through.
  // 32: the reading says that the base is missing.
  if (![0, 4, 11, 32, 50].includes(result.code)) throw searchError(result, base);
  return found;
}
