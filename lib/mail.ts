import type Transport from 'nodemailer/lib/mailer';
import type { Message } from './channels/message.ts';
import { parseEmail } from './email.ts';
import { Failure } from './failure.ts';
import { createSemaphore } from './github/attempts.ts';
import {
  fillUnsubscribe,
  mailButton,
  mailHeading,
  mailLayout,
  mailList,
  mailParagraph,
} from './mail/layout.ts';
import type { MailSettings } from './mail/settings.ts';

/** A mail to one address, in both forms. */
export interface Mail {
  to: string;
  subject: string;
  /** A whole document, as `mailLayout` makes it. */
  html: string;
  text: string;
  /** Pictures that the HTML shows as `cid:`. */
  pictures: { cid: string; png: Uint8Array; name?: string }[];
  /** Null for a mail that somebody asked for just now. */
  unsubscribe: Unsubscribe | null;
}

/** How a receiver ends a mail that comes again and again. */
export interface Unsubscribe {
  /** The API's address for mail programs: a POST to it is enough (RFC 8058). */
  url: string;
  /** The page for people. */
  page: string;
}

/** The way to the mail server, for the mails of one activation. */
export interface Mailer {
  /**
   * Resolves once the server has accepted the mail. Throws `invalid_input` if `to` is not an address, `mail_recipient_refused` if the address does not
   * exist, `mail_try_later` with `details.retryAfter` in seconds, `mail_refused`, `mail_login_refused`, `mail_certificate`,
   * `mail_not_encrypted`, `mail_timeout` and `mail_unreachable`. Takes at most 20 seconds after its turn has come; three are sent at once.
   */
  send(mail: Mail): Promise<void>;
  /** Closes the connections. They do not survive the pausing of the container. */
  close(): void;
}

/** For connecting, for the greeting, and for any silence in between. */
const TIMEOUT_MS = 10_000;
/** For a whole mail: a server that says a word now and then must not keep an activation. */
const MAX_SEND_MS = 20_000;
/** Mail servers end connections that send many mails. */
const MAX_MAILS_OF_CONNECTION = 100;
/** Microsoft 365 takes three from one login. */
const CONNECTIONS = 3;
const DEFAULT_RETRY_SECONDS = 15 * 60;

const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);

/** Opens the way to the mail server; it connects with the first mail. Null without settings. Close it at the end of the activation. */
export function openMailer(settings: MailSettings | null): Mailer | null {
  if (!settings) return null;
  const semaphore = createSemaphore(CONNECTIONS);
  let opened: Promise<Transport> | null = null;
  const close = () => {
    opened?.then((transport) => transport.close()).catch(() => {});
    opened = null;
  };
  return {
    async send(mail) {
      const message = toNodemailerMessage(mail, settings.from);
      opened ??= openTransport(settings);
      const transport = await opened;
      try {
        await semaphore(() => withTimeout(transport.sendMail(message)));
      } catch (error) {
        throw toMailFailure(error);
      }
    },
    close,
  };
}

/** Does work that may send mail, and closes what it opened. */
export async function withMailer<Given extends { config: { mail: MailSettings | null } }, Result>(
  services: Given,
  work: (services: Given & { mailer: Mailer | null }) => Promise<Result>,
): Promise<Result> {
  const mailer = openMailer(services.config.mail);
  try {
    return await work({ ...services, mailer });
  } finally {
    mailer?.close();
  }
}

async function openTransport({ smtpUrl, ca }: MailSettings): Promise<Transport> {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  // The package's entry has other ways to send, too, which every action would load.
  const [{ default: Mailer }, { default: Pool }] = await Promise.all([
    import('nodemailer/lib/mailer'),
    import('nodemailer/lib/smtp-pool'),
  ]);
  // Loaded only here: few mail servers need it.
  const tls = ca === null ? {} : { ca: [...(await import('node:tls')).rootCertificates, ca] };
  const options = {
    tls,
    maxConnections: CONNECTIONS,
    maxMessages: MAX_MAILS_OF_CONNECTION,
    maxRequeues: 0,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLoopback(hostname),
    ignoreTLS: !secure && isLoopback(hostname),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    // A mail is made of texts only: nothing in it names a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
  };
  return new Mailer(new Pool(options), options);
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('The mail takes too long'), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(error), MAX_SEND_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A header ends with its line. Whatever could end it, or hide what follows, becomes a space. */
const toHeaderText = (text: string) =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

function toNodemailerMessage(mail: Mail, from: string) {
  const address = parseEmail(mail.to);
  if (address === null)
    throw new Failure('invalid_input', 'This is no e-mail address that mail can be sent to.');
  const { html, text } = fillUnsubscribe(mail, mail.unsubscribe?.page ?? null);
  return {
    from,
    // As an object: a text could name several receivers.
    to: { name: '', address: mail.to },
    subject: toHeaderText(mail.subject),
    text,
    html,
    attachments: mail.pictures.map(({ cid, png, name }) => ({
      cid,
      filename: name ?? `${cid}.png`,
      content: Buffer.from(png),
      contentType: 'image/png',
      contentDisposition: 'inline' as const,
    })),
    headers: {
      // No answers of absent people, in two dialects.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(mail.unsubscribe && {
        'List-Unsubscribe': { prepared: true, value: `<${new URL(mail.unsubscribe.url).href}>` },
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

/** What nodemailer throws: https://nodemailer.com/errors */
interface NodemailerError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/** Codes that Node.js gives to certificates it does not accept, such as CERT_HAS_EXPIRED: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|ALTNAME|certificate|Hostname\/IP does not match/i;

/** The server's own words, if they are short and plain. Never a login. */
function quote({ response = '' }: NodemailerError): string {
  const said = response.replace(/\s+/g, ' ').trim().slice(0, 160);
  return /^[\x20-\x7e]+$/.test(said) ? ` (${said})` : '';
}

/** RFC 3463: an address that does not exist, or a mailbox that is closed. The rest is about us, or the moment. */
const NO_SUCH_ADDRESS = /^55[0-9][ -](5\.1\.[0-9]+|5\.2\.1)\b/;
const HAS_ENHANCED_STATUS = /^\d{3}[ -]\d\.\d+\.\d+\b/;
const UNKNOWN_ADDRESS_CODES = [550, 551, 553, 556];

function isUnknownAddress({ command, response = '', responseCode = 0 }: NodemailerError): boolean {
  if (command !== 'RCPT TO') return false;
  if (HAS_ENHANCED_STATUS.test(response)) return NO_SUCH_ADDRESS.test(response);
  return UNKNOWN_ADDRESS_CODES.includes(responseCode);
}

function explainCertificate(said: string): string {
  if (/SELF_SIGNED|self.signed|UNABLE_TO|unable to/i.test(said))
    return 'Nobody known signed the mail server’s certificate, so nothing was sent. Ask whoever runs the installation: if an authority of your own signed it, SMTP_CA has to name it.';
  return `The mail server’s certificate is not valid${/expired/i.test(said) ? ' any more: it has expired' : ''}, so nothing was sent. Ask whoever runs the mail server to renew it.`;
}

/** A `Failure` for every way in which sending fails. */
function toMailFailure(thrown: unknown): Failure {
  const error: NodemailerError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code = '', responseCode = 0, message } = error;
  if (code === 'ETIMEDOUT') return new Failure('mail_timeout');
  if (CERTIFICATE.test(code) || (/^(ETLS|ESOCKET|ECONNECTION)$/.test(code) && CERTIFICATE.test(message)))
    return new Failure('mail_certificate', explainCertificate(`${code} ${message}`));
  if (code === 'ETLS') return new Failure('mail_not_encrypted');
  // RFC 4954: 530 is the answer to a mail without a login.
  if (
    responseCode === 530 ||
    ((code === 'EAUTH' || code === 'ENOAUTH') && responseCode < 600 && !isLater(responseCode))
  )
    return new Failure(
      'mail_login_refused',
      `The mail server refuses the login of SMTP_URL, or asks for one${quote(error)}. Ask whoever runs the installation to correct it.`,
    );
  if (isLater(responseCode))
    return new Failure(
      'mail_try_later',
      `The mail server takes no mail now${quote(error)}. It is tried again later.`,
      {
        retryAfter: DEFAULT_RETRY_SECONDS,
      },
    );
  if (isUnknownAddress(error))
    return new Failure(
      'mail_recipient_refused',
      `The mail server says that this address takes no mail${quote(error)}. Correct the address.`,
    );
  if (responseCode >= 500)
    return new Failure(
      'mail_refused',
      `The mail server refuses the mail${quote(error)}. Ask whoever runs the installation whether MAIL_FROM may send there.`,
    );
  return new Failure(
    'mail_unreachable',
    'Nobody answers at the mail server of SMTP_URL, or it hung up. The mail is tried again later.',
  );
}

const isLater = (responseCode: number) => responseCode >= 400 && responseCode < 500;

/** A channel's message as a mail, without its receiver. `reason` says why the receiver gets it. */
export function toMessageMail(
  { title, summary, sections, link }: Message,
  { reason }: { reason: string },
): Omit<Mail, 'to' | 'unsubscribe'> {
  const { html, text } = mailLayout({
    title,
    preheader: summary,
    parts: [
      // The sections say the same.
      ...(sections.length === 0 ? [mailParagraph(summary)] : []),
      ...sections.flatMap(({ heading, lines }) => [mailHeading(heading), mailList(lines)]),
      ...(link ? [mailButton(link)] : []),
    ],
    reason,
  });
  return { subject: title, html, text, pictures: [] };
}
