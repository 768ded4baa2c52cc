import { SearchRequest } from 'ldapts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/** What people and groups stand beneath (RFC 4519, RFC 2247, MS-ADSC). */
const containers =
  '(|(objectClass=organizationalUnit)(objectClass=organization)(objectClass=container)(objectClass=domain)(objectClass=dcObject)(objectClass=nsContainer))';

/** So many are named. */
const mostNamed = 10;

/** The error for a base that is not there, with the containers that are, beneath the nearest entry above it. */
export async function missingBase(
  directory: OpenDirectory,
  type: ResourceType,
  base: string,
  error: BridgeError,
): Promise<BridgeError> {
  const there = await findContainers(directory, base);
  const { namingcontexts } = Object.fromEntries(directory.rootDse);
  const found =
    there === undefined
      ? `the server has ${(namingcontexts ?? []).slice(0, mostNamed).join(', ') || 'no naming context that it shows'}`
      : there.names.length === 0
        ? `there is no container beneath ${there.parent}`
        : `beneath ${there.parent} there are: ${there.names.slice(0, mostNamed).join('; ')}${there.names.length > mostNamed ? '; …' : ''}`;
  return new BridgeError(
    error.code,
    `directories.${directory.options.name}.${type}s.bases: ${error.message}; ${found}`,
    error.remedy,
    error,
  );
}

interface Containers {
  readonly parent: string;
  readonly names: readonly string[];
}

async function findContainers(directory: OpenDirectory, base: string): Promise<Containers | undefined> {
  for (let parent = above(base); parent !== ''; parent = above(parent)) {
    const names = await containersIn(directory, parent);
    if (names !== undefined) return { parent, names };
  }
  return undefined;
}

/** The DN of the entry above; the separator may be escaped in a value (RFC 4514 §2.4). */
function above(dn: string): string {
  const [rdn = ''] = /^(?:\\.|[^\\,])*/.exec(dn) ?? [];
  return dn.slice(rdn.length + 1).trim();
}

/** Undefined when there is no such entry, or none that may be read. */
async function containersIn({ session, options }: OpenDirectory, parent: string): Promise<string[] | undefined> {
  const names: string[] = [];
  const request = new SearchRequest({
    messageId: 0,
    baseDN: parent,
    scope: 'one',
    derefAliases: 'never',
    filter: toLdapFilter(parseFilter(containers)),
    attributes: ['1.1'],
    timeLimit: 0,
    sizeLimit: 100,
  });
  const { code } = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') names.push(message.dn);
    }),
  );
  return code === 0 || code === 4 ? names : undefined;
}
