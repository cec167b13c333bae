import { isDb2Address } from './db/db2-address.ts';
import { EMAIL_PATTERN } from './email.ts';
import { isTokenKeys } from './secrets.ts';
import { parseUrl } from './url.ts';

/** A named text that configures the system: a parameter of the package, or a variable of `deploy.sh`. */
export interface Parameter {
  /** What it means, in Markdown. `docs/configuration.md` says the same. */
  description: string;
  /** What its value must be: the end of "NAME must …". */
  must: string;
  /** Whether a value, which is never empty, is what it must be. Without a test, every value is. */
  test?: (text: string) => boolean;
  /** It must not be empty. */
  required?: true;
  /** The value that an empty one stands for. */
  default?: string;
  /** What `docs/configuration.md` calls the default when it is derived, or differs by reader. Markdown. */
  defaultInWords?: string;
  /** Not to be printed. */
  secret?: true;
  /** What `deploy.sh` warns of when it is set: the end of "NAME is set: …". */
  warning?: string;
  /** `npm start` reads it from the environment, too. */
  start?: true;
  /** The only actions that get it; without them, all do. */
  actions?: readonly string[];
}

/** Whether a text is an http or https URL. */
export function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(parseUrl(text)?.protocol ?? '');
}

/** Plain http is for the machine itself: a provider's answers decide who somebody is. */
function isSecureUrl(text: string): boolean {
  const url = parseUrl(text);
  if (!url) return false;
  const { protocol, hostname } = url;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

const isDatabaseAddress = (text: string) => /^postgres(ql)?:\/\/./.test(text) || isDb2Address(text);

const isCount = (text: string) => /^[1-9]\d{0,5}$/.test(text);

const isApiAddress = (text: string) => isHttpUrl(text) || /^\/\w/.test(text);

/** The actions that write shared files. */
const FILE_ACTIONS = ['shares', 'publish'];

/** The actions that send mail. */
const MAIL_ACTIONS = ['channels', 'subscriptions', 'watch', 'report-weekly', 'report-now'];

const isCertificates = (text: string) =>
  /^-----BEGIN CERTIFICATE-----\s[\s\S]*-----END CERTIFICATE-----$/.test(text);

const isMailServer = (text: string) =>
  /^smtps?:$/.test(parseUrl(text)?.protocol ?? '') && new URL(text).hostname !== '';

/** `traffic@example.org`, or `Traffic <traffic@example.org>`. */
const isSender = (text: string) => EMAIL_PATTERN.test(/^[^<>\r\n]*<([^<>]*)>$/.exec(text)?.[1] ?? text);

/**
 * The parameters of the package and of single actions. `manifest.yaml` binds exactly these, `parseConfig` checks them, `deploy.sh` passes them
 * on, and `docs/configuration.md` explains them; tests compare all of these with this list.
 */
export const PARAMETERS: Record<string, Parameter> = {
  DATABASE_URL: {
    description:
      '`postgres://USER:PASSWORD@HOST:PORT/DATABASE`, PostgreSQL 15 or newer, at an address that the actions can reach; for [Db2](db2.md#set-it-up) `db2://…`, `DATABASE=…;HOSTNAME=…` or the JSON of its credentials',
    must: 'be the address of a database: postgres://…, db2://…, DATABASE=…;HOSTNAME=…, or the JSON of the credentials of a Db2 service',
    test: isDatabaseAddress,
    required: true,
    defaultInWords: 'required; `deploy`: that of the deployed package; `start`: the embedded PostgreSQL',
    secret: true,
    start: true,
  },
  COLLECT_DATABASE_URL: {
    description:
      'the same database as the [role](deploy.md#database-roles) that collects, watches and reports. `DATABASE_URL` is then for people only',
    must: 'be the address of the database of DATABASE_URL, for the role that collects',
    test: isDatabaseAddress,
    defaultInWords: '`DATABASE_URL`: one role for both',
    secret: true,
    start: true,
    actions: ['collect', 'collect-tenant', 'sweep', 'watch', 'report-weekly', 'init', 'provision', 'upgrade'],
  },
  UPGRADE_DATABASE_URL: {
    description:
      'the same database as the [role](deploy.md#database-roles) that owns the tables and upgrades them. The other two then own nothing',
    must: 'be the address of the database of DATABASE_URL, for the role that owns its tables',
    test: isDatabaseAddress,
    defaultInWords: '`DATABASE_URL`: it owns the tables',
    secret: true,
    start: true,
    actions: ['init', 'provision', 'upgrade', 'delete-data'],
  },
  ISSUER: {
    description:
      'the OpenID Connect provider, for example `https://HOST/oauth/v4/TENANT` of App ID; with or without a slash at the end',
    must: 'be the https address of an OpenID Connect provider',
    test: isSecureUrl,
    required: true,
    defaultInWords: 'required; `start`: a sign-in of its own',
    start: true,
  },
  ISSUER_ADDRESS: {
    description:
      'address at which the actions reach the provider, if that of `ISSUER` does not work for them',
    must: 'be the address at which the actions reach the provider of ISSUER',
    test: isSecureUrl,
  },
  CLIENT_ID: {
    description: 'the client that access tokens must be issued for (`aud`)',
    must: 'be the client id that access tokens are issued for',
    required: true,
    defaultInWords: 'required; `start`: a sign-in of its own',
    start: true,
  },
  TOKEN_KEY: {
    description:
      '32 random bytes in base64url, which seal GitHub tokens in the database. Several, separated by spaces: the first seals, all open. `deploy.sh` takes one; `rotate` looks after it',
    must: 'be 32 random bytes in base64url',
    test: isTokenKeys,
    required: true,
    secret: true,
  },
  INIT_SECRET: {
    description: 'whoever sets up the installation must know it; 16 characters or more',
    must: 'be a secret of 16 characters or more, such as the output of openssl rand -hex 16',
    test: (text) => text.length >= 16,
    required: true,
    secret: true,
  },
  TRUSTED_IDENTITIES: {
    description: 'App ID: `saml`, `appid_custom` or both; see [App ID](app-id.md)',
    must: 'be "saml", "appid_custom" or both, separated by a space',
    // At the others people choose their address themselves, or App ID says whether it is verified.
    test: (text) => text.split(/\s+/).every((name) => name === 'saml' || name === 'appid_custom'),
    start: true,
  },
  PAGES_URL: {
    description:
      'origin at which browsers get the pages. Messages link to it; without it, they have no links',
    must: 'be the http address of the pages',
    test: isHttpUrl,
    defaultInWords: '–; `deploy`: required',
  },
  API_URL: {
    description:
      "where the pages and mail programs find the API: another address, or a path on the pages' origin",
    must: 'be the address of the web actions as browsers see it, or a path on the origin of PAGES_URL',
    test: isApiAddress,
    defaultInWords: '`APIHOST/api/v1/web/NAMESPACE/traffic`',
    actions: MAIL_ACTIONS,
  },
  ALLOWED_ORIGINS: {
    description: 'origins that may call the API, separated by spaces; empty: any (no cookies are used)',
    must: 'be origins, separated by spaces',
    defaultInWords: '–; `deploy`: `PAGES_URL`',
  },
  ALLOW_PRIVATE_ADDRESSES: {
    description: '`true` lets GitHub servers and channels have private addresses, and plain http',
    must: 'be "true" or "false"',
    test: (text) => text === 'true' || text === 'false',
    default: 'false',
    start: true,
  },
  COLLECT_STARTS_PER_MINUTE: {
    description:
      'activations that the collector may start in a minute, of the 60 that Apache OpenWhisk allows a namespace',
    must: 'be a whole number above zero',
    test: isCount,
    default: '40',
  },
  KEY_CALLS_PER_MINUTE: {
    description: 'calls that each [API key](api.md#api-keys) may make in a minute',
    must: 'be a whole number above zero',
    test: isCount,
    default: '60',
    start: true,
  },
  COLLECT_CONCURRENCY: {
    description: 'collection runs at the same time, 256 MB each; [how to choose](operations.md#memory)',
    must: 'be a whole number above zero',
    test: isCount,
    default: '4',
  },
  OPENWHISK_API_HOST: {
    description:
      "address at which actions reach the platform's API, if the one that the platform gives them does not work for them",
    must: 'be the http address of the OpenWhisk API, as actions reach it',
    test: isHttpUrl,
  },
  OPENWHISK_CA: {
    description:
      "certificates that actions trust when they call the platform's API, in PEM; `deploy`: also the path of a file with them. See [deploy](deploy.md#a-certificate-of-your-own)",
    must: 'be certificates in PEM, or for deploy.sh the path of a file with them',
    test: isCertificates,
  },
  FILES_URL: {
    description:
      'origin at which browsers get the [shared files](shares.md#on-object-storage). Set all of `FILES_…` or none; without them, nothing can be shared',
    must: 'be the address at which browsers get the bucket of FILES_BUCKET',
    test: isHttpUrl,
    defaultInWords: '–; `start`: its own',
    actions: FILE_ACTIONS,
  },
  FILES_ENDPOINT: {
    description: "API of the shared files' object storage",
    must: 'be the address of the object storage, such as https://s3.eu-de.cloud-object-storage.appdomain.cloud',
    test: isSecureUrl,
    defaultInWords: '–; `start`: its own',
    actions: FILE_ACTIONS,
  },
  FILES_REGION: {
    description: 'region of `FILES_BUCKET`',
    must: 'be the region of the bucket',
    test: (text) => /^[\w-]+$/.test(text),
    default: 'us-east-1',
    actions: FILE_ACTIONS,
  },
  FILES_BUCKET: {
    description:
      'bucket of the shared files. Take one of its own, with an address of its own: the actions have a key that may write to it',
    must: 'be the name of a bucket that exists',
    test: (text) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text),
    defaultInWords: '–; `start`: its own',
    actions: FILE_ACTIONS,
  },
  FILES_ACCESS_KEY_ID: {
    description: 'id of an HMAC key that may write to `FILES_BUCKET`, and to nothing else',
    must: 'be the id of an HMAC key that may write to the bucket',
    defaultInWords: '–; `start`: its own',
    actions: FILE_ACTIONS,
  },
  FILES_SECRET_ACCESS_KEY: {
    description: 'its secret',
    must: 'be the secret of that HMAC key',
    defaultInWords: '–; `start`: its own',
    secret: true,
    actions: FILE_ACTIONS,
  },
  SMTP_URL: {
    description:
      'mail server for [e-mail](notifications.md#e-mail), such as `smtp://USER:PASSWORD@mail.example.org:587` (STARTTLS) or `smtps://…`; without it, no mail is sent',
    must: 'be the address of a mail server, such as smtp://USER:PASSWORD@mail.example.org:587',
    test: isMailServer,
    secret: true,
    start: true,
    actions: MAIL_ACTIONS,
  },
  MAIL_FROM: {
    description: 'the sender of mails: `traffic@example.org` or `Traffic <traffic@example.org>`',
    must: 'be an address such as traffic@example.org, or Traffic <traffic@example.org>',
    test: isSender,
    start: true,
    actions: MAIL_ACTIONS,
  },
  SMTP_CA: {
    description:
      "certificates of an authority of your own that signed the mail server's, in PEM, trusted besides the public ones; `deploy`, `start`: also the path of a file with them",
    must: 'be certificates in PEM, or for deploy.sh and npm start the path of a file with them',
    test: isCertificates,
    start: true,
    actions: MAIL_ACTIONS,
  },
  DDE_API_URL: {
    description:
      'API of an instance of [Cognos Dashboard Embedded](dashboards.md#cognos-dashboard-embedded); set all three or none',
    must: 'be the https address of Cognos Dashboard Embedded',
    test: isSecureUrl,
  },
  DDE_CLIENT_ID: { description: 'its client', must: 'be the client id at DDE_API_URL' },
  DDE_CLIENT_SECRET: {
    description: "that client's secret",
    must: 'be the secret of DDE_CLIENT_ID',
    secret: true,
  },
  DEMO_GITHUB_URL: {
    description: 'for rehearsals: API address of the GitHub simulator, offered as *Demo*',
    must: 'be an http address',
    test: isHttpUrl,
    warning: 'the deployed system will offer a simulator as a GitHub server',
  },
  DEMO_WEBHOOK_URL: {
    description:
      'for rehearsals: address of the stand-in for webhooks. Messages may be sent below it although it is on this machine',
    must: 'be an http address',
    test: isHttpUrl,
    warning: 'messages may be sent to addresses below it, even private ones',
  },
  NOW: {
    description: 'for rehearsals: an instant to take for the present',
    must: 'be an instant such as 2026-01-14T06:00:00Z',
    test: (text) => !Number.isNaN(Date.parse(text)),
    warning: 'the deployed system will take that instant for the present',
  },
};

/** What the pages alone are told about the provider of `ISSUER`, by `deploy.sh` and `npm start`. */
export const PAGES_SIGN_IN: Record<string, Parameter> = {
  SIGN_OUT_URL: {
    description:
      'App ID with single sign-on: `ISSUER/cloud_directory/sso/logout`; other providers name theirs themselves',
    must: 'be the address at which App ID ends a session, ISSUER/cloud_directory/sso/logout',
    test: isHttpUrl,
    start: true,
  },
  SCOPE: {
    description: 'what the pages ask the provider for',
    must: 'be scopes that include openid',
    test: (text) => text.split(' ').includes('openid'),
    default: 'openid profile email',
    defaultInWords: '`openid profile email`; with `APPID_CREDENTIALS`: `openid`',
    start: true,
  },
};

/** A sentence for every value that is missing or malformed. `value` returns a parameter's text without spaces around it. */
export function checkParameters(
  parameters: Record<string, Parameter>,
  value: (name: string) => string,
): string[] {
  return Object.entries(parameters).flatMap(([name, { required, must, test }]) => {
    const text = value(name);
    if (text === '') return required ? [`${name} is missing: it must ${must}.`] : [];
    return (test?.(text) ?? true) ? [] : [`${name} must ${must}.`];
  });
}
