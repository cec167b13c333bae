import { findBoundCredentials, isDb2Address } from './db/db2-address.ts';
import { Failure } from './failure.ts';
import { isTokenKeys } from './secrets.ts';

/** What of the platform's limits the collector may use; the rest is for people who look at pages. */
export interface CollectLimits {
  startsPerMinute: number;
  /** Activations of `collect-tenant` at work at once. */
  concurrency: number;
}

/** The checked parameters of the package. */
export interface Config {
  databaseUrl: string;
  issuer: string;
  clientId: string;
  /** Identity providers behind App ID whose e-mail addresses count as verified where nothing says so. */
  trustedIdentities: string[];
  /** 32 bytes in base64url each, separated by spaces; the first seals, all open. */
  tokenKey: string;
  initSecret: string;
  allowPrivateAddresses: boolean;
  /** Base URL of the GitHub simulator; null where there is none. */
  demoGithubUrl: string | null;
  /** Base URL of the stand-in for webhooks, which may be sent to though it is on this machine; null where there is none. */
  demoWebhookUrl: string | null;
  /** Where the pages are, for links in messages, without a slash at its end; null: nobody said. */
  pagesUrl: string | null;
  /** What of the platform's limits the collector may use. */
  limits: CollectLimits;
  /** The instance of Cognos Dashboard Embedded; null where there is none. */
  dde: { apiUrl: string; clientId: string; clientSecret: string } | null;
  /** The instant to take for the present; null: the real one. */
  now: Date | null;
}

/** Of the 60 activations a minute and the 30 at once that Apache OpenWhisk allows a namespace unless it is told otherwise. */
const STARTS_PER_MINUTE = 40;
const CONCURRENCY = 20;

/** Plain http is for the machine itself: a provider's answers decide who somebody is. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
  );
}

const isCount = (text: string) => /^[1-9]\d{0,5}$/.test(text);

const isHttpUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** What each parameter must be, as the end of "NAME must …". */
const rules: Record<string, { required: boolean; must: string; test: (text: string) => boolean }> = {
  DATABASE_URL: {
    required: true,
    must: 'be the address of a database: postgres://…, db2://…, DATABASE=…;HOSTNAME=…, or the JSON of credentials of a Db2 service',
    test: (text) => /^postgres(ql)?:\/\/./.test(text) || isDb2Address(text),
  },
  ISSUER: {
    required: true,
    must: 'be the https address of an OpenID Connect provider',
    test: isIssuer,
  },
  CLIENT_ID: { required: true, must: 'be the client id that access tokens are issued for', test: Boolean },
  TRUSTED_IDENTITIES: {
    required: false,
    // At the others people choose their address themselves, or App ID says whether it is verified.
    must: 'be "saml", "appid_custom" or both, separated by a space',
    test: (text) => text.split(/\s+/).every((name) => name === 'saml' || name === 'appid_custom'),
  },
  TOKEN_KEY: { required: true, must: 'be 32 random bytes in base64url', test: isTokenKeys },
  INIT_SECRET: {
    required: true,
    must: 'be a secret of 8 characters or more',
    test: (text) => text.length >= 8,
  },
  ALLOW_PRIVATE_ADDRESSES: {
    required: false,
    must: 'be "true" or "false"',
    test: (text) => text === 'true' || text === 'false',
  },
  DEMO_GITHUB_URL: { required: false, must: 'be an http address', test: isHttpUrl },
  DEMO_WEBHOOK_URL: { required: false, must: 'be an http address', test: isHttpUrl },
  PAGES_URL: { required: false, must: 'be the http address of the pages', test: isHttpUrl },
  COLLECT_STARTS_PER_MINUTE: { required: false, must: 'be a whole number above zero', test: isCount },
  COLLECT_CONCURRENCY: { required: false, must: 'be a whole number above zero', test: isCount },
  DDE_API_URL: { required: false, must: 'be the https address of Cognos Dashboard Embedded', test: isIssuer },
  DDE_CLIENT_ID: { required: false, must: 'be the client id at DDE_API_URL', test: Boolean },
  DDE_CLIENT_SECRET: { required: false, must: 'be the secret of DDE_CLIENT_ID', test: Boolean },
  NOW: {
    required: false,
    must: 'be an instant such as 2026-01-14T06:00:00Z',
    test: (text) => !Number.isNaN(Date.parse(text)),
  },
};

const DDE = ['DDE_API_URL', 'DDE_CLIENT_ID', 'DDE_CLIENT_SECRET'];

/** An address without a client, or a client without an address, is a mistake. */
function ddeProblems(value: (name: string) => string): string[] {
  const missing = DDE.filter((name) => value(name) === '');
  return missing.length === 0 || missing.length === DDE.length
    ? []
    : [`${missing.join(' and ')} must be set too: ${DDE.join(', ')} belong together.`];
}

/** wskdeploy makes an object of JSON that stands in the environment. */
function toText(value: unknown): string {
  return (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')).trim();
}

/**
 * Checks the parameters. Without DATABASE_URL the Db2 service that is bound to the package is taken. Throws
 * `misconfigured` with a sentence for each that is missing or malformed.
 */
export function parseConfig(parameters: Record<string, unknown>): Config {
  // wskdeploy leaves numbers and booleans that stand in the environment as they are.
  const given: Record<string, unknown> = {
    ...parameters,
    DATABASE_URL: parameters.DATABASE_URL || findBoundCredentials(parameters.__bx_creds),
  };
  const value = (name: string) => toText(given[name]);
  const problems = Object.entries(rules).flatMap(([name, { required, must, test }]) => {
    if (value(name) === '') return required ? [`${name} is missing: it must ${must}.`] : [];
    return test(value(name)) ? [] : [`${name} must ${must}.`];
  });
  problems.push(...ddeProblems(value));
  if (problems.length > 0) throw new Failure('misconfigured', problems.join(' '), { problems });
  return {
    databaseUrl: value('DATABASE_URL'),
    issuer: value('ISSUER').replace(/\/$/, ''),
    clientId: value('CLIENT_ID'),
    trustedIdentities: value('TRUSTED_IDENTITIES').split(/\s+/).filter(Boolean),
    tokenKey: value('TOKEN_KEY'),
    initSecret: value('INIT_SECRET'),
    allowPrivateAddresses: value('ALLOW_PRIVATE_ADDRESSES') === 'true',
    demoGithubUrl: value('DEMO_GITHUB_URL').replace(/\/$/, '') || null,
    demoWebhookUrl: value('DEMO_WEBHOOK_URL').replace(/\/+$/, '') || null,
    pagesUrl: value('PAGES_URL').replace(/\/+$/, '') || null,
    limits: {
      startsPerMinute: Number(value('COLLECT_STARTS_PER_MINUTE') || STARTS_PER_MINUTE),
      concurrency: Number(value('COLLECT_CONCURRENCY') || CONCURRENCY),
    },
    dde: value('DDE_API_URL')
      ? {
          apiUrl: value('DDE_API_URL'),
          clientId: value('DDE_CLIENT_ID'),
          clientSecret: value('DDE_CLIENT_SECRET'),
        }
      : null,
    now: value('NOW') ? new Date(value('NOW')) : null,
  };
}
