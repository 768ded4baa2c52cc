import type { Configuration, DirectoryConfiguration } from '../../config/configuration.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { DirectoryFacts } from '../../ports/directory-source.ts';
import type { App } from '../app.ts';
import { createTally, surveyedAttributes, type Survey } from './survey-tally.ts';

/** Contexts in which servers keep what is theirs (MS-ADTS §3.1.1.1.5; cn=config and the like of OpenLDAP and 389). */
const ownContexts =
  /^(?:cn=(?:configuration|schema|config|monitor|accesslog|changelog|retro changelog plugin|schema,cn=configuration)|dc=(?:domaindnszones|forestdnszones)|o=netscaperoot)\b/i;

/** What a server says of itself, and where people could be in it. */
export interface Asked {
  readonly facts: DirectoryFacts;
  /** Naming contexts that may hold people, the likeliest first. */
  readonly contexts: readonly string[];
}

/** Puts the parts together for one directory, and takes them apart afterwards. */
export type OpenApp = (configuration: Configuration) => Promise<App>;

/** Connects, binds, and asks for the rootDSE; of a file, what it looks like. */
export async function askDirectory(open: OpenApp, configuration: Configuration, signal: AbortSignal): Promise<Asked> {
  return withDirectory(open, withBase(configuration, undefined), async (app, name) => {
    const facts = await app.inspect(name, signal);
    return { facts, contexts: (facts.namingContexts ?? []).filter((context) => !ownContexts.test(context)) };
  });
}

/** Reads what is below a base, or all of a file, and counts. */
export async function surveyDirectory(
  open: OpenApp,
  configuration: Configuration,
  base: string | undefined,
  { facts }: Asked,
  signal: AbortSignal,
): Promise<Survey> {
  return withDirectory(open, withBase(configuration, base), async (app, name) => {
    const source = app.sources.get(name);
    if (source === undefined) throw new Error('a survey without a directory');
    const tally = createTally(facts.identity.kind, facts.preset);
    await source.read({ attributes: surveyedAttributes(facts.preset), visit: (entry) => tally.note(entry), signal });
    return tally.survey();
  });
}

async function withDirectory<T>(
  open: OpenApp,
  configuration: Configuration,
  use: (app: App, name: string) => Promise<T>,
): Promise<T> {
  const [name] = configuration.directories.keys();
  if (name === undefined)
    throw new BridgeError('D2S_USAGE', 'there is no directory to ask', 'name one with --url or --ldif');
  const app = await open(configuration);
  try {
    return await use(app, name);
  } finally {
    await app.close();
  }
}

/** The same, with nothing but its directory, and that read below this base where one is given. */
function withBase(configuration: Configuration, base: string | undefined): Configuration {
  const scope = base === undefined ? {} : { users: { bases: [base] }, groups: { bases: [base] } };
  const directories = [...configuration.directories].map(
    ([name, directory]): readonly [string, DirectoryConfiguration] => [name, { ...directory, ...scope }],
  );
  return { ...configuration, directories: new Map(directories), targets: new Map(), notify: [] };
}
