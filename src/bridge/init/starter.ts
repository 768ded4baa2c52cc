import { printable } from '../../core/wording/foreign.ts';
import { count } from '../../core/wording/count.ts';
import { authText, quoted, secretText, type SecretPlace, type StarterAuth } from './starter-auth.ts';
import type { Survey } from './survey-tally.ts';

/** How the directory is reached. Paths are as the configuration file says them. */
export type StarterSource =
  | { readonly ldif: string }
  | {
      readonly servers: readonly string[] | StarterDomain;
      readonly startTls: boolean;
      readonly ca?: string | undefined;
      readonly bind?: StarterBind | undefined;
    };

/** The domain whose servers DNS names. */
export interface StarterDomain {
  readonly domain: string;
  readonly site?: string | undefined;
}

/** Who reads the directory: an account with a password, or a certificate (SASL EXTERNAL). */
export type StarterBind =
  { readonly dn: string; readonly password: SecretPlace } | { readonly cert: string; readonly key: string };

/** What a starter configuration is made from. */
export interface Starter {
  readonly directory: string;
  readonly source: StarterSource;
  /** Where users and groups are; undefined for the whole of a file. */
  readonly bases?: { readonly users: string; readonly groups: string } | undefined;
  readonly target: string;
  readonly targetUrl: string;
  readonly profile: string;
  readonly auth: StarterAuth;
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
    lines.push(serversText(source.servers), bindText(source.bind));
    if (source.startTls) lines.push('    startTls: true');
    lines.push(tlsText(source));
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

function serversText(servers: readonly string[] | StarterDomain): string {
  if (!('domain' in servers)) return `    urls: [${servers.map(quoted).join(', ')}]  # tried in order`;
  const { domain, site } = servers;
  const where = site === undefined ? quoted(domain) : `{ domain: ${quoted(domain)}, site: ${quoted(site)} }`;
  return `    discover: ${where}  # the servers that DNS names`;
}

function bindText(bind: StarterBind | undefined): string {
  if (bind === undefined) return '    # bind: { dn: "…", password: { file: … } }  # anonymous without it';
  if ('cert' in bind) return '    bind: { external: true }  # known by the certificate below';
  return `    bind: { dn: ${quoted(bind.dn)}, password: ${secretText(bind.password)} }`;
}

function tlsText({ ca, bind }: { readonly ca?: string | undefined; readonly bind?: StarterBind | undefined }): string {
  const keys = [
    ...(ca === undefined ? [] : [`ca: ${quoted(ca)}`]),
    ...(bind !== undefined && 'cert' in bind ? [`cert: ${quoted(bind.cert)}, key: ${quoted(bind.key)}`] : []),
  ];
  return keys.length === 0
    ? '    # tls: { ca: corp-ca.pem }         # only for an authority that this machine does not know'
    : `    tls: { ${keys.join(', ')} }`;
}

function targetText(starter: Starter, survey: Survey | undefined): string {
  const { target, targetUrl, profile, auth, leaves } = starter;
  const lines = [
    'targets:',
    `  ${target}:`,
    `    url: ${quoted(targetUrl)}`,
    `    auth: ${authText(auth)}`,
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
