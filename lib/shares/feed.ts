import { createHash } from 'node:crypto';
import { startOf, toDay } from '../day.ts';
import { formatSpan } from '../day-format.ts';
import { ATOM_TYPE, toAtom, toTagId } from '../feeds/atom.ts';
import type { PublicFile } from '../files.ts';
import type { ShareContent } from './content.ts';
import { folderOf, type ShareRow } from './rows.ts';

/** The name of the feed beside a share's page. */
export const FEED_NAME = 'events.atom';

/** The events that a share shows as a feed; null if it shows none. As the page, it holds no id of ours. */
export function toShareFeed(
  share: Pick<ShareRow, 'slug' | 'createdAt'>,
  { page, events }: Pick<ShareContent, 'page' | 'events'>,
  addressOf: (name: string) => string,
): PublicFile | null {
  if (events === null) return null;
  const name = `${folderOf(share)}${FEED_NAME}`;
  const address = addressOf(folderOf(share));
  const toId = (...parts: string[]) =>
    toTagId(address, toDay(new Date(share.createdAt)), ['shared', share.slug, ...parts]);
  const entries = events.toReversed().map(({ date, to, text }) => ({
    id: toId(hashOf(`${date} ${to} ${text}`)),
    title: text,
    updated: startOf(date).toISOString(),
    content: `${text}. ${formatSpan(date, to)}`,
    page: address,
    related: null,
    author: null,
    category: null,
  }));
  const own = { id: toId(), title: page.title, since: share.createdAt };
  const body = toAtom({ ...own, self: addressOf(name), page: address, entries });
  return { name, type: ATOM_TYPE, body };
}

const HASH_LENGTH = 16;
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH);
