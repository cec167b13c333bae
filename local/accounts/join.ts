import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseEmail } from '../../lib/email.ts';
import type { SignInDatabase } from './database.ts';
import { readJson, requireOrigin, sendJson, textOf } from './exchange.ts';
import { createRateLimiter, tooMany } from './guesses.ts';
import { LINK_KINDS, type LinkKind, type Links } from './links.ts';
import type { OwnProvider } from './own-provider.ts';
import type { Passkeys } from './passkeys.ts';
import { findWeakness, type Passwords } from './passwords.ts';
import { Refusal } from './refusal.ts';
import { toDevice } from './sessions.ts';
import type { AccountStore, Credentials } from './store.ts';

export interface JoinContext {
  provider: OwnProvider;
  database: SignInDatabase;
  store: AccountStore;
  links: Links;
  passwords: Passwords;
  passkeys: Passkeys | null;
  initSecret: string;
  addressOf(request: IncomingMessage): string;
  log: (line: object) => void;
}

/** `init`: the link of the first start, which makes the first account. */
type Kind = LinkKind | 'init';

interface Asked {
  kind: Kind;
  secret: string;
  body: Record<string, unknown>;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

const taken = () =>
  new Refusal(409, 'account_exists', 'There is an account with this address already. Sign in with it.');

/** Answers what the page of a link asks: what it is for, a passkey's options, and to use it. Each names the link's secret. */
export function createJoin(context: JoinContext) {
  const { provider, database, store, links, passwords, passkeys, initSecret, addressOf, log } = context;
  const asks = createRateLimiter({ burst: 30, refillMs: 2000 });
  const wrongSecrets = createRateLimiter({ burst: 10, refillMs: 10_000 });

  async function readAsked(request: IncomingMessage): Promise<Asked> {
    requireOrigin(request, [provider.origin]);
    const wait = asks.take(addressOf(request));
    if (wait > 0) throw tooMany(wait, '');
    const body = await readJson(request);
    const kind = textOf(body.kind) as Kind;
    if (kind !== 'init' && !LINK_KINDS.includes(kind))
      throw new Refusal(404, 'link_unknown', 'This link is not valid. Check that you copied all of it.');
    return { kind, secret: textOf(body.secret), body };
  }

  /** The first account needs the secret of the installation, and that there is no other. */
  async function requireFirst(secret: string): Promise<void> {
    // A right secret is never slowed, so wrong ones keep nobody out.
    if (!timingSafeEqual(digest(secret), digest(initSecret))) {
      const wait = wrongSecrets.take('');
      if (wait > 0) throw tooMany(wait, '');
      throw new Refusal(
        404,
        'link_unknown',
        'This link is not valid. Copy all of the link that the start printed last.',
      );
    }
    if (await store.hasAccounts())
      throw new Refusal(410, 'link_used', 'The administrator’s account was made already. Sign in with it.');
  }

  /** The address that the link is for; null: it is for you to choose. */
  async function requireLink({ kind, secret }: Asked): Promise<string | null> {
    if (kind === 'init') {
      await requireFirst(secret);
      return null;
    }
    const email = await links.findEmail(kind, secret);
    if (kind === 'invitation' && (await store.findByEmail(email))) throw taken();
    return email;
  }

  function requireEmail(typed: unknown): string {
    const email = parseEmail(textOf(typed).trim());
    if (email !== null && email.length <= 254) return email;
    throw new Refusal(422, 'invalid_email', 'Type an e-mail address such as name@example.com.');
  }

  async function readCredentials({ body }: Asked, email: string, userAgent: string): Promise<Credentials> {
    if (body.passkey !== undefined) {
      if (!passkeys) throw new Refusal(400, 'passkey_refused', 'Browsers have no passkeys for this address.');
      const passkey = await passkeys.verifyRegistration(body.passkey, toDevice(userAgent));
      return { passwordHash: null, passkey };
    }
    const password = textOf(body.password);
    const weakness = findWeakness(password, { email, host: new URL(provider.origin).hostname });
    if (weakness) throw new Refusal(422, 'weak_password', weakness);
    return { passwordHash: await passwords.hash(password), passkey: null };
  }

  async function useLink(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { kind, secret, body } = asked;
    const email = (await requireLink(asked)) ?? requireEmail(body.email);
    const credentials = await readCredentials(asked, email, request.headers['user-agent'] ?? '');
    const name = textOf(body.name).trim().slice(0, 100) || email;
    const subject = await make(kind, secret, { email, name, credentials });
    await store.rememberAddress(subject, addressOf(request));
    await provider.startSession(request, response, subject);
    log({ event: kind === 'reset' ? 'account-reset' : 'account-made', subject, through: kind });
    sendJson(response, 201, { continue: kind === 'init' ? '/initialize' : '/?sign-in' });
  }

  /** Makes or resets the account, and returns its subject. */
  async function make(
    kind: Kind,
    secret: string,
    { email, name, credentials }: { email: string; name: string; credentials: Credentials },
  ): Promise<string> {
    if (kind === 'init') {
      const first = await database.transaction((trx) =>
        store.insertAccount(trx, { email, name, onlyFirst: true, ...credentials }),
      );
      if (!first) throw taken();
      return first.subject;
    }
    if (kind === 'invitation')
      return links.use(kind, secret, async (trx) => {
        const made = await store.insertAccount(trx, { email, name, onlyFirst: false, ...credentials });
        if (!made) throw taken();
        return made.subject;
      });
    const account = await store.findByEmail(email);
    if (!account) throw new Refusal(410, 'link_ended', 'This account no longer exists.');
    return links.use(kind, secret, async (trx) => {
      await store.replaceCredentials(trx, account.subject, credentials);
      await provider.sessions.endAll(account.subject, trx);
      return account.subject;
    });
  }

  /** Returns false for another path. */
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> => {
    if (request.method !== 'POST') return false;
    if (path === '/links/describe') {
      const asked = await readAsked(request);
      sendJson(response, 200, { kind: asked.kind, email: await requireLink(asked) });
      return true;
    }
    if (path === '/links/passkey-options' && passkeys) {
      const asked = await readAsked(request);
      const email = (await requireLink(asked)) ?? requireEmail(asked.body.email);
      const name = textOf(asked.body.name).trim().slice(0, 100);
      const subject = (await store.findByEmail(email))?.subject ?? null;
      sendJson(response, 200, await passkeys.registrationOptions({ email, name, subject }));
      return true;
    }
    if (path === '/links/use') {
      await useLink(request, response, await readAsked(request));
      return true;
    }
    return false;
  };
}
