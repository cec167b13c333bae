import { escapeMarkup } from '../markup.ts';

/** The entry page of a share. It is a file of its own for each, so that a search engine sees at once whether it may list it. */
export interface EntryPage {
  /** Of the window; without a name where there is a password. */
  title: string;
  /** The feed beside it; null: none. */
  feed: string | null;
  isListed: boolean;
  /** Origins whose pages may frame it; `*`: any. */
  frameOrigins: readonly string[];
}

/** Only files beside it, no addresses, no frames of its own. `frame-ancestors` works in a header only. */
export const SHARE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** The page's HTML. Its script and styles have the same names in every version, so that it never names what is gone. */
export function toEntryPage({ title, feed, isListed, frameOrigins }: EntryPage): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${SHARE_POLICY}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    ${isListed ? '' : '<meta name="robots" content="noindex, nofollow, noarchive" />'}
    <meta name="frame-origins" content="${escapeMarkup(frameOrigins.join(' '))}" />
    <title>${escapeMarkup(title)}</title>
    ${feed === null ? '' : `<link rel="alternate" type="application/atom+xml" href="${feed}" title="Events" />`}
    <link rel="icon" href="../page.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="../page-styles.css" />
    <link rel="preload" href="data.json" as="fetch" crossorigin="anonymous" />
    <script type="module" src="../page.js"></script>
  </head>
  <body>
    <main id="shared"></main>
    <noscript>This page needs JavaScript to draw its charts.</noscript>
  </body>
</html>
`;
}
