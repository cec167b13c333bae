import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MailSettings } from '../lib/mail/settings.ts';
import { createAccountApi } from './accounts/api.ts';
import { cleanUp } from './accounts/artifacts.ts';
import { openSignInDatabase } from './accounts/database.ts';
import { sendJson } from './accounts/exchange.ts';
import { createGuesses, createRateLimiter, tooMany } from './accounts/guesses.ts';
import { answerInteraction } from './accounts/interaction.ts';
import { createJoin } from './accounts/join.ts';
import { openLinks, rolesOf } from './accounts/links.ts';
import { openMail } from './accounts/mail.ts';
import { type OwnProvider, openOwnProvider } from './accounts/own-provider.ts';
import { joinPage } from './accounts/pages.ts';
import { openPasskeys, supportsPasskeys } from './accounts/passkeys.ts';
import { createPasswords } from './accounts/passwords.ts';
import { openAccountStore } from './accounts/store.ts';
import { answerFile } from './identity/pages.ts';

export interface AccountsOptions {
  /** The origin that browsers use. */
  url: string;
  /** Where this machine reaches the actions. */
  apiUrl: string;
  clientId: string;
  /** The pages' origins. */
  origins: string[];
  /** The folder for the keys that sign tokens. */
  keysDir: string;
  /** The database, for a role that may create a schema. */
  databaseUrl: string;
  initSecret: string;
  /** Sends links; absent: they are only copied. */
  mail?: MailSettings;
  /** The built script of the sign-in pages. */
  script: string;
  /** Who sent a request, as far as the network says. */
  addressOf(request: IncomingMessage): string;
  log: (line: object) => void;
}

/** A sign-in of this installation's own. */
export interface Accounts extends Pick<OwnProvider, 'issuer' | 'clientId' | 'scope' | 'signOutUrl'> {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What it adds to the pages' configuration. */
  pages: { accounts: { url: string; passkeys: boolean } };
  /** The link with which the administrator makes the first account; null: there is one. */
  firstLink(): Promise<string | null>;
  close(): Promise<void>;
}

export const ACCOUNTS_PATH = '/identity';

/**
 * Accounts of this installation: an OpenID Connect provider at `URL/identity`, whose accounts are in the schema `sign_in`. People
 * sign in with passwords and passkeys, and join through links. Throws a sentence if the database cannot hold them.
 */
export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  const { url, apiUrl, clientId, origins, keysDir, initSecret, addressOf, log } = options;
  const database = await openSignInDatabase(options.databaseUrl, log);
  const store = openAccountStore(database);
  const hasPasskeys = supportsPasskeys(url);
  const passkeys = hasPasskeys ? openPasskeys({ origin: url, store }) : null;
  const passwords = createPasswords();
  const guesses = createGuesses();
  const links = openLinks(database);
  const script = await readFile(options.script, 'utf8');
  const provider = await openOwnProvider({
    issuer: `${url}${ACCOUNTS_PATH}`,
    clientId,
    origins,
    keysDir,
    database,
    kind: 'accounts',
    log,
    async findAccount(subject) {
      const account = await store.findBySubject(subject);
      return account && { sub: subject, email: account.email, name: account.name, emailVerified: true };
    },
  });
  const shared = { provider, database, store, links, passwords, guesses, passkeys, addressOf, log };
  const answerLinks = createJoin({ ...shared, initSecret });
  const answerApi = createAccountApi({
    ...shared,
    origins,
    apiUrl,
    rolesOf: (email) => rolesOf(database, email),
    mail: options.mail ? openMail(options.mail) : null,
  });
  const askedOptions = createRateLimiter({ burst: 60, refillMs: 1000 });
  const stopCleaning = cleanUp(database, log);

  async function answerPasskeyOptions(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!passkeys) return void response.writeHead(404).end();
    const wait = askedOptions.take(addressOf(request));
    if (wait > 0) throw tooMany(wait, '');
    sendJson(response, 200, await passkeys.authenticationOptions());
  }

  async function answerOther(request: IncomingMessage, response: ServerResponse, path: string) {
    if (path.startsWith('/interaction/')) {
      await answerInteraction(request, response, shared);
      return true;
    }
    if (path === '/sign-in.js') answerFile(response, 'text/javascript', script);
    else if (path === '/join')
      response
        .writeHead(200, provider.pageHeaders)
        .end(joinPage({ mount: provider.mount, passkeys: hasPasskeys }));
    else if (path === '/passkey-options' && request.method === 'POST')
      await answerPasskeyOptions(request, response);
    else return (await answerLinks(request, response, path)) || answerApi(request, response, path);
    return true;
  }

  return {
    issuer: provider.issuer,
    clientId,
    scope: provider.scope,
    signOutUrl: null,
    pages: { accounts: { url: `${provider.issuer}/api`, passkeys: hasPasskeys } },
    firstLink: async () =>
      (await store.hasAccounts()) ? null : `${provider.issuer}/join#init=${initSecret}`,
    handle: (request, response) => provider.handle(request, response, answerOther),
    async close() {
      stopCleaning();
      await database.close();
    },
  };
}
