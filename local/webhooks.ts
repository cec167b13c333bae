import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { escapeMarkup } from '../lib/markup.ts';
import { findAdaptiveCardError, findBlockKitError } from './webhooks/limits.ts';

/** A message that arrived, or was refused. */
export interface Received {
  /** Relative to the stand-in's address, such as `/slack/general`. */
  path: string;
  at: Date;
  status: number;
  body: unknown;
}

/** How a message fails instead of being accepted. */
export type WebhookFailure =
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** There is never an answer. */
  | { kind: 'hang' }
  /** The connection closes before the answer. */
  | { kind: 'close' };

export type WebhookRule = WebhookFailure & {
  /** Only at this path; default: at every path. */
  path?: string;
  /** How many times; default: always. */
  times?: number;
};

/** Stands in for Slack, Teams and other webhooks: `POST /slack/NAME`, `/teams/NAME` and `/json/NAME`. */
export interface Webhooks {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What arrived, newest last. */
  received(): Received[];
  /** Injects a failure; call the result to remove it. */
  fail(rule: WebhookRule): () => void;
}

const MAX_KEPT = 200;

export function createWebhooks({ clock }: { clock: () => Date }): Webhooks {
  const received: Received[] = [];
  const rules = new Set<WebhookRule & { left: number }>();

  function take(path: string): WebhookFailure | undefined {
    for (const rule of rules) {
      if (rule.path !== undefined && rule.path !== path) continue;
      rule.left -= 1;
      if (rule.left <= 0) rules.delete(rule);
      return rule;
    }
    return undefined;
  }

  async function receive(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parse(await text(request));
    const failure = take(path);
    if (failure?.kind === 'hang') return;
    if (failure?.kind === 'close') return void request.socket.destroy();
    const answer: Answer = failure ?? toAnswer(path, body);
    received.push({ path, at: clock(), status: answer.status, body });
    if (received.length > MAX_KEPT) received.shift();
    const type = { 'content-type': 'text/plain; charset=utf-8' };
    response.writeHead(answer.status, { ...type, ...answer.headers }).end(answer.body ?? '');
  }

  return {
    async handle(request, response) {
      const path = (request.url ?? '/').replace(/[?#].*/, '');
      if (request.method === 'POST') return receive(path, request, response);
      if (request.method !== 'GET' || path !== '/') return void response.writeHead(404).end('no_service');
      const page = toInbox(received);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html);
    },
    received: () => [...received],
    fail(rule) {
      const own = { ...rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.add(own);
      return () => void rules.delete(own);
    },
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/** Answers as each service does. */
function toAnswer(path: string, body: unknown): Answer {
  const [, service = '', name] = path.split('/');
  if (!name || !['slack', 'teams', 'json'].includes(service)) return { status: 404, body: 'no_service' };
  if (typeof body !== 'object' || body === null) return { status: 400, body: 'invalid_payload' };
  if (service === 'json') return { status: 204 };
  const error = service === 'slack' ? findBlockKitError(body) : findAdaptiveCardError(body);
  if (error !== null) return { status: 400, body: error };
  return service === 'slack' ? { status: 200, body: 'ok' } : { status: 202 };
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8888; border-radius: 8px; padding: 0 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; }
`;

/** The texts that a person would read in the message, one a line. */
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

/** Slack's messages repeat the text of their blocks in `text`, for notifications only. */
function shownOf(body: unknown): string[] {
  const blocks = (body as { blocks?: unknown } | undefined)?.blocks;
  return textsOf(blocks ?? body);
}

function toArticle({ path, at, status, body }: Received): string {
  const outcome = status < 300 ? '' : ` · refused with ${status}`;
  const lines = shownOf(body).flatMap((one) => one.split('\n'));
  return `<article><h2>${escapeMarkup(path)}</h2><p><time>${at.toISOString()}</time>${outcome}</p>
${lines.map((line) => `<p>${escapeMarkup(line)}</p>`).join('\n')}
<details><summary>Request body</summary><pre>${escapeMarkup(JSON.stringify(body, null, 2) ?? '')}</pre></details></article>`;
}

/** The page that lists what arrived, newest first. */
export function toInbox(received: readonly Received[]): { html: string; headers: Record<string, string> } {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const articles = received.map(toArticle).reverse().join('\n');
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Received messages</title><style>${STYLE}</style></head>
<body><h1>Received messages</h1>
<p>This page stands in for Slack, Teams and other webhooks. It shows what is posted to
<code>/slack/NAME</code>, <code>/teams/NAME</code> and <code>/json/NAME</code> below this address, until the next start. Mails are <a href="/mails">on a page of their own</a>.</p>
${articles || '<p>Nothing yet.</p>'}</body></html>`;
  return { html, headers: { 'content-security-policy': `default-src 'none'; style-src 'sha256-${digest}'` } };
}
