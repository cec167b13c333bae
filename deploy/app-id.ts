import { readFileSync } from 'node:fs';

/** Environment variables. */
export type Environment = Record<string, string | undefined>;

/** The part of App ID's credentials that a deployment needs. Nothing else is read. */
interface AppId {
  issuer: string;
  clientId: string;
  /** Whether the client has a secret, so that pages cannot sign in with it. */
  isConfidential: boolean;
}

/** Messages never show the variable's value, which may be a secret. */
const MUST =
  'APPID_CREDENTIALS must be the JSON of an App ID application’s credentials, or the path of a file with it';

function readJson(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.startsWith('{') ? text : readFileSync(text, 'utf8'));
  } catch {
    parsed = null;
  }
  if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  throw new Error(`${MUST}; it is neither.`);
}

/** Reads credentials of an application, which have `oAuthServerUrl`, or of a service key, which have `oauthServerUrl`. */
function parseAppId(text: string): AppId {
  const credentials = readJson(text);
  const { clientId, tenantId, type, secret } = credentials;
  const server = credentials.oauthServerUrl ?? credentials.oAuthServerUrl;
  if (typeof clientId !== 'string' || clientId === '' || typeof server !== 'string')
    throw new Error(`${MUST}; clientId or oauthServerUrl is missing in it.`);
  const [, tenant] = /^https?:\/\/[^/?#]+\/oauth\/v4\/([\w-]+)\/?$/.exec(server) ?? [];
  if (!tenant)
    throw new Error(
      `${MUST}; oauthServerUrl in it must be like https://eu-de.appid.cloud.ibm.com/oauth/v4/TENANT.`,
    );
  if (tenantId !== undefined && tenantId !== tenant)
    throw new Error(`${MUST}; tenantId and oauthServerUrl in it are of different instances.`);
  const isConfidential = type === undefined ? secret !== undefined : type !== 'singlepageapp';
  return { issuer: server.replace(/\/$/, ''), clientId, isConfidential };
}

const SECRET_ADVICE =
  'APPID_CREDENTIALS are of a client with a secret, which pages in a browser cannot sign in with: use those of an application of type singlepageapp, or set CLIENT_ID to its client id.';

/** Warns of credentials that are valid, but do not work for the pages. */
export function appIdWarnings({
  APPID_CREDENTIALS: text = '',
  CLIENT_ID: clientId = '',
}: Environment): string[] {
  if (text.trim() === '' || clientId.trim() !== '') return [];
  try {
    return parseAppId(text.trim()).isConfidential ? [SECRET_ADVICE] : [];
  } catch {
    return [];
  }
}

/**
 * Replaces APPID_CREDENTIALS, which may contain a secret, by ISSUER, CLIENT_ID and SCOPE where these are not set. Throws a
 * sentence if the credentials are malformed.
 */
export function withAppId({ APPID_CREDENTIALS: text = '', ...environment }: Environment): Environment {
  if (text.trim() === '') return environment;
  const { issuer, clientId } = parseAppId(text.trim());
  return {
    ...environment,
    ISSUER: environment.ISSUER?.trim() || issuer,
    CLIENT_ID: environment.CLIENT_ID?.trim() || clientId,
    // App ID's own library asks for this, and the tokens include the e-mail address.
    SCOPE: environment.SCOPE?.trim() || 'openid',
  };
}
