import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { errorPage, logoutPage, signedOutPage } from './pages.ts';
import type { Shape } from './shape.ts';
import type { IdentityStore } from './store.ts';
import { ACCESS_TOKEN_SECONDS, toAccessPayload } from './tokens.ts';

export interface ProviderSettings {
  issuer: string;
  /** The issuer's path. */
  mount: string;
  clientId: string;
  /** The pages' origins. */
  origins: string[];
  shape: Shape;
  store: IdentityStore;
  /** The headers of the provider's own pages. */
  pageHeaders: Record<string, string>;
}

/** The resource that access tokens are for: with one, oidc-provider issues JWTs. */
const RESOURCE = 'urn:traffic:api';
const FORTNIGHT_SECONDS = 14 * 86_400;
const TTL_SECONDS = {
  AccessToken: ACCESS_TOKEN_SECONDS,
  IdToken: ACCESS_TOKEN_SECONDS,
  AuthorizationCode: 60,
  Interaction: 3600,
  Grant: FORTNIGHT_SECONDS,
  RefreshToken: FORTNIGHT_SECONDS,
  Session: FORTNIGHT_SECONDS,
};

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

function featuresOf({ mount, shape, clientId, pageHeaders }: ProviderSettings): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: shape.scope,
        audience: clientId,
        accessTokenTTL: ACCESS_TOKEN_SECONDS,
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
    findAccount(_ctx, sub) {
      const account = store.findAccount(sub);
      return account && { accountId: sub, claims: () => ({ sub, ...shape.toIdClaims(account) }) };
    },
    formats: {
      customizers: {
        jwt(_ctx, token, jwt) {
          const account = store.findAccount(String(jwt.payload.sub));
          if (!account) throw new Error(`Access token ${token.jti} is nobody's.`);
          jwt.header = shape.header;
          jwt.payload = toAccessPayload(account, { ...jwt.payload, aud: [clientId] }, shape);
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
    ttl: TTL_SECONDS,
  };
}

/** oidc-provider with one public client: authorization code with PKCE, JWT access tokens, refresh tokens, logout. */
export async function createProvider(settings: ProviderSettings): Promise<Provider> {
  const { Provider } = await importQuietly();
  return new Provider(settings.issuer, configurationOf(settings));
}
