import * as z from 'zod';

/** https://docs.slack.dev/reference/block-kit/blocks */
const plainText = (max: number) =>
  z.object({ type: z.literal('plain_text'), text: z.string().min(1).max(max) });
const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), text: plainText(150) }),
  z.object({
    type: z.literal('section'),
    text: z.object({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000) }),
  }),
]);
const slackMessage = z.object({
  text: z.string().min(1).max(40_000),
  blocks: z.array(block).min(1).max(50),
});

/** Slack's error for a message of blocks; null: it is valid. */
export function findBlockKitError(body: object): string | null {
  return slackMessage.safeParse(body).success ? null : 'invalid_blocks';
}

/** Teams accepts messages of up to 28 KB: https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams */
const MAX_BYTES = 28 * 1024;

const element = z.object({ type: z.literal('TextBlock'), text: z.string().min(1) });
const teamsMessage = z.object({
  type: z.literal('message'),
  attachments: z.tuple([
    z.object({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      content: z.object({
        type: z.literal('AdaptiveCard'),
        version: z.string().regex(/^1\.[0-5]$/),
        body: z.array(element).min(1),
      }),
    }),
  ]),
});

/** What is wrong with a message for a Teams workflow; null: nothing. */
export function findAdaptiveCardError(body: object): string | null {
  if (Buffer.byteLength(JSON.stringify(body)) > MAX_BYTES) return 'The message is too large';
  return teamsMessage.safeParse(body).success ? null : 'The message is no adaptive card';
}
