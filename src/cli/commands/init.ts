import { access } from 'node:fs/promises';
import { createApp } from '../../app.ts';
import { starterText, type Starter } from '../../bridge/init/starter.ts';
import { askDirectory, surveyDirectory, type Asked, type OpenApp } from '../../bridge/init/survey.ts';
import { bestUserName, presetUserName, type Survey } from '../../bridge/init/survey-tally.ts';
import { initJson } from '../../bridge/json/init.ts';
import { parseConfiguration } from '../../config/load.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { count } from '../../core/wording/count.ts';
import { printable } from '../../core/wording/foreign.ts';
import { commandLine } from '../command-line.ts';
import type { InitOptions } from '../init-options.ts';
import { askAuth, asker, askSource, refuseContradictions, required, type Ask } from '../init-questions.ts';
import type { CommandContext } from '../session.ts';
import { writeWholeFile } from '../whole-file.ts';
import { printJson, type Terminal } from '../terminal.ts';

/** Asks the directory, and writes a configuration to begin with. It holds no secret, and nothing of a person. */
export async function init(given: InitOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  refuseContradictions(given);
  const out = given.out ?? context.config;
  if (!given.force) await refuseExisting(out);
  const open: OpenApp = (configuration) => createApp(configuration, { onSecret: terminal.keepSecret });
  const ask = asker(terminal);
  const before = await firstAnswers(given, out, ask);
  const { signal } = new AbortController();
  const configuration = await parseConfiguration(out, starterText(before, undefined));
  const asked = await askDirectory(open, configuration, signal);
  terminal.note(`${asked.facts.server} answers: ${asked.facts.identity.kind}`);
  const base = await askBase(given, before, asked, ask);
  const survey = await surveyDirectory(open, configuration, base, asked, signal);
  showSurvey(survey, terminal);
  const starter = await lastAnswers(given, out, { ...before, ...basesOf(survey, base) }, survey, ask);
  const text = starterText(starter, survey);
  await parseConfiguration(out, text);
  const remedy = 'name another file with --out';
  await writeWholeFile(out, text, { what: 'the configuration', replaces: given.force, remedy });
  if (given.json) printJson(terminal, initJson(out, starter, survey));
  else showNext(out, starter, context);
  return 0;
}

/** What is needed to ask the directory. What only the target needs stands for itself until then. */
async function firstAnswers(given: InitOptions, out: string, ask: Ask): Promise<Starter> {
  const source = await askSource(given, out, ask);
  return {
    directory: 'corp',
    source,
    bases: 'ldif' in source ? undefined : { users: placeholderBase, groups: placeholderBase },
    target: 'target',
    targetUrl: 'https://target.example',
    profile: 'rfc7644',
    auth: { kind: 'bearer', secret: { env: 'TOKEN' } },
    leaves: given.leaves,
  };
}

/** Stands where a base is not known yet; nothing is read below it. */
const placeholderBase = 'dc=example';

async function askBase(
  given: InitOptions,
  { source }: Starter,
  { contexts }: Asked,
  ask: Ask,
): Promise<string | undefined> {
  if ('ldif' in source) return given.base;
  const [likeliest = ''] = contexts;
  const base = await ask(given.base, 'Where to look for users and groups', likeliest);
  return required(base, 'the server does not say where its entries are', 'name a base with --base');
}

/** The narrowest places of users and groups; of a file without a base, all of it. */
function basesOf(survey: Survey, base: string | undefined): Pick<Starter, 'bases'> {
  if (base === undefined) return { bases: undefined };
  const { users = base, groups = base } = survey.around;
  return { bases: { users, groups } };
}

async function lastAnswers(
  given: InitOptions,
  out: string,
  before: Starter,
  survey: Survey,
  ask: Ask,
): Promise<Starter> {
  const best = bestUserName(survey) ?? presetUserName(survey.preset);
  const userName = await ask(given.userName, 'The attribute that people are known by on the target', best);
  const scopeGroup = await ask(
    given.scopeGroup,
    'The DN of a group, if only its members belong there (empty: everybody)',
    '',
  );
  if (scopeGroup !== '' && !survey.hasGroup(scopeGroup)) throw noGroup(scopeGroup);
  const targetUrl = required(
    await ask(given.targetUrl, 'The base URL of the SCIM service, like https://wiki.example/scim/v2', ''),
    'the address of the SCIM service is not said',
    'name it with --target-url',
  );
  const target = given.target ?? targetName(targetUrl);
  return {
    ...before,
    directory: directoryName(before.bases?.users ?? survey.containers[0]?.dn ?? ''),
    target,
    targetUrl,
    profile: await ask(given.profile, 'What it is: a name of docs/targets.md', 'rfc7644'),
    auth: await askAuth(given, out, target, ask),
    userName: userName === presetUserName(survey.preset) ? undefined : userName,
    scopeGroup: scopeGroup === '' ? undefined : scopeGroup,
  };
}

function noGroup(dn: string): BridgeError {
  return new BridgeError(
    'D2S_SCOPE_GROUP_MISSING',
    `there is no group ${printable(dn)} where groups were looked for`,
    'correct the DN, or look elsewhere with --base',
  );
}

/** The first part of a domain: `DC=corp,DC=example` is called corp. */
function directoryName(base: string): string {
  const [, part = ''] = /\b(?:dc|o)=([A-Za-z0-9][A-Za-z0-9_-]{0,62})(?=,|$)/i.exec(base) ?? [];
  return part === '' ? 'corp' : part.toLowerCase();
}

/** The first part of a host that says something; of an address, nothing does. */
function targetName(url: string): string {
  const labels = (URL.parse(url)?.hostname ?? '').split('.').filter((label) => /^[a-z][a-z0-9-]*$/i.test(label));
  return labels.find((label) => !['www', 'api', 'scim', 'app', 'localhost'].includes(label)) ?? 'target';
}

async function refuseExisting(out: string): Promise<void> {
  const isThere = await access(out).then(
    () => true,
    () => false,
  );
  if (isThere)
    throw new BridgeError('D2S_USAGE', `there is a file ${out} already`, 'name another one with --out, or add --force');
}

function showSurvey({ users, groups, containers, candidates, scopeGroups }: Survey, { note }: Terminal): void {
  note(`${count(users, 'user')} and ${count(groups, 'group')}:`);
  for (const one of containers)
    note(`  ${printable(one.dn)}: ${count(one.users, 'user')}, ${count(one.groups, 'group')}`);
  for (const { attribute, have, shared } of candidates)
    note(
      `  ${attribute}: ${have} have it${shared === 0 ? ', all different' : `; ${count(shared, 'value')} of several users`}`,
    );
  for (const { dn, members } of scopeGroups) note(`  ${printable(dn)}: ${count(members, 'member')}`);
}

function showNext(out: string, { auth, source }: Starter, context: CommandContext): void {
  const { print } = context.terminal;
  const call = commandLine({ config: out, configGiven: out !== 'dir2scim.yaml' });
  print(`${out} is written. Look at it, and see to the secrets that it names:`);
  const bind = 'ldif' in source ? undefined : source.bind;
  const places = [...(bind !== undefined && 'password' in bind ? [bind.password] : []), auth.secret];
  for (const place of places)
    print('file' in place ? `  the file ${place.file}` : `  the environment variable ${place.env}`);
  print('Then, neither writes anything:');
  print(`  ${call('check')}`);
  print(`  ${call('plan')}`);
}
