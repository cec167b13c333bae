import type { Instant } from '../instant.ts';
import { escapeMarkup } from '../markup.ts';

/** A feed in the words of the Atom Syndication Format: https://www.rfc-editor.org/rfc/rfc4287 */
export interface Feed {
  /** Never changes, as those of the entries: see {@link toTagId}. */
  id: string;
  title: string;
  /** When it changed last if it has no entry, which would say so itself. */
  since: Instant;
  /** Where the feed itself is; null where its address is a secret. */
  self: string | null;
  /** The page that shows the same; null if its address is not known. */
  page: string | null;
  entries: readonly FeedEntry[];
}

export interface FeedEntry {
  id: string;
  title: string;
  updated: Instant;
  /** The same as a text of its own. */
  content: string;
  /** The page about it. */
  page: string | null;
  /** Somewhere else that it is about. */
  related: string | null;
  /** Who wrote it; null: the program. */
  author: string | null;
  /** What kind of event it is, for readers that filter. */
  category: string | null;
}

/** The media type of {@link toAtom}. */
export const ATOM_TYPE = 'application/atom+xml; charset=utf-8';

/** Who wrote what no person wrote. */
const PROGRAM = 'GitHub Traffic Analytics';

/** The feed as an Atom document. All texts are plain: markup in them stays as it is. */
export function toAtom({ id, title, since, self, page, entries }: Feed): string {
  const updated =
    entries
      .map((entry) => entry.updated)
      .toSorted()
      .at(-1) ?? since;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    ...element('id', id),
    ...element('title', title),
    ...element('updated', updated),
    ...author(PROGRAM),
    ...link('self', self),
    ...link('alternate', page),
    ...entries.flatMap(toEntry),
    '</feed>',
    '',
  ].join('\n');
}

function toEntry(entry: FeedEntry): string[] {
  return [
    '<entry>',
    ...element('id', entry.id),
    ...element('title', entry.title),
    ...element('updated', entry.updated),
    ...(entry.author === null ? [] : author(entry.author)),
    ...(entry.category === null ? [] : [`<category term="${escapeMarkup(entry.category)}"/>`]),
    ...link('alternate', entry.page),
    ...link('related', entry.related),
    `<content type="text">${escapeMarkup(entry.content)}</content>`,
    '</entry>',
  ];
}

const element = (name: string, text: string) => [`<${name}>${escapeMarkup(text)}</${name}>`];
const author = (name: string) => [`<author><name>${escapeMarkup(name)}</name></author>`];

function link(rel: string, href: string | null): string[] {
  if (href === null) return [];
  const type = rel === 'self' ? ' type="application/atom+xml"' : '';
  return [`<link rel="${rel}"${type} href="${escapeMarkup(href)}"/>`];
}

/**
 * An id that never changes, as RFC 4151 has it: the host of the address, a day on which it was ours, and parts that name the thing there.
 */
export function toTagId(address: string, day: string, parts: readonly (string | number)[]): string {
  const { hostname } = new URL(address);
  // The RFC has no room for an IPv6 address.
  const authority = /^[a-z\d.-]+$/.test(hostname) ? hostname : 'localhost';
  return `tag:${authority},${day}:${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}
