import { escapeMarkup } from '../markup.ts';

/** What one pastes to show a badge or chart elsewhere. Addresses are those of the files, which are made of safe characters. */

const escapedMarkdown = (text: string) => text.replace(/[\\[\]`*_<>&|!]/g, '\\$&');

interface Shown {
  /** The picture's address. */
  address: string;
  /** What the picture says, for those who cannot see it. */
  text: string;
  /** Where a click leads; null if nowhere. */
  link: string | null;
}

/** A badge for a README. */
export function badgeMarkdown({ address, text, link }: Shown): string {
  const picture = `![${escapedMarkdown(text)}](${address})`;
  return link === null ? picture : `[${picture}](${link})`;
}

/** A badge for a page. */
export function badgeHtml({ address, text, link }: Shown): string {
  const picture = `<img src="${escapeMarkup(address)}" alt="${escapeMarkup(text)}">`;
  return link === null ? picture : `<a href="${escapeMarkup(link)}">${picture}</a>`;
}

/** The badge as shields.io draws it, from the address of its JSON. */
export function shieldsAddress(address: string): string {
  return `https://img.shields.io/endpoint?url=${encodeURIComponent(address)}`;
}

/** A chart for a README, light or dark as the reader's page is. GitHub takes this HTML in Markdown. */
export function chartMarkdown({
  text,
  link,
  light,
  dark,
}: Omit<Shown, 'address'> & { light: string; dark: string }) {
  const picture = [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${escapeMarkup(dark)}">`,
    `  <img src="${escapeMarkup(light)}" alt="${escapeMarkup(text)}">`,
    '</picture>',
  ].join('\n');
  return link === null ? picture : `<a href="${escapeMarkup(link)}">\n${picture}\n</a>`;
}
