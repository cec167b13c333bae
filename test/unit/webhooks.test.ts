import { expect, test } from 'vitest';
import { type Message, toPayload } from '../../lib/channels/message.ts';
import { findAdaptiveCardError, findBlockKitError } from '../../local/webhooks/limits.ts';

const lines = (count: number, text: string) => Array.from({ length: count }, () => ({ text }));
const message = (sections: Message['sections'], fields: Partial<Message> = {}): Message => ({
  title: 'T',
  summary: 'S',
  sections,
  link: { label: 'More', href: 'https://pages.example/t/1' },
  facts: { type: 'test' },
  ...fields,
});

type Blocks = { blocks: { type: string; text: { text: string } }[] };

test('a message of any length keeps Slack’s limits', () => {
  const long = message(
    [
      { heading: 'One', lines: lines(400, '&'.repeat(900)) },
      { heading: 'Two', lines: lines(300, 'x'.repeat(2999)) },
    ],
    { title: 'T'.repeat(500), summary: '<'.repeat(9000) },
  );
  const payload = toPayload('slack', long);
  expect(findBlockKitError(payload)).toBeNull();
  const { blocks } = payload as Blocks;
  expect(blocks.length).toBe(50);
  expect(blocks.at(-1)?.text.text).toBe('<https://pages.example/t/1|More>');
});

test('a message of any length keeps the limit of Teams, and says how much it leaves out', () => {
  const long = message(
    [
      { heading: 'One', lines: lines(300, '*'.repeat(399)) },
      { heading: 'Two', lines: lines(300, 'ü'.repeat(900)) },
    ],
    { title: '_'.repeat(500), summary: 'S'.repeat(9000) },
  );
  const payload = toPayload('teams', long);
  expect(findAdaptiveCardError(payload)).toBeNull();
  const card = JSON.stringify(payload);
  const shown = card.split('- ').length - 1;
  expect(shown).toBeGreaterThan(10);
  expect(card).toContain(`and ${600 - shown} more`);
});

test('the test webhooks refuse what Slack refuses', () => {
  const { blocks } = toPayload('slack', message([{ heading: 'H', lines: lines(1, 'x') }])) as Blocks;
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  expect(findBlockKitError({ text: 'x', blocks })).toBeNull();
  expect(findBlockKitError({ text: 'x', blocks: Array.from({ length: 51 }, () => section('x')) })).toBe(
    'invalid_blocks',
  );
  expect(findBlockKitError({ text: 'x', blocks: [section('x'.repeat(3001))] })).toBe('invalid_blocks');
  expect(findBlockKitError({ text: 'x', blocks: [section('')] })).toBe('invalid_blocks');
});

test('names are plain text in every format, never markup', () => {
  const nasty = '<!channel> & *bold* [x](https://evil.example)';
  const one = message([{ heading: nasty, lines: [{ text: nasty, href: 'https://pages.example/' }] }]);
  const { blocks } = toPayload('slack', one) as Blocks;
  expect(blocks[1]?.text.text).toContain('&lt;!channel&gt; &amp;');
  const card = JSON.stringify(toPayload('teams', one));
  expect(card).toContain(String.raw`\\[x\\](https://evil.example)`);
  expect(findAdaptiveCardError(toPayload('teams', one))).toBeNull();
});

test('a webhook gets the facts beside the text', () => {
  const payload = toPayload('webhook', message([], { facts: { type: 'problems', count: 3 } }));
  expect(payload).toEqual({
    type: 'problems',
    count: 3,
    title: 'T',
    summary: 'S',
    link: 'https://pages.example/t/1',
  });
});
