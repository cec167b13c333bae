import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Email } from 'postal-mime';
import { escapeMarkup } from '../lib/markup.ts';

/** A mail that arrived. */
export interface ReceivedMail {
  /** Counts from 1. */
  id: number;
  at: Date;
  /** The addresses of the envelope. */
  from: string;
  to: string[];
  /** As it came, with its headers. */
  source: string;
  /** What the source says. */
  mail: Email;
}

/** How the server fails, for the recipients of a mail. */
export type MailFailure =
  | { kind: 'refuse'; code: number; message: string }
  /** There is never an answer. */
  | { kind: 'hang' };

export type MailRule = MailFailure & {
  /** Only for this recipient; default: for all. */
  to?: string;
};

/** Stands in for a mail server and everybody's mailbox. */
export interface Mails {
  /** smtp://127.0.0.1:PORT, without encryption and login. */
  smtpUrl: string;
  /** The pages: a list, and each mail as HTML, text and source. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What arrived, newest last. */
  received(): ReceivedMail[];
  /** Injects a failure; call the result to remove it. */
  fail(rule: MailRule): () => void;
  close(): Promise<void>;
}

const MAX_KEPT = 200;

/** Listens on a free port of 127.0.0.1. `path` is where its pages are. */
export async function openMails({ clock, path }: { clock: () => Date; path: string }): Promise<Mails> {
  const [{ SMTPServer }, { default: PostalMime }] = await Promise.all([
    import('smtp-server'),
    import('postal-mime'),
  ]);
  const received: ReceivedMail[] = [];
  const rules = new Set<MailRule>();
  let lastId = 0;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onRcptTo({ address }, _session, callback) {
      const rule = [...rules].find(({ to }) => to === undefined || to === address);
      if (!rule) return callback();
      if (rule.kind === 'hang') return;
      callback(Object.assign(new Error(rule.message), { responseCode: rule.code }));
    },
    onData(stream, { envelope }, callback) {
      const keep = async () => {
        const bytes = await buffer(stream);
        lastId += 1;
        received.push({
          id: lastId,
          at: clock(),
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          source: bytes.toString('latin1'),
          mail: await PostalMime.parse(bytes),
        });
        if (received.length > MAX_KEPT) received.shift();
      };
      keep().then(() => callback(), callback);
    },
  });
  // A client that goes away in the middle is none of our business.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    async handle(request, response) {
      const { status, headers, html } = toPage(received, {
        mount: path,
        path: (request.url ?? '/').replace(/[?#].*/, ''),
      });
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
    },
    received: () => [...received],
    fail(rule) {
      rules.add(rule);
      return () => void rules.delete(rule);
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  li { margin: 0.75rem 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; }
  iframe { width: 100%; height: 48rem; border: 1px solid #8888; border-radius: 8px; background: #fff; }
`;

const digest = createHash('sha256').update(STYLE).digest('base64');

interface Page {
  status: number;
  headers: Record<string, string>;
  html: string;
}

function toPage(received: readonly ReceivedMail[], { mount, path }: { mount: string; path: string }): Page {
  if (path === '/') return document('Received mails', toList(received, mount));
  const [, id, form] = /^\/(\d+)(\/html)?$/.exec(path) ?? [];
  const found = received.find((one) => one.id === Number(id));
  if (!found) return { ...document('No such mail', `<p><a href="${mount}">All mails</a></p>`), status: 404 };
  return form ? toHtmlForm(found) : document(found.mail.subject ?? '', toDetails(found, mount));
}

function document(title: string, body: string): Page {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeMarkup(title)}</h1>${body}</body></html>`;
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; frame-src 'self'`;
  return { status: 200, headers: { 'content-security-policy': policy }, html };
}

function toList(received: readonly ReceivedMail[], mount: string): string {
  const items = received
    .map(
      ({ id, at, to, mail }) =>
        `<li><a href="${mount}/${id}">${escapeMarkup(mail.subject ?? '(no subject)')}</a><br>to ${escapeMarkup(to.join(', '))}, <time>${at.toISOString()}</time></li>`,
    )
    .reverse();
  return `<p>This page stands in for a mail server and everybody’s mailbox on this machine. It shows what was sent until the next start.</p>
<ul>${items.join('\n') || '<li>Nothing yet.</li>'}</ul>`;
}

function toDetails({ id, at, from, to, source, mail }: ReceivedMail, mount: string): string {
  return `<p><a href="${mount}">All mails</a></p>
<p>From ${escapeMarkup(from)} to ${escapeMarkup(to.join(', '))}, <time>${at.toISOString()}</time></p>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="${mount}/${id}/html" title="The mail as HTML"></iframe>
<h2>As text</h2><pre>${escapeMarkup(mail.text ?? '')}</pre>
<details><summary>Source</summary><pre>${escapeMarkup(source)}</pre></details>`;
}

/** What a mail program shows: its own styles and the pictures it carries, and nothing from elsewhere. */
function toHtmlForm({ mail }: ReceivedMail): Page {
  const pictures = new Map(
    mail.attachments.map(({ contentId = '', mimeType, content }) => [
      contentId.replace(/^<|>$/g, ''),
      `data:${mimeType};base64,${Buffer.from(content as ArrayBuffer).toString('base64')}`,
    ]),
  );
  const html = (mail.html ?? '')
    .replace(/"cid:([^"]+)"/g, (_, cid: string) => `"${pictures.get(cid) ?? ''}"`)
    .replace('<head>', '<head><base target="_blank">');
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
  return { status: 200, headers: { 'content-security-policy': policy }, html };
}
