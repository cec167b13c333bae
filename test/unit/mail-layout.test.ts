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

test('a mail has what Outlook, Gmail and Apple Mail need', () => {
  const rows: MailCell[][] = [
    [
      { text: 'a/b', href: 'https://example.org/' },
      { text: '12', tone: 'up' },
    ],
  ];
  const { html } = mailLayout({
    title: 'T',
    preheader: 'P',
    parts: [
      mailHeading('H'),
      mailParagraph('Text'),
      mailList([{ text: 'One', href: 'https://example.org/' }]),
      mailTable({ caption: 'Figures', heads: ['Name', 'Views'], rows }),
      mailPicture({ cid: 'days', alt: 'Views of each day', width: 536 }),
      mailButton({ label: 'Open', href: 'https://example.org/' }),
    ],
    reason: 'R',
  });
  const [, body = ''] = html.split('</head>');
  // Gmail leaves the styles of the head out in some of its apps, and Word knows neither flex nor grid.
  expect(html).not.toMatch(/display:\s*(inline-)?(flex|grid)|<(script|link|iframe|form|video|svg)\b|url\(/);
  for (const tag of body.match(/<(p|h1|h2|a|th|img)\b[^>]*>/g) ?? []) expect(tag).toContain('style="');
  for (const [table] of body.matchAll(/<table[^>]*>/g))
    expect(table).toMatch(/cellpadding="0" cellspacing="0" border="0"/);
  for (const [table] of body.matchAll(/<table(?![^>]*aria-label)[^>]*>/g))
    expect(table).toContain('role="presentation"');
  // What has a ground has it as an attribute too, except the body, whose whole width a table fills.
  for (const [, tag] of body.matchAll(/<(?!body)(\w+[^>]*background-color:[^>]*)>/g))
    expect(tag).toContain('bgcolor="');
  expect(body).toMatch(/<img src="cid:days" alt="Views of each day" width="536" border="0"/);
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  expect(html).toContain('<meta name="supported-color-schemes" content="light dark">');
  expect(html).toContain('@media (prefers-color-scheme:dark)');
  expect(html).toMatch(/<!--\[if mso\]>.*font-family:Arial/);
  expect(html).toMatch(/<!--\[if mso\]><table role="presentation" width="600"/);
});
