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
    .option('--discover <domain>', 'or the servers that DNS names for this domain, such as its domain controllers')
    .option('--site <name>', 'with --discover: those of this Active Directory site first')
    .option('--start-tls', 'upgrade ldap:// with StartTLS', false)
    .option('--ca <file>', 'PEM certificates of an authority that this machine does not know')
    .option('--bind-dn <dn>', 'who reads the directory; anonymous without it')
    .option('--password-file <file>', 'the file that holds their password')
    .option('--password-env <variable>', 'or the environment variable')
    .option('--cert <file>', 'or the PEM certificate by which the server knows who reads (SASL EXTERNAL)')
    .option('--key <file>', 'the private key of that certificate')
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
    .option('--basic <user>', 'it wants a user name and password, in place of a token')
    .option('--oauth2 <token-url>', 'or tokens that dir2scim gets there (OAuth 2.0 client credentials)')
    .option('--client-id <id>', 'with --oauth2: the name of this client there')
    .option('--oauth2-scope <scope>', 'with --oauth2: what the tokens are to be good for')
    .option('--header <name>', 'or a secret in this header')
    .option('--token-file <file>', 'the file that holds the token for it, or that password, client secret or header')
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
