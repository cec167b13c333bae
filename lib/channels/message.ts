import type { ChannelKind } from '../db/tables/channels.ts';
import { andMore } from '../number-format.ts';

/** One line of a message; `href` makes it a link. */
export interface Line {
  text: string;
  href?: string;
}

/** A message before it is formatted for a kind of channel. Texts are plain. */
export interface Message {
  title: string;
  /** The whole message in one sentence, for notifications. */
  summary: string;
  sections: { heading: string; lines: Line[] }[];
  /** Where to see more; null if the URL of the pages is not known. */
  link: { label: string; href: string } | null;
  /** Data for programs, which only generic webhooks get. */
  facts: { type: string } & Record<string, unknown>;
}

/** The message as the body for a kind of channel with a webhook. */
export function toPayload(kind: Exclude<ChannelKind, 'email'>, message: Message): Record<string, unknown> {
  if (kind === 'slack') return toSlack(message);
  if (kind === 'teams') return toTeams(message);
  const { title, summary, link, facts } = message;
  return { ...facts, title, summary, link: link?.href ?? null };
}

/** https://docs.slack.dev/reference/block-kit/blocks: of a header, of a section's text, and of blocks in a message. */
const MAX_HEADER = 150;
const MAX_TEXT = 3000;
const MAX_BLOCKS = 50;

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escapeSlack = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The text with at most so many characters. */
export function cutText(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

function toSlack({ title, summary, sections, link }: Message): Record<string, unknown> {
  const header = {
    type: 'header',
    text: { type: 'plain_text', text: cutText(title, MAX_HEADER), emoji: false },
  };
  const texts = sections.flatMap(({ heading, lines }) =>
    toChunks([`*${escapeSlack(heading)}*`, ...lines.map(toSlackLine)], MAX_TEXT),
  );
  const foot = link ? [section(`<${link.href}|${escapeSlack(link.label)}>`)] : [];
  const shown = texts.slice(0, MAX_BLOCKS - 1 - foot.length).map(section);
  return { text: escapeSlack(cutText(summary, MAX_TEXT / 2)), blocks: [header, ...shown, ...foot] };
}

const MAX_LINE_LENGTH = 400;

function toSlackLine({ text, href }: Line): string {
  const shown = escapeSlack(cutText(text, MAX_LINE_LENGTH));
  return href ? `• <${href}|${shown}>` : `• ${shown}`;
}

/** Joins lines into as few texts as fit. */
function toChunks(lines: readonly string[], most: number): string[] {
  const chunks: string[] = [];
  for (const line of lines) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= most)
      chunks[chunks.length - 1] = `${last}\n${line}`;
    else chunks.push(line);
  }
  return chunks;
}

/** Text blocks of adaptive cards know some Markdown, so names must be escaped. */
const escapeMarkdown = (text: string) => text.replace(/[\\`*_[\]#~]/g, '\\$&');

const textBlock = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more });

/**
 * The body for a Microsoft Teams workflow that posts what its webhook receives:
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
function toTeams({ title, sections, link }: Message): Record<string, unknown> {
  const body = [
    textBlock(escapeMarkdown(cutText(title, MAX_LINE_LENGTH)), { size: 'Large', weight: 'Bolder' }),
    ...toTeamsSections(sections),
  ];
  const actions = link ? [{ type: 'Action.OpenUrl', title: link.label, url: link.href }] : [];
  const card = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard' };
  const content = { ...card, version: '1.4', body, actions };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/**
 * The bytes of a card's sections: Teams takes 28 kB in all, and the title, the link and what surrounds them take the rest:
 * https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams
 */
const MAX_SECTIONS_BYTES = 24_000;

function toTeamsSections(sections: Message['sections']) {
  let left = MAX_SECTIONS_BYTES;
  let leftOut = 0;
  const blocks: object[] = [];
  for (const { heading, lines } of sections) {
    const head = textBlock(escapeMarkdown(heading), { weight: 'Bolder', spacing: 'Medium' });
    left -= bytesOf([head, textBlock('')]);
    const shown: string[] = [];
    for (const line of lines.map(toMarkdownLine)) {
      left -= bytesOf(line);
      if (left >= 0) shown.push(line);
      else leftOut += 1;
    }
    if (shown.length > 0) blocks.push(head, textBlock(shown.join('\n')));
  }
  return leftOut > 0 ? [...blocks, textBlock(andMore(leftOut))] : blocks;
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

function toMarkdownLine({ text, href }: Line): string {
  const shown = escapeMarkdown(cutText(text, MAX_LINE_LENGTH));
  return href ? `- [${shown}](${href})` : `- ${shown}`;
}
