import { mailButton, mailLayout, mailParagraph } from '../../lib/mail/layout.ts';
import type { MailSettings } from '../../lib/mail/settings.ts';
import { openMailer } from '../../lib/mail.ts';
import type { LinkKind } from './links.ts';

/** A link on its way to somebody. */
export interface LinkMail {
  kind: LinkKind;
  to: string;
  link: string;
  /** Whoever made it. */
  by: string;
  expiresAt: string;
}

const SUBJECTS: Record<LinkKind, string> = {
  invitation: 'Your invitation to GitHub Traffic Analytics',
  reset: 'Choose a new way to sign in to GitHub Traffic Analytics',
};

const LABELS: Record<LinkKind, string> = {
  invitation: 'Create your account',
  reset: 'Choose a password or passkey',
};

function toMail({ kind, to, link, by, expiresAt }: LinkMail) {
  const host = new URL(link).host;
  const what =
    kind === 'invitation'
      ? `${by} invites you to the GitHub traffic at ${host}.`
      : `${by} made a link with which you choose a new password or passkey at ${host}.`;
  const until = `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
  const how = `The link works once, until ${until}. Do not pass it on: whoever opens it first has your account.`;
  const { html, text } = mailLayout({
    title: SUBJECTS[kind],
    preheader: what,
    parts: [mailParagraph(what), mailButton({ label: LABELS[kind], href: link }), mailParagraph(how)],
    reason: 'If you did not expect this, ignore it.',
  });
  return { to, subject: SUBJECTS[kind], html, text, pictures: [], unsubscribe: null };
}

/** Sends links through a mail server. Throws what `Mailer.send` throws. */
export function openMail(settings: MailSettings): (mail: LinkMail) => Promise<void> {
  return async (mail) => {
    const mailer = openMailer(settings);
    try {
      await mailer?.send(toMail(mail));
    } finally {
      mailer?.close();
    }
  };
}
