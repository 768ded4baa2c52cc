import { printable } from '../../core/wording/foreign.ts';
import { count } from '../../core/wording/count.ts';
import type { Survey } from './survey-tally.ts';

/** Where a secret lies: the secret itself is never asked for. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

/** How the directory is reached. Paths are as the configuration file says them. */
export type StarterSource =
  | { readonly ldif: string }
  | {
      readonly urls: readonly string[];
      readonly startTls: boolean;
      readonly ca?: string | undefined;
      readonly bind?: { readonly dn: string; readonly password: SecretPlace } | undefined;
    };

/** What a starter configuration is made from. */
export interface Starter {
  readonly directory: string;
  readonly source: StarterSource;
  /** Where users and groups are; undefined for the whole of a file. */
  readonly bases?: { readonly users: string; readonly groups: string } | undefined;
  readonly target: string;
  readonly targetUrl: string;
  readonly profile: string;
  readonly token: SecretPlace;
  readonly leaves: 'deactivate' | 'delete' | 'keep';
  /** The attribute of the userName, where it is not the one of the preset map. */
  readonly userName?: string | undefined;
  /** DN of the group whose members belong on the target; everybody without it. */
  readonly scopeGroup?: string | undefined;
}

/** The text of a configuration file, with reasons. Values of people are not in it, nor any secret. */
export function starterText(starter: Starter, survey: Survey | undefined): string {
  return `# Made by dir2scim init. docs/configuration.md explains every key; paths are relative to this file.
# What it would do: dir2scim check, then dir2scim plan. Neither writes anything anywhere.

${directoryText(starter, survey)}

${targetText(starter, survey)}

# schedule: { poll: 10s }                # how often dir2scim run asks the directory what changed
state: { path: ./state }                 # what is known of the targets; keep it
# http: { listen: 127.0.0.1:9464 }       # health and metrics of dir2scim run
`;
}

function directoryText({ directory, source, bases }: Starter, survey: Survey | undefined): string {
  const found =
    survey === undefined
      ? ''
      : `  # ${survey.kind}: ${count(survey.users, 'user')} and ${count(survey.groups, 'group')} in scope`;
  const lines = ['directories:', `  ${directory}:${found}`];
  if ('ldif' in source) lines.push('    kind: ldif', `    path: ${quoted(source.ldif)}`);
  else {
    lines.push(`    urls: [${source.urls.map(quoted).join(', ')}]  # tried in order`);
    if (source.bind === undefined) lines.push('    # bind: { dn: "…", password: { file: … } }  # anonymous without it');
    else lines.push(`    bind: { dn: ${quoted(source.bind.dn)}, password: ${secretText(source.bind.password)} }`);
    if (source.startTls) lines.push('    startTls: true');
    lines.push(
      source.ca === undefined
        ? '    # tls: { ca: corp-ca.pem }         # only for an authority that this machine does not know'
        : `    tls: { ca: ${quoted(source.ca)} }`,
    );
  }
  if (survey !== undefined && survey.containers.length > 0) {
    lines.push('    # Where they are:');
    for (const { dn, users, groups } of survey.containers)
      lines.push(`    #   ${printable(dn)}: ${count(users, 'user')}, ${count(groups, 'group')}`);
  }
  if (bases !== undefined) {
    lines.push(`    users: { bases: [${quoted(bases.users)}] }`, `    groups: { bases: [${quoted(bases.groups)}] }`);
  }
  return lines.join('\n');
}

function targetText(starter: Starter, survey: Survey | undefined): string {
  const { target, targetUrl, profile, token, leaves } = starter;
  const lines = [
    'targets:',
    `  ${target}:`,
    `    url: ${quoted(targetUrl)}`,
    `    auth: { bearer: ${secretText(token)} }  # or basic, oauth2, headers`,
    profile === 'rfc7644'
      ? '    # profile: rfc7644                 # what the service is: slack, github-emu, …: docs/targets.md'
      : `    profile: ${quoted(profile)}`,
    ...scopeLines(starter, survey),
    ...userNameLines(starter, survey),
    `    removal: { leaves: ${leaves} }     # who leaves is deactivated (or delete, keep); deleteAfter: 30d deletes later`,
    '    # guard: …                         # removes at most 10 % of the people without asking; docs/configuration.md',
  ];
  return lines.join('\n');
}

function scopeLines({ scopeGroup }: Starter, survey: Survey | undefined): string[] {
  const lines = ['    # Who belongs there: members of a group, or what an expression says. Everybody without it.'];
  for (const { dn, members } of survey?.scopeGroups ?? [])
    lines.push(`    #   ${printable(dn)}: ${count(members, 'member')}`);
  if (scopeGroup === undefined) lines.push('    # scope: { users: { memberOf: ["DN of a group"] } }');
  else lines.push(`    scope: { users: { memberOf: [${quoted(scopeGroup)}] } }`);
  return lines;
}

function userNameLines({ userName }: Starter, survey: Survey | undefined): string[] {
  const lines = (survey?.candidates ?? []).map(
    ({ attribute, have, shared }) =>
      `    #   ${attribute}: ${have} of ${count(survey?.users ?? 0, 'user')} have it${shared === 0 ? ', all different' : `; ${count(shared, 'value')} of several users`}`,
  );
  if (lines.length > 0) lines.unshift('    # By what people are known there, which has to be different for everybody:');
  if (userName === undefined)
    return [...lines, '    # users: { map: { … } }             # adds to the map that comes with dir2scim'];
  return [...lines, `    users: { map: { userName: ${userNameExpression(userName, survey?.preset)} } }`];
}

/** In OpenLDAP and its like, such attributes may have several values. */
function userNameExpression(attribute: string, preset: Survey['preset'] | undefined): string {
  return quoted(preset === 'active-directory' ? `lower(${attribute})` : `lower(first(${attribute}))`);
}

function secretText(place: SecretPlace): string {
  return 'file' in place ? `{ file: ${quoted(place.file)} }` : `{ env: ${place.env} }`;
}

/** A text of YAML 1.2 in double quotes: whatever JSON writes is one. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
