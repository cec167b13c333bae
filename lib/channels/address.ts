import { requirePublicAddress } from '../addresses.ts';
import type { Config } from '../config.ts';
import type { ChannelKind } from '../db/tables/channels.ts';
import { parseEmail } from '../email.ts';
import { Failure } from '../failure.ts';
import type { MailServices } from '../mail-addresses.ts';

/** The services that channels need. */
export interface ChannelServices extends MailServices {
  config: Pick<Config, 'allowPrivateAddresses' | 'demoWebhookUrl' | 'pagesUrl' | 'apiUrl'>;
}

const SHOWN_CHARACTERS = 4;
/** A shorter path is not shown at all: a few characters of it would give away too much. */
const MIN_SHORTENED = 12;

/** True for the local host's test webhooks, which may be sent to although they are on this machine. */
export function isStandIn(url: URL, { demoWebhookUrl }: Pick<Config, 'demoWebhookUrl'>): boolean {
  return demoWebhookUrl !== null && url.href.startsWith(`${demoWebhookUrl}/`);
}

async function parseAddress(text: string, config: ChannelServices['config']): Promise<URL> {
  const url = new URL(text);
  const refuse = (message: string) =>
    new Failure('invalid_input', `url: ${message}`, { problems: [{ path: 'url', message }] });
  url.hash = '';
  if (isStandIn(url, config)) return url;
  if (url.protocol !== 'https:' && !(config.allowPrivateAddresses && url.protocol === 'http:'))
    throw refuse('Give an address that begins with https://.');
  if (url.username || url.password) throw refuse('Give an address without a user name and password.');
  if (!config.allowPrivateAddresses) await requirePublicAddress(url);
  return url;
}

function toHint({ host, pathname, search }: URL): string {
  const rest = pathname + search;
  return `${host}/…${rest.length < MIN_SHORTENED ? '' : rest.slice(-SHOWN_CHARACTERS)}`;
}

/**
 * The sealed address of a channel of that kind, and what may be shown of it. Throws `invalid_input`, `private_address` and
 * `server_unreachable`.
 */
export async function toAddressColumns(
  { config, secrets }: ChannelServices,
  kind: ChannelKind,
  text: string,
) {
  if (kind === 'email') {
    const email = parseEmail(text);
    if (email === null) throw new Failure('invalid_input', 'email: Give an e-mail address.');
    return { addressSealed: await secrets.seal(email), addressHint: email };
  }
  const url = await parseAddress(text, config);
  return { addressSealed: await secrets.seal(url.href), addressHint: toHint(url) };
}
