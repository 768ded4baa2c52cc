import * as z from 'zod';
import { targetTls } from './access.ts';
import { choice, flag, forms, secret, text } from './values.ts';

const webhookForm = 'an address like https://ops.example/hook, or { file } or { env } where the address is a secret';

/** One receiver of notifications. */
export const notifySection = z.strictObject({
  webhook: z
    .union([text, secret])
    .register(forms, { form: webhookForm, quotable: true })
    .describe(
      'Address that takes a POST. `{ file }` or `{ env }` where the address itself is a secret, as with Slack and Teams.',
    ),
  format: choice(['json', 'slack', 'teams'])
    .default('json')
    .describe('What is sent: `json` for programs, a message for Slack, or a card for a workflow of Teams.'),
  secret: z
    .exactOptional(secret)
    .describe(
      'Key of the signature (Standard Webhooks, HMAC-SHA256): `{ file }` or `{ env }`. Without it nothing is signed.',
    ),
  on: z
    .array(choice(['held', 'quarantined', 'failing', 'recovered']))
    .min(1)
    .default(['held', 'quarantined', 'failing', 'recovered'])
    .describe('Which changes are told.'),
  tls: targetTls,
  allowCleartext: flag
    .default(false)
    .describe('Allows an `http://` address beyond this machine: anyone on the way can read and change what is told.'),
});
