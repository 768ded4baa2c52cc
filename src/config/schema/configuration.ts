import * as z from 'zod';
import { directorySchema } from './directory.ts';
import { notifySection } from './notify.ts';
import { targetSchema } from './target.ts';
import { choice, configName, duration, flag, listenAddress, schedule, text } from './values.ts';

/**
 * The configuration file, key by key. Everything else is derived from this: types, error messages, the JSON Schema for
 * editors, and the test that docs/configuration.md names every key. What depends on several keys is in cross-check.ts.
 */
export const configurationSchema = z.strictObject({
  directories: z.record(configName, directorySchema).describe('The directories to read, by name.'),
  targets: z.record(configName, targetSchema).describe('The SCIM services to keep in step, by name.'),
  schedule: z
    .strictObject({
      poll: schedule.prefault('10s').describe('How often changes are looked for: an interval or a cron expression.'),
      full: schedule
        .prefault('0 3 * * *')
        .describe('When everything is read and compared: an interval or a cron expression.'),
      verify: z
        .exactOptional(schedule)
        .describe(
          'When targets are read back and compared with what they should have: an interval or a cron expression. Without it: never. Targets say with `drift` what becomes of what is found.',
        ),
      probe: duration
        .prefault('5m')
        .describe(
          'After so long without a request to a target it is asked for next to nothing, so that a target that is gone or a token that was revoked is known before it matters.',
        ),
    })
    .prefault({})
    .describe('When cycles run. Cron expressions are in local time.'),
  state: z
    .strictObject({
      path: text.default('./state').describe('Folder of the state, relative to the configuration file.'),
    })
    .prefault({})
    .describe('Where dir2scim remembers what the targets acknowledged.'),
  notify: z
    .array(notifySection)
    .prefault([])
    .describe(
      'Who is told when something is held, fails, or is over. Numbers and names from this file, never a person.',
    ),
  http: z
    .strictObject({
      listen: listenAddress.prefault('127.0.0.1:9464').describe('Address for health and metrics, `host:port`.'),
    })
    .prefault({})
    .describe('Health and metrics. Nothing private is served there.'),
  log: z
    .strictObject({
      level: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('What is logged.'),
      format: choice(['auto', 'json', 'pretty'])
        .default('auto')
        .describe('`auto`: pretty on a terminal, JSON otherwise.'),
      values: flag
        .default(false)
        .describe(
          'Whether the provisioning log has the values that were sent. They are personal data, and stay as long as the log keeps them.',
        ),
      keep: duration.prefault('90d').describe('How long operations stay in the provisioning log.'),
      megabytes: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(256)
        .describe('How large the provisioning log gets: the oldest operations go first.'),
    })
    .prefault({})
    .describe('The log, on stdout, and the provisioning log, in the folder of the state.'),
});

/** What a file says, checked key by key, with defaults. */
export type ConfigurationSource = z.output<typeof configurationSchema>;
export type DirectorySection = ConfigurationSource['directories'][string];
export type NotifySection = ConfigurationSource['notify'][number];
export type TargetSection = ConfigurationSource['targets'][string];
