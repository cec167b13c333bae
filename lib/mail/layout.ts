import { escapeMarkup } from '../markup.ts';

/** A part of a mail in both of its forms. */
export interface MailPart {
  /** Rows of the layout's table. */
  html: string;
  text: string;
}

/** What `mailLayout` arranges. Texts are plain; it escapes them. */
export interface MailContent {
  title: string;
  /** One sentence that mail programs show beside the subject. */
  preheader: string;
  parts: readonly MailPart[];
  /** Why the receiver gets it. */
  reason: string;
}

/** A text cannot say how what surrounds it runs, nor begin a line of its own. */
export const toPlain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

/** Text for HTML, on one line. */
export const toHtml = (text: string): string => escapeMarkup(toPlain(text));

/** Links lead to pages; nothing else is an address. */
function toHref(href: string): string | null {
  return /^https?:\/\//.test(href) ? escapeMarkup(href) : null;
}

/**
 * The colors of static/style, written into each element: Gmail and Outlook read little else. Programs that know
 * `prefers-color-scheme` take the second ones by their classes.
 */
const COLORS = {
  ground: ['#f6f7f9', '#0f1216'],
  surface: ['#ffffff', '#171b21'],
  ink: ['#14171c', '#edf0f4'],
  soft: ['#4f5865', '#acb5c1'],
  line: ['#e3e7ec', '#2a3039'],
  accent: ['#2457d6', '#86acff'],
  button: ['#2457d6', '#86acff'],
  'button-ink': ['#ffffff', '#0b1530'],
  up: ['#16693a', '#7fd39b'],
  down: ['#b4232c', '#ff9297'],
} as const;

type ColorName = keyof typeof COLORS;

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

const color = (name: ColorName) => `color:${COLORS[name][0]}`;
const ground = (name: ColorName) => `background-color:${COLORS[name][0]}`;

const DARK = Object.entries(COLORS)
  .map(([name, [, dark]]) => {
    const rule = `.c-${name}{color:${dark}!important}.g-${name}{background-color:${dark}!important}`;
    return name === 'line' ? `${rule}.l-line{border-color:${dark}!important}` : rule;
  })
  .join('');

const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
img{border:0;max-width:100%;height:auto}
@media (max-width:620px){.figure{white-space:normal!important}.pad{padding-left:20px!important;padding-right:20px!important}.outer{padding:0!important}.card{border-radius:0!important;border-left:0!important;border-right:0!important}}
@media (prefers-color-scheme:dark){${DARK}}`;

/** Outlook for Windows draws with Word: it takes Times for a font that it does not have, and scales pictures with the screen. */
const FOR_WORD =
  '<!--[if mso]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>*{font-family:Arial,sans-serif!important}</style><![endif]-->';

const PAD = 'padding-left:32px;padding-right:32px';

const row = (html: string, style: string) => `<tr><td class="pad" style="${PAD};${style}">${html}</td></tr>`;

/** A paragraph. */
export function mailParagraph(text: string): MailPart {
  const style = `margin:0;font:400 15px/1.55 ${FONT};${color('ink')}`;
  return {
    html: row(`<p class="c-ink" style="${style}">${toHtml(text)}</p>`, 'padding-top:12px'),
    text: toPlain(text),
  };
}

/** A heading over parts that belong together. */
export function mailHeading(text: string): MailPart {
  const style = `margin:0;font:600 16px/1.35 ${FONT};${color('ink')}`;
  return {
    html: row(`<h2 class="c-ink" style="${style}">${toHtml(text)}</h2>`, 'padding-top:24px'),
    text: `\n${toPlain(text)}`,
  };
}

/** A list of lines, each a link if it has an address. */
export function mailList(lines: readonly { text: string; href?: string | undefined }[]): MailPart {
  const items = lines.map(({ text, href }) => {
    const address = href === undefined ? null : toHref(href);
    const shown = toHtml(text);
    const inner = address
      ? `<a class="c-accent" href="${address}" style="${color('accent')};text-decoration:underline">${shown}</a>`
      : shown;
    return `<tr><td class="c-soft" valign="top" width="16" style="width:16px;padding:3px 0;font:400 15px/1.5 ${FONT};${color('soft')}">•</td><td class="c-ink" style="padding:3px 0;font:400 15px/1.5 ${FONT};${color('ink')};word-break:break-word;overflow-wrap:anywhere">${inner}</td></tr>`;
  });
  const table = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${items.join('')}</table>`;
  return {
    html: row(table, 'padding-top:8px'),
    text: lines
      .map(({ text, href }) => `- ${toPlain(text)}${href === undefined ? '' : `\n  ${href}`}`)
      .join('\n'),
  };
}

/** A cell of `mailTable`; `tone` colors a change. */
export interface MailCell {
  text: string;
  href?: string;
  tone?: 'up' | 'down';
}

/** A table with heads. All columns but the first hold figures. `caption` says to screen readers what it is. */
export function mailTable({
  caption,
  heads,
  rows,
}: {
  caption: string;
  heads: readonly string[];
  rows: readonly (readonly MailCell[])[];
}): MailPart {
  const align = (column: number) => (column === 0 ? 'left' : 'right');
  const pad = (column: number) => (column === 0 ? '7px 8px 7px 0' : '7px 0 7px 8px');
  const head = heads
    .map(
      (text, column) =>
        `<th scope="col" class="c-soft l-line" align="${align(column)}" valign="bottom" style="padding:${pad(column)};border-bottom:1px solid ${COLORS.line[0]};font:600 12px/1.4 ${FONT};${color('soft')};text-align:${align(column)}">${toHtml(text)}</th>`,
    )
    .join('');
  const body = rows
    .map(
      (cells) => `<tr>${cells.map((cell, column) => toCell(cell, align(column), pad(column))).join('')}</tr>`,
    )
    .join('');
  const table = `<table aria-label="${toHtml(caption)}" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse"><tr>${head}</tr>${body}</table>`;
  const lines = rows.map((cells) => `- ${cells.map(({ text }, at) => toNamed(text, at, heads)).join(', ')}`);
  return { html: row(table, 'padding-top:8px'), text: lines.join('\n') };
}

const toNamed = (text: string, column: number, heads: readonly string[]) =>
  column === 0 ? toPlain(text) : `${heads[column] ?? ''} ${toPlain(text)}`;

function toCell({ text, href, tone }: MailCell, align: string, pad: string): string {
  const name: ColorName = tone ?? 'ink';
  const address = href === undefined ? null : toHref(href);
  const shown = address
    ? `<a class="c-accent" href="${address}" style="${color('accent')};text-decoration:none">${toHtml(text)}</a>`
    : toHtml(text);
  const wrap = align === 'left' ? 'word-break:break-word;overflow-wrap:anywhere' : 'white-space:nowrap';
  // On a phone, words beside a figure may go into a second line, so that the first column keeps its room.
  const figure = align === 'left' ? '' : ' figure';
  return `<td class="c-${name} l-line${figure}" align="${align}" style="padding:${pad};border-bottom:1px solid ${COLORS.line[0]};font:400 14px/1.4 ${FONT};${color(name)};text-align:${align};${wrap}">${shown}</td>`;
}

/** A picture that the mail carries, with the text for who does not see it. `width` in CSS pixels, at most 536. */
export function mailPicture({ cid, alt, width }: { cid: string; alt: string; width: number }): MailPart {
  const image = `<img src="cid:${escapeMarkup(cid)}" alt="${toHtml(alt)}" width="${width}" border="0" style="display:block;width:100%;max-width:${width}px;height:auto;border-radius:8px;font:400 14px/1.5 ${FONT}">`;
  return { html: row(image, 'padding-top:12px'), text: toPlain(alt) };
}

/** The button that leads to a page. Nothing for an address that is none. */
export function mailButton({ label, href }: { label: string; href: string }): MailPart {
  const address = toHref(href);
  if (address === null) return { html: '', text: '' };
  const link = `<a class="c-button-ink" href="${address}" style="display:inline-block;padding:11px 20px;font:600 15px/1.2 ${FONT};${color('button-ink')};text-decoration:none">${toHtml(label)}</a>`;
  // Outlook has no padding on links: the cell has the color, and padding for Outlook alone.
  const table = `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="g-button" align="center" bgcolor="${COLORS.button[0]}" style="border-radius:8px;mso-padding-alt:11px 20px;${ground('button')}">${link}</td></tr></table>`;
  return { html: row(table, 'padding-top:24px'), text: `\n${toPlain(label)}:\n${href}` };
}

/** Where `fillUnsubscribe` puts the link. What people write is escaped, so it never contains this. */
const UNSUBSCRIBE = '<!--unsubscribe-->';

const PRODUCT = 'GitHub Traffic Analytics';

/** A whole mail of 600 CSS pixels, in tables with their styles inline, light and dark, and the same as text. */
export function mailLayout({ title, preheader, parts, reason }: MailContent): MailPart {
  const small = `font:400 12px/1.5 ${FONT};${color('soft')}`;
  // The filling keeps what follows out of the line beside the subject.
  const hidden = `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${toHtml(preheader)}${'&#8199;&#847; '.repeat(40)}</div>`;
  const card = [
    row(
      `<p class="c-soft" style="margin:0;font:600 12px/1.4 ${FONT};${color('soft')}">${PRODUCT}</p>`,
      'padding-top:28px',
    ),
    row(
      `<h1 class="c-ink" style="margin:0;font:600 22px/1.3 ${FONT};${color('ink')};word-break:break-word;overflow-wrap:anywhere">${toHtml(title)}</h1>`,
      'padding-top:6px',
    ),
    ...parts.map(({ html }) => html),
    row('&nbsp;', 'padding-top:8px;font-size:1px;line-height:16px'),
  ].join('');
  const html = `<!doctype html>
<html lang="en" dir="ltr" xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><meta name="x-apple-disable-message-reformatting"><title>${toHtml(title)}</title><style>${STYLE}</style>${FOR_WORD}</head>
<body class="g-ground" style="margin:0;padding:0;${ground('ground')}">${hidden}
<table role="presentation" class="g-ground" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${COLORS.ground[0]}" style="${ground('ground')}"><tr><td class="outer" align="center" style="padding:24px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="g-surface l-line card" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${COLORS.surface[0]}" style="max-width:600px;${ground('surface')};border:1px solid ${COLORS.line[0]};border-radius:12px;border-collapse:separate;text-align:left">${card}</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;text-align:left">${row(`<p class="c-soft" style="margin:0;${small}">${toHtml(reason)}${UNSUBSCRIBE}</p>`, 'padding-top:16px;padding-bottom:24px')}</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table></body></html>`;
  const texts = parts.map(({ text }) => text).filter((text) => text !== '');
  // A heading begins with an empty line of its own.
  const body = texts.join('\n').replace(/^\n/, '');
  return { html, text: `${toPlain(title)}\n\n${body}\n\n-- \n${toPlain(reason)}\n` };
}

/** Both forms with the link that ends such mails; without a page, they have none. */
export function fillUnsubscribe({ html, text }: MailPart, page: string | null): MailPart {
  const href = page === null ? null : toHref(page);
  if (href === null) return { html: html.replace(UNSUBSCRIBE, ''), text };
  const link = `<br><a class="c-soft" href="${href}" style="${color('soft')};text-decoration:underline">Unsubscribe</a>`;
  return { html: html.replace(UNSUBSCRIBE, () => link), text: `${text}Unsubscribe: ${page}\n` };
}
