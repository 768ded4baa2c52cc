import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../core/dialect/dialect.ts';
import { layDialect, type Layer, type PartialDialect } from '../core/dialect/layers.ts';
import { rfc7644 } from '../core/dialect/rfc7644.ts';
import { nearest } from '../core/expression/nearest.ts';
import { BridgeError, type ErrorCode } from '../core/model/errors.ts';
import type { TargetProfile } from './configuration.ts';
import { explainIssue } from './explain-issue.ts';
import { readFileText } from './file-text.ts';
import type { ConfigPath } from './place.ts';
import { configurationError } from './problem.ts';
import type { ConfigurationSource, TargetSection } from './schema/configuration.ts';
import { profileFileSchema, type DialectSection } from './schema/profile.ts';
import { systemCode } from './system-code.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** config/profiles lies beside src and beside dist, and this file is one folder below either. */
const folder = fileURLToPath(new URL('../../config/profiles/', import.meta.url));

/** Where a profile is named, for messages; and from where a relative path leads. */
interface Mention {
  readonly text: YamlText;
  readonly path: ConfigPath;
  /** Files that led here. */
  readonly through: readonly string[];
}

/** A section whose profile was read. */
export type ProfiledTarget = Omit<TargetSection, 'profile'> & { readonly profile: TargetProfile };
export type ProfiledSource = Omit<ConfigurationSource, 'targets'> & {
  readonly targets: Readonly<Record<string, ProfiledTarget>>;
};

/**
 * Reads the profiles that the targets name, each with everything that it stands on: one layer a file, and one for what
 * the configuration says itself.
 *
 * @throws BridgeError D2S_CONFIG_INVALID, or D2S_CONFIG_UNREADABLE for a file that cannot be read
 */
export async function loadProfiles(source: ConfigurationSource, text: YamlText): Promise<ProfiledSource> {
  const targets: [string, ProfiledTarget][] = [];
  for (const [name, target] of Object.entries(source.targets)) {
    const profile = await loadProfile(target, { text, path: ['targets', name, 'profile'], through: [] });
    targets.push([name, { ...target, profile }]);
  }
  return { ...source, targets: Object.fromEntries(targets) };
}

async function loadProfile({ profile, limits }: TargetSection, mention: Mention): Promise<TargetProfile> {
  if (typeof profile === 'string') return configured(await loadNamed(profile, mention), {}, limits.requestsPerSecond);
  const { extends: base = 'rfc7644', ...says } = profile;
  return configured(
    await loadNamed(base, { ...mention, path: [...mention.path, 'extends'] }),
    says,
    limits.requestsPerSecond,
  );
}

/** The values in force as far as they are known before the target was ever asked. */
export function profileDialect({ layers }: TargetProfile): Dialect {
  return layDialect(rfc7644, layers);
}

/** What a profile is called in sentences. Values that the configuration changes are not those of the profile it names. */
export function profileName({ name, layers }: TargetProfile): string {
  const isChanged = layers.some(
    ({ origin, says }) => origin === 'config' && Object.keys(says).some((key) => key !== 'rate'),
  );
  return isChanged ? `${name} as changed in the configuration` : name;
}

/** Puts what the configuration says on top. Its rate holds besides those of the profile, evenly spread. */
function configured(
  profile: TargetProfile,
  section: DialectSection,
  requestsPerSecond: number | undefined,
): TargetProfile {
  const rate = [...(section.rate ?? profileDialect(profile).rate), ...budgetOf(requestsPerSecond)];
  const says: PartialDialect = requestsPerSecond === undefined ? section : { ...section, rate };
  const layer: Layer = { origin: 'config', says };
  return Object.keys(says).length === 0 ? profile : { ...profile, layers: [...profile.layers, layer] };
}

/** A budget of less than one request would never let one out. */
function budgetOf(requestsPerSecond: number | undefined): Dialect['rate'] {
  if (requestsPerSecond === undefined) return [];
  return [
    requestsPerSecond < 1
      ? { requests: 1, perSeconds: 1 / requestsPerSecond, burst: 1 }
      : { requests: requestsPerSecond, perSeconds: 1, burst: 1 },
  ];
}

async function loadNamed(name: string, mention: Mention): Promise<TargetProfile> {
  const file = isFile(name) ? resolve(dirname(mention.text.file), name) : await shippedFile(name, mention);
  if (mention.through.includes(file))
    refuse(
      mention,
      `the profiles extend each other in a circle: ${[...mention.through, file].join(' → ')}`,
      'leave extends out of one of them',
    );
  const text = readYaml(file, await readProfile(file, mention));
  const { success, data, error } = profileFileSchema.safeParse(text.value ?? {}, { reportInput: true });
  if (!success)
    throw configurationError(
      text,
      error.issues.flatMap((issue) => explainIssue(issue, text, profileFileSchema)),
    );
  const { about, extends: base, ...says } = data;
  const below =
    base === undefined
      ? []
      : (await loadNamed(base, { text, path: ['extends'], through: [...mention.through, file] })).layers;
  const layers = Object.keys(says).length === 0 ? below : [...below, { origin: 'profile' as const, says }];
  return { name, ...(about === undefined ? {} : { about }), layers };
}

/** A name has neither a slash nor the ending of a file. */
function isFile(name: string): boolean {
  return /[/\\]|\.ya?ml$/.test(name);
}

/** Names of the profiles that come with dir2scim. */
export async function shippedProfiles(): Promise<string[]> {
  return (await readdir(folder)).map((file) => file.replace(/\.yaml$/, '')).sort();
}

async function shippedFile(name: string, mention: Mention): Promise<string> {
  const names = await shippedProfiles();
  if (names.includes(name)) return join(folder, `${name}.yaml`);
  const meant = nearest(name, names);
  const known = `there are: ${names.join(', ')}; a file of your own is written like ./${name}.yaml`;
  return refuse(
    mention,
    `there is no profile ${JSON.stringify(name)}`,
    meant === undefined ? known : `did you mean ${meant}? ${known}`,
  );
}

async function readProfile(file: string, mention: Mention): Promise<string> {
  try {
    return await readFileText(file);
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const code = systemCode(error);
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    return refuse(
      mention,
      `the profile ${file} ${why}`,
      'the path is relative to the file that names it',
      'D2S_CONFIG_UNREADABLE',
    );
  }
}

function refuse({ text, path }: Mention, what: string, fix: string, code: ErrorCode = 'D2S_CONFIG_INVALID'): never {
  throw configurationError(text, [{ path, at: 'value', code, what, fix }]);
}
