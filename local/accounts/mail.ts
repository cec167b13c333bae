import type { LinkKind } from './links.ts';

export interface MailSettings {
  /** smtp://USER:PASSWORD@HOST:PORT, or smtps://. */
  smtpUrl: string;
  /** The sender: an address, or `Name <address>`. */
  from: string;
}

/** A link on its way to somebody. */
export interface LinkMail {
  kind: LinkKind;
  to: string;
  link: string;
  /** Whoever made it. */
  by: string;
  expiresAt: string;
}

const TIMEOUT_MS = 10_000;

const SUBJECTS: Record<LinkKind, string> = {
  invitation: 'Your invitation to GitHub Traffic Analytics',
  reset: 'Choose a new way to sign in to GitHub Traffic Analytics',
};

function toText({ kind, link, by, expiresAt }: LinkMail): string {
  const host = new URL(link).host;
  const what =
    kind === 'invitation'
      ? `${by} invites you to the GitHub traffic at ${host}. Create your account with this link:`
      : `${by} made a link with which you choose a new password or passkey at ${host}:`;
  const until = `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `${what}\n\n${link}\n\nIt works once, until ${until}. Do not pass it on: whoever opens it first has your account.\nIf you did not expect this, ignore it.\n`;
}

const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);

/** Sends links through a mail server. A link opens an account, so the connection must be encrypted, except on this machine. */
export function openMail({ smtpUrl, from }: MailSettings): (mail: LinkMail) => Promise<void> {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  return async (mail) => {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      requireTLS: !secure && !isLoopback(hostname),
      ignoreTLS: !secure && isLoopback(hostname),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      ...(username && {
        auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      }),
    });
    await transport.sendMail({
      from,
      to: mail.to,
      subject: SUBJECTS[mail.kind],
      text: toText(mail),
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  };
}
