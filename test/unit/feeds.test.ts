import { expect, test } from 'vitest';
import { type FeedEntry, toAtom, toTagId } from '../../lib/feeds/atom.ts';
import { readAtom } from '../atom.ts';

const entry: FeedEntry = {
  id: toTagId('https://traffic.example.com', '2026-01-01', ['entry']),
  title: 'Launch',
  updated: '2026-01-14T00:00:00.000Z',
  content: 'Launch. 14 Jan 2026',
  page: 'https://traffic.example.com/t/1?from=2026-01-01&to=2026-01-28&day=2026-01-14',
  related: null,
  author: null,
  category: 'annotation',
};
const feed = {
  id: toTagId('https://traffic.example.com', '2026-01-01', ['feed']),
  title: 'Test',
  since: '2026-01-01T00:00:00.000Z',
  self: null,
  page: null,
  entries: [entry],
};

test('markup, quotation marks and control characters of a text reach a reader as text', () => {
  const title = `</title><script>alert('"&amp;"')</script> ]]> é 🎉\u0000\u0008\u001b\uffff`;
  const related = 'https://example.com/?a=1&b="<>"';
  const text = toAtom({
    ...feed,
    title,
    entries: [{ ...entry, title, content: title, author: title, related }],
  });
  const shown = `</title><script>alert('"&amp;"')</script> ]]> é 🎉`;
  expect(readAtom(text)).toMatchObject({
    title: shown,
    entries: [
      {
        title: shown,
        content: shown,
        author: shown,
        links: { alternate: entry.page, related: 'https://example.com/?a=1&b=%22%3C%3E%22' },
      },
    ],
  });
});

test('a feed without entries is as old as what it is about', () => {
  expect(readAtom(toAtom({ ...feed, entries: [] }))).toMatchObject({ updated: feed.since, entries: [] });
});

test.each([
  ['https://Traffic.example.com:8443/x', 'tag:traffic.example.com,2026-01-01:a%2Fb/7'],
  ['http://127.0.0.1:7080', 'tag:127.0.0.1,2026-01-01:a%2Fb/7'],
  ['http://[::1]:7080', 'tag:localhost,2026-01-01:a%2Fb/7'],
])('an id of %s has the form of RFC 4151', (address, id) => {
  expect(toTagId(address, '2026-01-01', ['a/b', 7])).toBe(id);
});
