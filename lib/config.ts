import type { ApiAccess } from './activations.ts';
import { findBoundCredentials } from './db/db2-address.ts';
import type { DatabaseRole } from './db/grants.ts';
import { Failure } from './failure.ts';
import { type FilesSettings, toFilesSettings } from './files/settings.ts';
import { type MailSettings, toMailSettings } from './mail/settings.ts';
import { checkParameters, PARAMETERS } from './parameters.ts';
import { withoutTrailingSlashes } from './url.ts';

/** The collector's share of the platform's limits; the rest is for people who look at pages. */
export interface CollectLimits {
  startsPerMinute: number;
  /** Activations of `collect-tenant` at the same time. */
  concurrency: number;
}

/** The checked parameters of the package; `lib/parameters.ts` says what each means. */
export interface Config {
  /** The same database, as each role. */
  databaseUrls: Record<DatabaseRole, string>;
  /** Without a slash at the end. */
  issuer: string;
  /** Where the provider is reached, without a slash at the end; null: at the issuer. */
  issuerAddress: string | null;
  clientId: string;
  /** Identity providers behind App ID whose e-mail addresses count as verified even if App ID does not say so. */
  trustedIdentities: string[];
  /** Keys separated by spaces, 32 bytes in base64url each. The first seals, all open. */
  tokenKey: string;
  initSecret: string;
  allowPrivateAddresses: boolean;
  /** Base URL of the GitHub simulator; null: there is none. */
  demoGithubUrl: string | null;
  /** Base URL of the test webhooks, the one private address that messages may be sent to; null: there is none. */
  demoWebhookUrl: string | null;
  /** Where the pages are, for links in messages, without a slash at the end; null: messages have no links. */
  pagesUrl: string | null;
  /** Where browsers and mail programs find the API, without a slash at the end; null: where the platform has it. */
  apiUrl: string | null;
  /** Origins that may call the API; empty: any. */
  allowedOrigins: string[];
  /** How many calls an API key may make in a minute. */
  keyCallsPerMinute: number;
  limits: CollectLimits;
  openwhisk: ApiAccess;
  /** Where shared files are kept; null: nothing can be shared, or this action does not write them. */
  files: FilesSettings | null;
  /** The mail server and the sender; null: no mail is sent, or this action sends none. */
  mail: MailSettings | null;
  /** The instance of Cognos Dashboard Embedded; null: there is none. */
  dde: { apiUrl: string; clientId: string; clientSecret: string } | null;
  /** The instant to take for the present; null: the real one. */
  now: Date | null;
}

/** Parameters of which one without the others is a mistake. */
const BELONG_TOGETHER = [
  ['SMTP_URL', 'MAIL_FROM'],
  ['DDE_API_URL', 'DDE_CLIENT_ID', 'DDE_CLIENT_SECRET'],
  ['FILES_URL', 'FILES_ENDPOINT', 'FILES_BUCKET', 'FILES_ACCESS_KEY_ID', 'FILES_SECRET_ACCESS_KEY'],
];

function checkTogether(value: (name: string) => string): string[] {
  return BELONG_TOGETHER.flatMap((names) => {
    const missing = names.filter((name) => value(name) === '');
    if (missing.length === 0 || missing.length === names.length) return [];
    return [`${missing.join(' and ')} must be set too: ${names.join(', ')} belong together.`];
  });
}

/** A parameter's text: wskdeploy makes an object of JSON, and leaves numbers and booleans as they are. */
function toText(value: unknown): string {
  return (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')).trim();
}

/** A path is on the pages' origin. */
function toApiUrl(text: string, pagesUrl: string): string | null {
  if (text.startsWith('/')) return pagesUrl ? withoutTrailingSlashes(new URL(text, pagesUrl).href) : null;
  return withoutTrailingSlashes(text) || null;
}

/**
 * Checks the parameters. Without DATABASE_URL, the Db2 service that is bound to the package is used. Throws
 * `misconfigured` with a sentence for each parameter that is missing or malformed.
 */
export function parseConfig(parameters: Record<string, unknown>): Config {
  const given: Record<string, unknown> = {
    ...parameters,
    DATABASE_URL: parameters.DATABASE_URL || findBoundCredentials(parameters.__bx_creds),
  };
  const value = (name: string) => toText(given[name]);
  const problems = [...checkParameters(PARAMETERS, value), ...checkTogether(value)];
  if (problems.length > 0) throw new Failure('misconfigured', problems.join(' '), { problems });
  const valueOrDefault = (name: string) => value(name) || (PARAMETERS[name]?.default ?? '');
  return {
    databaseUrls: {
      web: value('DATABASE_URL'),
      collector: value('COLLECT_DATABASE_URL') || value('DATABASE_URL'),
      owner: value('UPGRADE_DATABASE_URL') || value('DATABASE_URL'),
    },
    issuer: value('ISSUER').replace(/\/$/, ''),
    issuerAddress: withoutTrailingSlashes(value('ISSUER_ADDRESS')) || null,
    clientId: value('CLIENT_ID'),
    trustedIdentities: value('TRUSTED_IDENTITIES').split(/\s+/).filter(Boolean),
    tokenKey: value('TOKEN_KEY'),
    initSecret: value('INIT_SECRET'),
    allowPrivateAddresses: valueOrDefault('ALLOW_PRIVATE_ADDRESSES') === 'true',
    demoGithubUrl: value('DEMO_GITHUB_URL').replace(/\/$/, '') || null,
    demoWebhookUrl: withoutTrailingSlashes(value('DEMO_WEBHOOK_URL')) || null,
    pagesUrl: withoutTrailingSlashes(value('PAGES_URL')) || null,
    apiUrl: toApiUrl(value('API_URL'), value('PAGES_URL')),
    allowedOrigins: value('ALLOWED_ORIGINS').split(/\s+/).filter(Boolean),
    keyCallsPerMinute: Number(valueOrDefault('KEY_CALLS_PER_MINUTE')),
    limits: {
      startsPerMinute: Number(valueOrDefault('COLLECT_STARTS_PER_MINUTE')),
      concurrency: Number(valueOrDefault('COLLECT_CONCURRENCY')),
    },
    openwhisk: {
      apiHost: withoutTrailingSlashes(value('OPENWHISK_API_HOST')) || null,
      ca: value('OPENWHISK_CA') || null,
    },
    files: toFilesSettings(valueOrDefault),
    mail: toMailSettings(value),
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
