import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseEmail } from '../../lib/email.ts';
import { digestOf } from './artifacts.ts';
import { readForm, requireOrigin } from './exchange.ts';
import type { createGuesses } from './guesses.ts';
import type { OwnProvider } from './own-provider.ts';
import { signInPage } from './pages.ts';
import type { Passkeys } from './passkeys.ts';
import type { Passwords } from './passwords.ts';
import { Refusal } from './refusal.ts';
import type { AccountStore } from './store.ts';

export interface InteractionContext {
  provider: OwnProvider;
  store: AccountStore;
  passwords: Passwords;
  guesses: ReturnType<typeof createGuesses>;
  /** Null where browsers have none. */
  passkeys: Passkeys | null;
  addressOf(request: IncomingMessage): string;
  log: (line: object) => void;
}

const wrong = () =>
  new Refusal(401, 'wrong_credentials', 'The address or the password is wrong. Check both, and try again.');

interface Typed {
  email: string;
  password: string;
}

/**
 * The account of an address and its password. The refusal does not say which of the two is wrong, and an unknown address takes just as
 * long. Throws `wrong_credentials`, `too_many_attempts` and `busy`.
 */
export async function requirePassword(
  { store, passwords, guesses }: Pick<InteractionContext, 'store' | 'passwords' | 'guesses'>,
  { email: typed, password }: Typed,
  address: string,
): Promise<string> {
  const email = parseEmail(typed) ?? '';
  const account = await store.findForSignIn(email, address);
  const isKnown = account?.isKnown === true;
  const guess = guesses.count({ account: digestOf(email), address, isKnown });
  const lane = isKnown ? 'known' : 'unknown';
  const isRight = await passwords.isRight(password, account?.passwordHash ?? null, lane);
  if (!account || !isRight) throw wrong();
  guess.wasRight();
  await store.rememberAddress(account.subject, address);
  return account.subject;
}

async function requirePasskey(
  { store, passkeys }: InteractionContext,
  text: string,
  address: string,
): Promise<string> {
  let response: unknown;
  try {
    response = JSON.parse(text);
  } catch {
    response = null;
  }
  if (!passkeys) throw wrong();
  const subject = await passkeys.verifyAuthentication(response);
  await store.rememberAddress(subject, address);
  return subject;
}

/** Shows the sign-in page, and handles its forms: address and password, passkey, *Cancel*. */
export async function answerInteraction(
  request: IncomingMessage,
  response: ServerResponse,
  context: InteractionContext,
): Promise<void> {
  const { provider, store, passkeys, addressOf, log } = context;
  const details = await provider.findInteraction(request, response);
  if (!details) return void response.writeHead(303, { location: '/' }).end();
  const { mount, pageHeaders } = provider;
  const action = `${mount}/interaction/${details.uid}`;
  const show = async (status: number, shown: { email?: string; problem?: string }) => {
    const page = { mount, action, passkeys: passkeys !== null, hasAccounts: await store.hasAccounts() };
    response.writeHead(status, pageHeaders).end(signInPage({ ...page, ...shown }));
  };
  if (request.method !== 'POST') return show(200, {});
  let email = '';
  try {
    requireOrigin(request, [provider.origin]);
    if (request.url?.endsWith('/cancel'))
      return await provider.finish(request, response, {
        error: 'access_denied',
        description: 'Sign-in was canceled.',
      });
    const form = await readForm(request);
    const address = addressOf(request);
    email = form.get('email')?.trim() ?? '';
    const subject = request.url?.endsWith('/passkey')
      ? await requirePasskey(context, form.get('passkey') ?? '', address)
      : await requirePassword(context, { email, password: form.get('password') ?? '' }, address);
    log({ event: 'sign-in', subject });
    await provider.finish(request, response, { subject });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.retryAfter !== undefined) response.setHeader('retry-after', String(error.retryAfter));
    log({ level: 'warn', event: 'sign-in-refused', code: error.code });
    await show(error.status, { email, problem: error.message });
  }
}
