import type { VNode } from 'preact';
import { expect, test } from 'vitest';
import { Sentence } from '../../static/controls/sentence.tsx';

/** The links of a message, by address. */
function linksOf(text: string): string[] {
  const { children } = (Sentence({ text }) as VNode<{ children: unknown[] }>).props;
  return children.flatMap((child) =>
    typeof child === 'object' && child !== null ? [(child as VNode<{ href: string }>).props.href] : [],
  );
}

test('an address in a message becomes a link, without the punctuation after it', () => {
  const url = 'https://github.com/orgs/acme/sso?authorization_request=A4X';
  expect(linksOf(`Authorize the token at ${url} or later.`)).toEqual([url]);
  expect(linksOf(`Authorize it at ${url}. See “http://a.example/b”.`)).toEqual([url, 'http://a.example/b']);
});

test('nothing else becomes a link', () => {
  expect(linksOf('See javascript:alert(1) and ftp://a.example, or https:// alone.')).toEqual([]);
});
