import { PresenceFilter, SearchRequest } from 'ldapts';
import { dnKey, isWithin } from '../../core/directory/dn.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import { contextsWithBases } from './connect/contexts.ts';
import { readSourceId } from './read/entry-id.ts';
import type { OpenDirectory } from './connect/open-directory.ts';
import { timed } from './connect/open.ts';

/** What the ids of this directory depend on, as its server tells it without another request. */
function identityOf(directory: OpenDirectory): DirectoryIdentity {
  const { kind, idAttribute } = directory;
  const contexts = outermost(contextsWithBases(directory)).sort();
  return { kind, idAttribute, ...(contexts.length === 0 ? {} : { contexts }) };
}

/** What the ids of this directory depend on, with the objectGUID of each domain: a laboratory may bear the name of the real one. */
export async function readIdentity(directory: OpenDirectory): Promise<DirectoryIdentity> {
  const identity = identityOf(directory);
  if (identity.kind !== 'active-directory') return identity;
  const ids = new Set<string>();
  for (const context of identity.contexts ?? []) {
    const id = await readGuid(directory, context);
    if (id !== undefined) ids.add(id);
  }
  return ids.size === 0 ? identity : { ...identity, contextIds: [...ids].sort() };
}

/** Of one domain object. Undefined when it is not shown. */
async function readGuid({ session, options }: OpenDirectory, baseDN: string): Promise<string | undefined> {
  const request = new SearchRequest({
    messageId: 0,
    baseDN,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['objectGUID'],
    timeLimit: 0,
  });
  let id: string | undefined;
  await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') id = readSourceId(message.attributes, 'objectGUID');
    }),
  );
  return id;
}

/** Of contexts that lie within each other (`DC=corp` and `CN=Configuration,DC=corp`), those around. */
function outermost(contexts: readonly string[]): string[] {
  const isInside = (one: string): boolean =>
    contexts.some((other) => dnKey(other) !== dnKey(one) && isWithin(dnKey(one), dnKey(other)));
  return contexts.filter((one) => !isInside(one));
}
