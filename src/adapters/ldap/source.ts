import { parseFilter } from '../../core/directory/filter.ts';
import { kindRules } from '../../core/directory/kinds.ts';
import type { Entry, ResourceType, SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { DirectoryFacts, DirectorySource, ReadRequest, Verdict } from '../../ports/directory-source.ts';
import { readEntry } from './entry.ts';
import { toLdapFilter } from './filter.ts';
import { openDirectory, timed } from './open.ts';
import type { OpenDirectory } from './open-directory.ts';
import type { LdapSourceOptions, SearchScope } from './options.ts';
import { completeEntry, isPartial } from './ranges.ts';
import { judgeReference } from './reference.ts';
import { hasPaging } from './root-dse.ts';
import { searchSubtree, type SearchEntry } from './search.ts';
import { createServerChoice, type ServerChoice } from './server-choice.ts';

/** Entries per page: half of Active Directory's MaxPageSize. */
const pageSize = 500;

/**
 * A directory server as a source. Each call opens a session of its own (connect, TLS, bind, rootDSE), reads all pages
 * of all bases with it, users before groups, and closes it. Nothing is retried and nothing reconnects: a connection
 * that breaks ends the reading with an error.
 *
 * Errors: D2S_DIRECTORY_UNREACHABLE, _TLS, _AUTH, _BASE_MISSING, _READ_INCOMPLETE, D2S_ENTRY_WITHOUT_ID,
 * D2S_INTERRUPTED, D2S_FILTER_INVALID (at creation), and whatever the password function or `visit` throws.
 */
export function createLdapSource(options: LdapSourceOptions): DirectorySource {
  for (const { filter } of [options.users, options.groups].filter((scope) => scope !== undefined)) {
    if (filter !== undefined) parseFilter(filter);
  }
  const choice = createServerChoice(options);
  return {
    name: options.name,
    inspect: (signal) => withDirectory(options, choice, signal, (directory) => Promise.resolve(describe(directory))),
    read: (request) =>
      withDirectory(options, choice, request.signal, async (directory): Promise<Verdict> => {
        const seen = new Set<SourceId>();
        if (options.users !== undefined) await readType('user', options.users, directory, request, seen);
        if (options.groups !== undefined) await readType('group', options.groups, directory, request, seen);
        return { kind: 'complete' };
      }),
  };

  async function readType(
    type: ResourceType,
    scope: SearchScope,
    { session, kind, rootDse }: OpenDirectory,
    request: ReadRequest,
    seen: Set<SourceId>,
  ): Promise<void> {
    const rules = kindRules[kind];
    const filter = toLdapFilter(parseFilter(scope.filter ?? rules.filters[type]));
    const paged = hasPaging(rootDse);
    for (const base of scope.bases) {
      const partial: SearchEntry[] = [];
      const visit = async (found: SearchEntry): Promise<void> => {
        const entry: Entry = readEntry(found, { directory: options.name, type, base, idAttribute: rules.idAttribute });
        if (seen.has(entry.id)) return;
        seen.add(entry.id);
        await request.visit(entry);
      };
      await searchSubtree(
        session,
        {
          base,
          filter,
          attributes: [...new Set([...request.attributes[type], rules.idAttribute.toLowerCase()])],
          pageSize: paged ? pageSize : undefined,
          // The rest of a large attribute can be asked for when the page is through.
          onEntry: (found) => (isPartial(found) ? void partial.push(found) : visit(found)),
          onReference: (uris) => judgeReference(uris, base, kind, rootDse),
          onPage: async () => {
            for (const found of partial.splice(0)) {
              await visit(await completeEntry(session, found, (send) => timed(options, 'range', send)));
            }
          },
        },
        (send) => timed(options, 'search', send),
      );
    }
  }
}

async function withDirectory<T>(
  options: LdapSourceOptions,
  choice: ServerChoice,
  signal: AbortSignal,
  use: (directory: OpenDirectory) => Promise<T>,
): Promise<T> {
  const directory = await openDirectory(options, choice, signal);
  const { session } = directory;
  try {
    const result = await use(directory);
    session.close();
    return result;
  } catch (error) {
    if (isBroken(error)) choice.broke(session.server);
    session.destroy();
    throw error;
  }
}

/** Whether the reading failed because of the server: then the others have a try first, should they do better. */
function isBroken(error: unknown): boolean {
  return error instanceof BridgeError && error.code === 'D2S_DIRECTORY_READ_INCOMPLETE';
}

function describe({ session, kind, rootDse }: OpenDirectory): DirectoryFacts {
  const list = (name: string): string => rootDse.get(name)?.join(', ') ?? '';
  return {
    kind,
    idAttribute: kindRules[kind].idAttribute,
    preset: kindRules[kind].preset,
    server: session.server,
    details: [
      ['host', list('dnshostname')],
      ['vendor', [list('vendorname'), list('vendorversion')].filter((part) => part !== '').join(' ')],
      ['naming contexts', list('namingcontexts')],
      ['default naming context', list('defaultnamingcontext')],
      ['paged results', hasPaging(rootDse) ? 'yes' : 'no: each search comes as one answer'],
    ]
      .filter(([, text]) => text !== '')
      .map(([label, text]) => `${label}: ${text}`),
  };
}
