import type { Config } from './config.ts';
import { Failure } from './failure.ts';
import type { Instant } from './instant.ts';
import type { Unsubscribe } from './mail.ts';
import type { Activation } from './openwhisk.ts';
import type { Secrets } from './secrets.ts';

/** What gets a mail: a channel of a tenant, or a member's subscription. */
export interface MailReceiver {
  kind: 'channel' | 'subscription';
  id: number;
}

interface TokenOf {
  tenantId: number;
  email: string;
}

/** What a link in a mail lets whoever opens it do. */
export type MailToken =
  | (TokenOf & { use: 'confirm'; expiresAt: Instant })
  /**
   * It never expires: whoever gets a mail may always end it. `isOwn`: the receiver asked for these mails themselves, so that the link ends
   * only these.
   */
  | (TokenOf & { use: 'unsubscribe'; receiver: MailReceiver; isOwn: boolean });

/** What making links takes. */
export interface LinkServices {
  config: Pick<Config, 'pagesUrl' | 'apiUrl'>;
  activation: Pick<Activation, 'packageUrl'>;
  secrets: Secrets;
}

const CONFIRM_MS = 7 * 24 * 3_600_000;

/** The page that asks the receiver for confirmation, for a week. Throws `mail_not_configured` if nobody knows where the pages are. */
export async function toConfirmPage(services: LinkServices, of: TokenOf, now: Date): Promise<string> {
  const expiresAt = new Date(now.getTime() + CONFIRM_MS).toISOString();
  const token = await seal(services.secrets, { use: 'confirm', ...toOwner(of), expiresAt });
  return toPage(services, token);
}

/** How the receiver ends these mails. Throws `mail_not_configured`. */
export async function toUnsubscribe(
  services: LinkServices,
  { receiver, isOwn, ...of }: TokenOf & { receiver: MailReceiver; isOwn: boolean },
): Promise<Unsubscribe> {
  const { kind, id } = receiver;
  const token = await seal(services.secrets, {
    use: 'unsubscribe',
    ...toOwner(of),
    receiver: { kind, id },
    isOwn,
  });
  const { config, activation } = services;
  const api = config.apiUrl ?? activation.packageUrl;
  if (api === null) throw new Failure('mail_not_configured');
  return { url: `${api}/mail/${token}/unsubscribe`, page: toPage(services, token) };
}

const toOwner = ({ tenantId, email }: TokenOf) => ({ tenantId, email });

/** What follows # stays in the browser: no server's log has it. */
function toPage({ config: { pagesUrl } }: LinkServices, token: string): string {
  if (pagesUrl === null) throw new Failure('mail_not_configured');
  return `${pagesUrl}/mail#${token}`;
}

function seal(secrets: Secrets, token: MailToken): Promise<string> {
  return secrets.seal(JSON.stringify(token));
}

/** What a link lets its owner do. Throws `mail_link_invalid` and `mail_link_expired`. */
export async function openMailToken(secrets: Secrets, text: string, now: Date): Promise<MailToken> {
  const token = parseToken(await secrets.open(text).catch(() => ''));
  if (token === null) throw new Failure('mail_link_invalid');
  if (token.use === 'confirm' && token.expiresAt <= now.toISOString()) throw new Failure('mail_link_expired');
  return token;
}

/** Null for whatever else is sealed with the same key. */
function parseToken(text: string): MailToken | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('use' in value)) return null;
    return value.use === 'confirm' || value.use === 'unsubscribe' ? (value as MailToken) : null;
  } catch {
    return null;
  }
}
