import { readFileSync } from 'node:fs';

/** Environment variables. */
export type Environment = Record<string, string | undefined>;

/** What App ID's credentials say that the deployment needs; no more of them is read. */
interface AppId {
  issuer: string;
  clientId: string;
  /** Those of a client with a secret, which pages cannot sign in with. */
  isConfidential: boolean;
}

/** It is not shown what the variable holds: that may be a secret. */
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

/** An application's say `oAuthServerUrl`, a service key's `oauthServerUrl`. */
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
  'APPID_CREDENTIALS are of a client with a secret, which pages in a browser cannot sign in with: take those of an application of type singlepageapp, or set CLIENT_ID to its client id.';

/** Sentences about the credentials that are there and work, but not for the pages. */
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
 * The variables with ISSUER, CLIENT_ID and SCOPE of APPID_CREDENTIALS, which go no further, where they are not set
 * themselves. Throws a sentence when the credentials are malformed.
 */
export function withAppId({ APPID_CREDENTIALS: text = '', ...environment }: Environment): Environment {
  if (text.trim() === '') return environment;
  const { issuer, clientId } = parseAppId(text.trim());
  return {
    ...environment,
    ISSUER: environment.ISSUER?.trim() || issuer,
    CLIENT_ID: environment.CLIENT_ID?.trim() || clientId,
    // What App ID's own library asks for; the address is told for it too.
    SCOPE: environment.SCOPE?.trim() || 'openid',
  };
}
