import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { errorPage, logoutPage, signedOutPage } from './pages.ts';
import type { Shape } from './shape.ts';
import type { ProviderStore } from './store.ts';
import { toAccessPayload } from './tokens.ts';

export interface ProviderSettings {
  issuer: string;
  /** The issuer's path. */
  mount: string;
  clientId: string;
  /** The pages' origins. */
  origins: string[];
  shape: Shape;
  store: ProviderStore;
  /** The headers of the provider's own pages. */
  pageHeaders: Record<string, string>;
  /** How long tokens and sessions last. */
  accessTokenSeconds: number;
  sessionSeconds: number;
  /** Called before an access token is issued; returns claims of its own. */
  onAccessToken?(token: IssuedFor): Promise<Record<string, unknown>>;
}

/** Whose access token is issued: in which session, and for which browser. */
export interface IssuedFor {
  subject: string;
  sessionUid: string;
  userAgent: string;
}

/** The resource that access tokens are for: with one, oidc-provider issues JWTs. */
const RESOURCE = 'urn:traffic:api';
export const FORTNIGHT_SECONDS = 14 * 86_400;

function lifetimesOf({ accessTokenSeconds, sessionSeconds }: ProviderSettings): Configuration['ttl'] {
  return {
    AccessToken: accessTokenSeconds,
    IdToken: accessTokenSeconds,
    AuthorizationCode: 60,
    Interaction: 3600,
    Grant: sessionSeconds,
    RefreshToken: sessionSeconds,
    Session: sessionSeconds,
  };
}

/** Suppresses oidc-provider's warning about Node 20, where it works: this project's tests run there. */
async function importQuietly() {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}

function showPage(ctx: KoaContextWithOIDC, body: string, headers: Record<string, string>): void {
  ctx.set(headers);
  ctx.type = 'html';
  ctx.body = body;
}

function clientOf({
  clientId,
  origins,
  shape,
}: ProviderSettings): NonNullable<Configuration['clients']>[number] {
  const pages = origins.map((origin) => `${origin}/`);
  return {
    client_id: clientId,
    client_name: 'GitHub Traffic Analytics',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', ...(shape.renews ? ['refresh_token'] : [])],
    response_types: ['code'],
    redirect_uris: pages,
    ...(shape.signOutPath === null && { post_logout_redirect_uris: pages }),
  };
}

/** Grants access without asking for consent, because the only client is our own. */
async function grantFor(ctx: KoaContextWithOIDC, { shape: { scope } }: ProviderSettings) {
  const { client, session, provider } = ctx.oidc;
  if (!client || !session?.accountId) return undefined;
  const known = session.grantIdFor(client.clientId);
  const existing = known && (await provider.Grant.find(known));
  if (existing) return existing;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(scope);
  grant.addResourceScope(RESOURCE, scope);
  await grant.save();
  return grant;
}

function featuresOf({
  mount,
  shape,
  clientId,
  pageHeaders,
  accessTokenSeconds,
}: ProviderSettings): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: shape.scope,
        audience: clientId,
        accessTokenTTL: accessTokenSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
    rpInitiatedLogout: {
      enabled: shape.signOutPath === null,
      logoutSource: (ctx, form) => showPage(ctx, logoutPage(mount, form), pageHeaders),
      postLogoutSuccessSource: (ctx) => showPage(ctx, signedOutPage(mount), pageHeaders),
    },
  };
}

function configurationOf(settings: ProviderSettings): Configuration {
  const { mount, clientId, origins, shape, store, pageHeaders } = settings;
  return {
    adapter: store.artifacts,
    clients: [clientOf(settings)],
    jwks: { keys: [store.signingKey] },
    cookies: { keys: [store.cookieKey] },
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origins.includes(origin),
    scopes: Object.keys(shape.claims),
    claims: shape.claims,
    routes: shape.routes,
    // Like App ID, so that the pages can show who is signed in.
    conformIdTokenClaims: false,
    features: featuresOf(settings),
    async findAccount(_ctx, sub) {
      const account = await store.findAccount(sub);
      return account && { accountId: sub, claims: () => ({ sub, ...shape.toIdClaims(account) }) };
    },
    formats: {
      customizers: {
        async jwt(ctx, token, jwt) {
          const subject = String(jwt.payload.sub);
          const account = await store.findAccount(subject);
          if (!account) throw new Error(`Access token ${token.jti} is nobody's.`);
          const userAgent = ctx.get('user-agent');
          const sessionUid = 'sessionUid' in token ? String(token.sessionUid) : '';
          const own = await settings.onAccessToken?.({ subject, sessionUid, userAgent });
          jwt.header = shape.header;
          jwt.payload = { ...own, ...toAccessPayload(account, { ...jwt.payload, aud: [clientId] }, shape) };
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `${mount}/interaction/${uid}` },
    loadExistingGrant: (ctx) => grantFor(ctx, settings),
    renderError: (ctx, { error_description, error }) =>
      showPage(ctx, errorPage(mount, error_description ?? error), pageHeaders),
    // Even without the scope offline_access, because an open page needs it. It ends with the session.
    issueRefreshToken: () => shape.renews,
    // Two pages of one browser may hold the same refresh token.
    rotateRefreshToken: false,
    ttl: lifetimesOf(settings),
  };
}

/** oidc-provider with one public client: authorization code with PKCE, JWT access tokens, refresh tokens, logout. */
export async function createProvider(settings: ProviderSettings): Promise<Provider> {
  const { Provider } = await importQuietly();
  return new Provider(settings.issuer, configurationOf(settings));
}
