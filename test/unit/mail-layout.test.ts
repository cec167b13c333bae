import { expect, test } from 'vitest';
import {
  fillUnsubscribe,
  type MailCell,
  mailButton,
  mailHeading,
  mailLayout,
  mailList,
  mailParagraph,
  mailPicture,
  mailTable,
} from '../../lib/mail/layout.ts';
import { type Mail, toMessageMail, type Unsubscribe } from '../../lib/mail.ts';

const EVIL = '<img src=x onerror=alert(1)>"\'&\r\nBcc: eve@example.org\u202e<!--unsubscribe-->';
const ESCAPED =
  '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp; Bcc: eve@example.org &lt;!--unsubscribe--&gt;';

const tagsOf = (html: string) => [...html.matchAll(/<(?!!)\/?([a-z0-9]+)/g)].map(([, name]) => name);

test('whatever people write stays text in every part of a mail, in both forms', () => {
  const rows: MailCell[][] = [
    [
      { text: EVIL, href: 'https://example.org/"><b>' },
      { text: EVIL, tone: 'up' },
    ],
  ];
  const partsOf = (text: string) => [
    mailParagraph(text),
    mailHeading(text),
    mailList([
      { text, href: 'https://example.org/a?b&c' },
      { text, href: 'javascript:alert(1)' },
    ]),
    mailTable({ caption: text, heads: [text, 'Views'], rows }),
    mailPicture({ cid: 'days', alt: text, width: 536 }),
    mailButton({ label: text, href: 'https://example.org/' }),
  ];
  const contentOf = (text: string) => ({ title: text, preheader: text, parts: partsOf(text), reason: text });
  const evil = mailLayout(contentOf(EVIL));
  const plain = mailLayout(contentOf('plain'));
  expect(tagsOf(evil.html)).toEqual(tagsOf(plain.html));
  expect(evil.html.split(ESCAPED).length).toBeGreaterThan(9);
  expect(evil.html).not.toMatch(/javascript:|href="https:\/\/example.org\/">/);
  expect(evil.text).not.toMatch(/^Bcc:/m);
  expect(evil.text).not.toMatch(/\r|\u202e/);
});

test('the link that ends such mails stands once, where the layout has its place', () => {
  const unsubscribe: Unsubscribe = {
    url: 'https://api.example.org/u',
    page: 'https://example.org/mail?a=1&b=2',
  };
  const mail = mailLayout({ title: 'T', preheader: 'P', parts: [mailParagraph(EVIL)], reason: 'R' });
  const filled = fillUnsubscribe(mail, unsubscribe.page);
  expect(filled.html.match(/href="https:\/\/example.org\/mail\?a=1&amp;b=2"/g)).toHaveLength(1);
  expect(filled.text).toMatch(/\nUnsubscribe: https:\/\/example.org\/mail\?a=1&b=2\n$/);
  const without = fillUnsubscribe(mail, null);
  expect(without.html).not.toMatch(/<!--unsubscribe-->|Unsubscribe/);
});

test('a channel’s message becomes a mail with the same words, its links, and the reason why it came', () => {
  const mail: Omit<Mail, 'to' | 'unsubscribe'> = toMessageMail(
    {
      title: 'Traffic of Northwind',
      summary: '3 repositories fail.',
      sections: [{ heading: 'Failing', lines: [{ text: 'a/b', href: 'https://example.org/r/1' }] }],
      link: { label: 'Open the overview', href: 'https://example.org/t/1' },
      facts: { type: 'test' },
    },
    { reason: 'You get this because a manager added this address.' },
  );
  expect(mail.subject).toBe('Traffic of Northwind');
  expect(mail.text).toBe(`Traffic of Northwind

Failing
- a/b
  https://example.org/r/1

Open the overview:
https://example.org/t/1

-- 
You get this because a manager added this address.
`);
  for (const part of [
    '3 repositories fail.',
    'href="https://example.org/r/1"',
    'href="https://example.org/t/1"',
  ])
    expect(mail.html).toContain(part);
});
