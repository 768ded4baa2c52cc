import type { Notification } from '../../ports/notifier.ts';

export type WebhookFormat = 'json' | 'slack' | 'teams';

/** What is sent, by the format that the receiver understands. */
export function bodyOf(format: WebhookFormat, notification: Notification): unknown {
  switch (format) {
    case 'json':
      return { version: 1, source: 'dir2scim', ...notification };
    case 'slack':
      return { text: [`*dir2scim: ${title(notification)}*`, ...lines(notification)].map(escapeSlack).join('\n') };
    case 'teams':
      return teamsMessage(notification);
  }
}

function title({ condition, target }: Notification): string {
  return [condition, target].filter((part) => part !== undefined).join(', ');
}

function lines({ summary, remedy }: Notification): string[] {
  return remedy === undefined ? [summary] : [summary, remedy];
}

/** docs.slack.dev/messaging/formatting-message-text (2026-11): these three are control characters of its text. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What a webhook of Teams' Workflows takes: a message with an Adaptive Card
 * (learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook, 2026-11).
 */
function teamsMessage(notification: Notification): unknown {
  const block = (text: string, rest: object = {}) => ({
    type: 'TextBlock',
    text: escapeMarkdown(text),
    wrap: true,
    ...rest,
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(`dir2scim: ${title(notification)}`, { weight: 'Bolder', size: 'Medium' }),
            ...lines(notification).map((line) => block(line)),
          ],
        },
      },
    ],
  };
}

/** Text blocks of cards read a part of Markdown. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_[\]()#`]/g, String.raw`\$&`);
}
