import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseEmail } from '../../lib/email.ts';
import type { AccountAnswer, InvitationsAnswer, LinkAnswer } from '../../static/accounts.ts';
import { readJson, sendJson, textOf } from './exchange.ts';
import type { createGuesses } from './guesses.ts';
import { requirePassword } from './interaction.ts';
import { hasOtherRole, type LinkKind, type Links, type RolesOf } from './links.ts';
import type { LinkMail } from './mail.ts';
import { askRights } from './members.ts';
import type { Caller, OwnProvider } from './own-provider.ts';
import type { Passkeys } from './passkeys.ts';
import { findWeakness, type Passwords } from './passwords.ts';
import { Refusal } from './refusal.ts';
import { toDevice } from './sessions.ts';
import type { AccountStore } from './store.ts';

export interface ApiContext {
  provider: OwnProvider;
  store: AccountStore;
  links: Links;
  passwords: Passwords;
  guesses: ReturnType<typeof createGuesses>;
  passkeys: Passkeys | null;
  /** The pages' origins, which may call. */
  origins: string[];
  /** Where the actions are. */
  apiUrl: string;
  rolesOf(email: string): Promise<RolesOf>;
  /** Sends a link to its address; null: mail is not configured. */
  mail: ((mail: LinkMail) => Promise<void>) | null;
  addressOf(request: IncomingMessage): string;
  log: (line: object) => void;
}

/** What changes how an account signs in needs a sign-in that is not older: an open page is not enough. */
const FRESH_SECONDS = 15 * 60;

const methodNotAllowed = () =>
  new Refusal(405, 'method_not_allowed', 'This address does not take that method.');

function requireFresh({ signedInAt }: Caller): void {
  if (Date.now() / 1000 - signedInAt <= FRESH_SECONDS) return;
  throw new Refusal(
    403,
    'sign_in_again',
    'You signed in a while ago. To change how you sign in, sign out and in again first.',
  );
}

/** The API of accounts, which the pages call with their access token. */
export function createAccountApi(context: ApiContext) {
  const { provider, store, links, passwords, passkeys, origins, apiUrl, addressOf, log } = context;
  const { sessions } = provider;

  async function describe({ account, sessionUid }: Caller): Promise<AccountAnswer> {
    const known = await store.findBySubject(account.sub);
    const list = await sessions.list(account.sub);
    return {
      email: account.email,
      name: account.name,
      hasPassword: known?.passwordHash != null,
      passkeys: await store.listPasskeys(account.sub),
      sessions: list.map((session) => ({ ...session, current: session.id === sessionUid })),
    };
  }

  /** A password that replaces another one needs that one. All other sessions end. */
  async function changePassword(request: IncomingMessage, caller: Caller): Promise<void> {
    const { sub, email } = caller.account;
    const body = await readJson(request);
    const known = await store.findBySubject(sub);
    if (known?.passwordHash) {
      const typed = { email, password: textOf(body.current) };
      await requirePassword(context, typed, addressOf(request)).catch((error: Refusal) => {
        if (error.code !== 'wrong_credentials') throw error;
        throw new Refusal(422, 'wrong_password', 'That is not your current password.');
      });
    } else requireFresh(caller);
    const password = textOf(body.password);
    const weakness = findWeakness(password, { email, host: new URL(provider.origin).hostname });
    if (weakness) throw new Refusal(422, 'weak_password', weakness);
    await store.setPasswordHash(sub, await passwords.hash(password));
    await sessions.endOthers(sub, caller.sessionUid);
    log({ event: 'password-changed', subject: sub });
  }

  async function removeCredential(caller: Caller, credential: { password: true } | { passkey: string }) {
    requireFresh(caller);
    const removed = await store.removeCredential(caller.account.sub, credential);
    if (removed === undefined) throw new Refusal(404, 'not_found', 'It was removed already.');
    if (!removed)
      throw new Refusal(
        409,
        'last_credential',
        'This is your only way to sign in. Add a passkey or a password first.',
      );
    log({ event: 'credential-removed', subject: caller.account.sub });
  }

  async function answerPasskeys(request: IncomingMessage, caller: Caller, rest: string[]): Promise<object> {
    const { sub, email, name } = caller.account;
    if (!passkeys)
      throw new Refusal(409, 'passkeys_impossible', `Browsers have no passkeys at ${provider.origin}.`);
    if (request.method === 'DELETE' && rest[0]) {
      await removeCredential(caller, { passkey: rest[0] });
      return describe(caller);
    }
    if (request.method !== 'POST') throw methodNotAllowed();
    requireFresh(caller);
    const body = await readJson(request);
    if (rest[0] === 'options') return passkeys.registrationOptions({ email, name, subject: sub });
    const label = textOf(body.name).trim().slice(0, 60) || toDevice(request.headers['user-agent'] ?? '');
    const passkey = await passkeys.verifyRegistration(body.response, label);
    if (!(await store.addPasskey(sub, passkey)))
      throw new Refusal(409, 'passkey_known', 'This passkey is in use already.');
    log({ event: 'passkey-added', subject: sub });
    return describe(caller);
  }

  async function answerSessions({ method }: IncomingMessage, caller: Caller, [uid]: string[]) {
    if (method !== 'DELETE') throw methodNotAllowed();
    if (uid === undefined) await sessions.endAll(caller.account.sub);
    else if (!(await sessions.end(caller.account.sub, uid)))
      throw new Refusal(404, 'not_found', 'This session has ended already.');
    log({ event: 'session-ended', subject: caller.account.sub });
    return uid === undefined || uid === caller.sessionUid ? {} : describe(caller);
  }

  async function answerAccount(request: IncomingMessage, caller: Caller, [part, ...rest]: string[]) {
    if (part === undefined && request.method === 'GET') return describe(caller);
    if (part === 'passkeys') return answerPasskeys(request, caller, rest);
    if (part === 'sessions') return answerSessions(request, caller, rest);
    if (part !== 'password') throw new Refusal(404, 'route_not_found', 'There is no such address.');
    if (request.method === 'PUT') await changePassword(request, caller);
    else if (request.method === 'DELETE') await removeCredential(caller, { password: true });
    else throw methodNotAllowed();
    return describe(caller);
  }

  /** Null: mail is not configured; false: it did not work. */
  async function sendMail(mail: LinkMail): Promise<boolean | null> {
    if (!context.mail) return null;
    try {
      await context.mail(mail);
      return true;
    } catch (error) {
      log({ level: 'error', event: 'mail', message: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  /** Makes a link, and mails it where that is configured. A mail that fails does not take the link away. */
  async function makeLink(
    caller: Caller,
    made: { kind: LinkKind; email: string; tenantId: number | null; byAdministrator: boolean },
  ): Promise<LinkAnswer> {
    const { kind, email } = made;
    const { secret, expiresAt } = await links.make({ ...made, madeBy: caller.account.email });
    const link = `${provider.issuer}/join#${kind}=${secret}`;
    log({ event: 'link-made', kind, by: caller.account.sub });
    const mailed = await sendMail({ kind, to: email, link, by: caller.account.email, expiresAt });
    return { email, link, expiresAt, mailed };
  }

  function requireAddress(text: string | undefined): string {
    const email = parseEmail(text ?? '');
    if (email) return email;
    throw new Refusal(404, 'member_not_found', 'There is no member with this address.');
  }

  /** Below `/api/invitations/TENANT` or `/api/invitations/system`. */
  async function answerInvitations(
    { method }: IncomingMessage,
    caller: Caller,
    [where = '', address]: string[],
  ): Promise<LinkAnswer | InvitationsAnswer> {
    const tenantId = /^[1-9]\d{0,8}$/.test(where) ? Number(where) : null;
    if (tenantId === null && where !== 'system')
      throw new Refusal(404, 'tenant_not_found', 'There is no such tenant.');
    const rights = await askRights(apiUrl, caller.token, tenantId);
    const isAdministrator = rights.system.includes('changeSystemRoles');
    if (tenantId !== null && rights.tenant === null)
      throw new Refusal(404, 'tenant_not_found', 'There is no such tenant, or you have no role there.');
    const may = tenantId === null ? isAdministrator : rights.tenant?.includes('changeMembers');
    if (!may)
      throw new Refusal(
        403,
        'forbidden',
        tenantId === null
          ? 'This needs the role administrator.'
          : 'This needs the role administrator or manager.',
      );
    if (method === 'GET' && address === undefined) return { invitations: await links.listOpen(tenantId) };
    if (method !== 'POST') throw methodNotAllowed();
    const email = requireAddress(address);
    const roles = await context.rolesOf(email);
    const isMember =
      tenantId === null ? roles.system : roles.tenants.some((one) => one.tenantId === tenantId);
    if (!isMember)
      throw new Refusal(404, 'member_not_found', 'There is no member with this address. Add them first.');
    if (!isAdministrator && hasOtherRole(roles, tenantId))
      throw new Refusal(
        403,
        'administrator_needed',
        'Only an administrator of the installation can invite this address, because it has other roles too.',
      );
    if (await store.findByEmail(email))
      throw new Refusal(
        409,
        'account_exists',
        `${email} has an account and can sign in. An administrator can make a reset link if they cannot.`,
      );
    return makeLink(caller, { kind: 'invitation', email, tenantId, byAdministrator: isAdministrator });
  }

  async function answerResets(
    { method }: IncomingMessage,
    caller: Caller,
    [address]: string[],
  ): Promise<LinkAnswer> {
    const rights = await askRights(apiUrl, caller.token, null);
    if (!rights.system.includes('changeSystemRoles'))
      throw new Refusal(403, 'forbidden', 'This needs the role administrator.');
    if (method !== 'POST') throw methodNotAllowed();
    const email = requireAddress(address);
    if (!(await store.findByEmail(email)))
      throw new Refusal(
        404,
        'account_not_found',
        `${email} has no account yet. Make an invitation link instead.`,
      );
    return makeLink(caller, { kind: 'reset', email, tenantId: null, byAdministrator: true });
  }

  async function answer(request: IncomingMessage, parts: string[]): Promise<object> {
    const caller = await provider.requireCaller(request);
    const [name, ...rest] = parts;
    if (name === 'account') return answerAccount(request, caller, rest);
    if (name === 'invitations') return answerInvitations(request, caller, rest);
    if (name === 'reset-links') return answerResets(request, caller, rest);
    throw new Refusal(404, 'route_not_found', 'There is no such address.');
  }

  /** Returns false for another path. */
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> => {
    if (!path.startsWith('/api/')) return false;
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin && origins.includes(origin))
      response
        .setHeader('access-control-allow-origin', origin)
        .setHeader('access-control-allow-headers', 'authorization, content-type')
        .setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return true;
    }
    let parts: string[];
    try {
      parts = path.slice('/api/'.length).split('/').map(decodeURIComponent);
    } catch {
      throw new Refusal(404, 'route_not_found', 'There is no such address.');
    }
    sendJson(response, 200, await answer(request, parts));
    return true;
  };
}
