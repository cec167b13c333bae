import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import { answerInteraction, type InteractionContext } from './identity/interaction.ts';
import { answerFile, logoutScript, pageHeadersFor, styleSheet } from './identity/pages.ts';
import { createProvider, FORTNIGHT_SECONDS } from './identity/provider.ts';
import { appIdShape, standardShape } from './identity/shape.ts';
import { endSession } from './identity/sign-out.ts';
import { openIdentityStore, type Person } from './identity/store.ts';
import {
  ACCESS_TOKEN_SECONDS,
  issueAccessToken,
  issueIdToken,
  readAccessToken,
  type TokenOverrides,
  toPublicKey,
} from './identity/tokens.ts';
import { answerUserinfo, type UserinfoContext } from './identity/userinfo.ts';

export interface IdentityProviderOptions {
  /** The issuer in tokens, such as http://127.0.0.1:8080/identity. */
  issuer: string;
  /** appid: tokens, userinfo and endpoints like IBM Cloud App ID's; the issuer's last part is the tenant. Default: standard. */
  shape?: 'standard' | 'appid';
  clientId: string;
  /** The pages' origins, which sign-in may return to and whose scripts may call. */
  origins: string[];
  /** The people that the sign-in page offers. */
  people: Person[];
  /** The folder for keys, people and sessions. Without it, they are lost when the process ends. */
  dataDir?: string;
  /** The clock for `issueToken` and for userinfo's check of tokens. */
  clock?: () => Date;
}

/** Stands in for App ID or any OpenID Connect provider: the real protocol, without passwords. */
export interface IdentityProvider {
  issuer: string;
  clientId: string;
  scope: string;
  /** Where a browser ends its session, if the discovery document does not say. */
  signOutUrl: string | null;
  /** The public keys. */
  jwks: { keys: JWK[] };
  /** Answers a request under the issuer's path. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** An access token for that person, who is created if unknown. */
  issueToken(email: string, overrides?: TokenOverrides & Partial<Person>): Promise<string>;
  /** Changes the address of the account that signs in as `email`, or whether it is verified. Its subject stays. */
  changePerson(email: string, change: Partial<Pick<Person, 'email' | 'emailVerified'>>): void;
  /** An ID token for that person, without a nonce. */
  issueIdToken(email: string): Promise<string>;
  /** Injects a failure. down: connections break; slow: answers wait until the next call of this; null: works again. */
  fail(kind: 'down' | 'slow' | null): void;
}

type Context = UserinfoContext & InteractionContext;

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { mount, provider, shape } = context;
  const { routes, signOutPath } = shape;
  const path = (request.url ?? '').slice(mount.length).replace(/\?.*/, '');
  if (path === '/style.css') return answerFile(response, 'text/css', styleSheet);
  if (path === '/logout.js') return answerFile(response, 'text/javascript', logoutScript);
  if (path === routes.userinfo) return answerUserinfo(request, response, context);
  if (path.startsWith('/interaction/')) return answerInteraction(request, response, context);
  if (path === signOutPath) return endSession(request, response, context);
  // oidc-provider finds its mount path by comparing the two.
  Object.assign(request, { originalUrl: request.url, url: request.url?.slice(mount.length) || '/' });
  await provider.callback()(request, response);
}

/** The switch behind `IdentityProvider.fail`. Each request awaits `passes`; false: give no answer. */
function createOutage() {
  let kind: 'down' | 'slow' | null = null;
  let release = () => {};
  let released = Promise.resolve();
  return {
    fail(next: typeof kind): void {
      kind = next;
      release();
      released = new Promise((resolve) => {
        release = resolve;
      });
    },
    async passes(): Promise<boolean> {
      if (kind === 'slow') await released;
      return kind !== 'down';
    },
  };
}

/** Creates the provider. Pass requests to its `handle`. */
export async function createIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { issuer, clientId, origins, people, clock = () => new Date() } = options;
  const shape = options.shape === 'appid' ? appIdShape(issuer) : standardShape(clientId);
  const mount = new URL(issuer).pathname.replace(/\/$/, '');
  const store = await openIdentityStore(options.dataDir);
  for (const person of people) store.addPerson(person);
  const pageHeaders = pageHeadersFor(origins);
  const provider = await createProvider({
    issuer,
    mount,
    clientId,
    origins,
    shape,
    store,
    pageHeaders,
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    sessionSeconds: FORTNIGHT_SECONDS,
  });
  const settings = { issuer, clientId, shape, signingKey: store.signingKey, clock };
  const accountOf = async (token: string) => {
    const subject = (await readAccessToken(token, settings))?.sub;
    return subject ? store.findAccount(subject) : undefined;
  };
  const context = { mount, origins, people, store, shape, provider, accountOf, pageHeaders };
  const outage = createOutage();
  return {
    issuer,
    clientId,
    scope: shape.scope,
    signOutUrl: shape.signOutPath && `${issuer}${shape.signOutPath}`,
    jwks: { keys: [toPublicKey(store.signingKey)] },
    fail: outage.fail,
    async handle(request, response) {
      if (await outage.passes()) await answer(request, response, context);
      else request.socket.destroy();
    },
    async issueToken(email, { emailVerified, name, through, ...overrides } = {}) {
      const listed = people.find((person) => person.email === email)?.emailVerified;
      const account = store.addPerson({
        email,
        emailVerified: emailVerified ?? listed ?? true,
        ...(name && { name }),
        ...(through && { through }),
      });
      return issueAccessToken(account, settings, overrides);
    },
    changePerson: (email, change) => store.changePerson({ email }, change),
    issueIdToken: async (email) => issueIdToken(store.addPerson({ email }), settings),
  };
}
