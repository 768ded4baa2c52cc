import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InitOptions } from './init-options.ts';
import type { CommandContext } from './session.ts';

type Given = { readonly config?: string } & InitOptions;

/** `dir2scim init`: what is not given is asked for on a terminal. */
export function addInit(
  command: Command,
  contextOf: (given: { readonly config?: string }) => CommandContext,
  finish: (exitCode: number) => void,
): void {
  const several = (url: string, before: readonly string[] = []): string[] => [...before, url];
  command
    .option('--out <file>', 'where to write it (without it: as --config)')
    .option('--force', 'also in place of a file that is there', false)
    .option('--ldif <file>', 'the directory is this LDIF file')
    .option('--url <url>', 'the directory is this server, ldaps://… or ldap://…; several, tried in order', several)
    .option('--start-tls', 'upgrade ldap:// with StartTLS', false)
    .option('--ca <file>', 'PEM certificates of an authority that this machine does not know')
    .option('--bind-dn <dn>', 'who reads the directory; anonymous without it')
    .option('--password-file <file>', 'the file that holds their password')
    .option('--password-env <variable>', 'or the environment variable')
    .option(
      '--base <dn>',
      'where to look for users and groups; without it, where the server says that entries are',
      (dn: string, before?: string) => {
        if (before === undefined) return dn;
        throw new InvalidArgumentError('There is one base: name what is above both.');
      },
    )
    .option('--user-name <attribute>', 'the attribute that the userName comes from')
    .option('--scope-group <dn>', 'only members of this group belong on the target')
    .option('--target-url <url>', 'the base URL of the SCIM service')
    .option('--target <name>', 'what to call it; a part of its host without it')
    .option('--profile <profile>', 'what the service is: a name of docs/targets.md, or a file')
    .option('--token-file <file>', 'the file that holds the token for it')
    .option('--token-env <variable>', 'or the environment variable')
    .addOption(
      new Option('--leaves <what>', 'what happens to those who leave')
        .choices(['deactivate', 'delete', 'keep'])
        .default('deactivate'),
    )
    .option('--json', 'print the result as JSON', false)
    .action(async (given: Given) => {
      const { init } = await import('./commands/init.ts');
      finish(await init(given, contextOf(given)));
    });
}
