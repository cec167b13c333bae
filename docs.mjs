// The documentation as plain pages, so that its link works in every installation, also without the internet.
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Marked } from 'marked';

/** The order in the list; others follow by name. */
const FIRST = [
  'getting-started',
  'figures',
  'import',
  'dashboards',
  'notifications',
  'self-hosting',
  'deploy',
  'configuration',
  'operations',
];

/**
 * A heading's anchor, as GitHub makes it.
 *
 * @param {string} heading
 */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** @param {string} text */
const toHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Where a link of a document leads on the pages: to another document, to another site, or nowhere, as a file of the repository does.
 *
 * @param {string} href
 * @param {string[]} names
 */
function targetOf(href, names) {
  if (/^([a-z]+:|#)/.test(href)) return href;
  const [, name = '', anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  return names.includes(name) ? `/docs/${name}.html${anchor}` : null;
}

/**
 * @param {string[]} names Of all documents.
 */
function openMarkdown(names) {
  return new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const id = toHtml(anchorOf(text));
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const target = targetOf(href, names);
        const content = this.parser.parseInline(tokens);
        return target === null ? content : `<a href="${toHtml(target)}">${content}</a>`;
      },
      image: ({ href, text }) => `<img src="/docs/${toHtml(href)}" alt="${toHtml(text)}" />`,
    },
  });
}

/**
 * @param {string} title
 * @param {string} body
 */
const toPage = (title, body) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${toHtml(title)} · Documentation</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/docs/docs.css" />
  </head>
  <body>
    <nav aria-label="Documentation"><a href="/">Back to the pages</a> <a href="/docs/index.html">All documents</a></nav>
    <main>${body}</main>
  </body>
</html>
`;

/**
 * Writes each document of docs/ as a page, a list of them, their pictures and their style. A copy without docs/ gets the list alone.
 *
 * @param {string} root
 * @param {string} folder Where the pages go.
 */
export async function buildDocs(root, folder) {
  const files = await readdir(path.join(root, 'docs')).catch(() => /** @type {string[]} */ ([]));
  const names = files.filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -3));
  const sorted = [
    ...FIRST.filter((name) => names.includes(name)),
    ...names.filter((name) => !FIRST.includes(name)),
  ];
  const markdown = openMarkdown(names);
  await mkdir(folder, { recursive: true });
  const entries = await Promise.all(
    sorted.map(async (name) => {
      const text = await readFile(path.join(root, `docs/${name}.md`), 'utf8');
      const [, title = name] = /^# (.*)$/m.exec(text) ?? [];
      await writeFile(path.join(folder, `${name}.html`), toPage(title, await markdown.parse(text)));
      return `<li><a href="/docs/${name}.html">${toHtml(title)}</a></li>`;
    }),
  );
  const pictures = files.filter((name) => name.endsWith('.png'));
  await Promise.all(pictures.map((name) => copyFile(path.join(root, 'docs', name), path.join(folder, name))));
  const list = `<h1>Documentation</h1><ul>${entries.join('')}</ul>`;
  await writeFile(path.join(folder, 'index.html'), toPage('All documents', list));
  const styles = ['tokens.css', 'reset.css', 'docs.css'].map((name) =>
    readFile(path.join(root, 'static/style', name), 'utf8'),
  );
  await writeFile(path.join(folder, 'docs.css'), (await Promise.all(styles)).join('\n'));
}
