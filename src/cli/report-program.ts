import { Option, type Command } from 'commander';
import type { ReportAccessOptions } from './commands/report-access.ts';
import type { CommandContext } from './session.ts';

type Given = { readonly config?: string } & ReportAccessOptions;

/** `dir2scim report …`: what auditors ask for. */
export function addReport(
  group: Command,
  begin: (parent: Command, name: string, description: string) => Command,
  contextOf: (given: { readonly config?: string }) => CommandContext,
  finish: (exitCode: number) => void,
): void {
  begin(group, 'access', 'who has what on each target, and which clause or group of the scope gives it')
    .option('--target <name>', 'only this target')
    .addOption(
      new Option('--format <format>', 'csv is that of RFC 4180').choices(['table', 'csv', 'json']).default('table'),
    )
    .option('--json', 'the same as --format json', false)
    .action(async (given: Given) => {
      const { reportAccess } = await import('./commands/report-access.ts');
      finish(await reportAccess(given, contextOf(given)));
    });
}
