import { createHash } from 'node:crypto';
import type { Received } from '../webhooks.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8888; border-radius: 8px; padding: 0 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; }
`;

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Every text that a person would read in the message, a line each. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const { text, title, summary, ...rest } = value as Record<string, unknown>;
  const own = [title, summary, text].filter((one) => typeof one === 'string');
  return [
    ...own,
    ...(typeof text === 'object' ? textsOf(text) : []),
    ...Object.values(rest).flatMap(textsOf),
  ];
}

/** Slack's messages have their blocks' text twice: `text` is for notifications only. */
function shownOf(body: unknown): string[] {
  const blocks = (body as { blocks?: unknown } | undefined)?.blocks;
  return textsOf(blocks ?? body);
}

function toArticle({ path, at, status, body }: Received): string {
  const outcome = status < 300 ? '' : ` · refused with ${status}`;
  const lines = shownOf(body).flatMap((one) => one.split('\n'));
  return `<article><h2>${escapeHtml(path)}</h2><p><time>${at.toISOString()}</time>${outcome}</p>
${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
<details><summary>The body as it came</summary><pre>${escapeHtml(JSON.stringify(body, null, 2) ?? '')}</pre></details></article>`;
}

/** The page of what arrived, the newest first. */
export function toInbox(received: readonly Received[]): { html: string; headers: Record<string, string> } {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const articles = received.map(toArticle).reverse().join('\n');
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Messages that arrived</title><style>${STYLE}</style></head>
<body><h1>Messages that arrived</h1>
<p>This machine stands in for Slack, Teams and other webhooks: what is posted below this address at
<code>/slack/NAME</code>, <code>/teams/NAME</code> and <code>/json/NAME</code> is shown here until the next start.</p>
${articles || '<p>Nothing yet.</p>'}</body></html>`;
  return { html, headers: { 'content-security-policy': `default-src 'none'; style-src 'sha256-${digest}'` } };
}
