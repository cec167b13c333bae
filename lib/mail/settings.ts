/** How mail is sent. */
export interface MailSettings {
  /** smtp://USER:PASSWORD@HOST:PORT with STARTTLS, or smtps://. Without encryption to this machine only. */
  smtpUrl: string;
  /** The sender: an address, or `Name <address>`. */
  from: string;
  /** Certificates in PEM that are trusted besides the public ones; null: none. */
  ca: string | null;
}

/** The settings of the parameters; null without a mail server. */
export function toMailSettings(value: (name: string) => string): MailSettings | null {
  if (value('SMTP_URL') === '') return null;
  return { smtpUrl: value('SMTP_URL'), from: value('MAIL_FROM'), ca: value('SMTP_CA') || null };
}
