import { parseArgs } from 'node:util';
import ipaddr from 'ipaddr.js';
import { type MailSettings, toMailSettings } from '../lib/mail/settings.ts';
import { checkParameters, isHttpUrl, PAGES_SIGN_IN, PARAMETERS, type Parameter } from '../lib/parameters.ts';
import { readIfFile } from '../lib/text-or-file.ts';
import { parseTrack } from '../lib/tracking/definition.ts';
import { parseUrl, withoutTrailingSlashes } from '../lib/url.ts';
import type { DatabaseUrls } from './postgres/roles.ts';

/** How people sign in to a real installation. */
export type SignIn =
  /** An OpenID Connect provider elsewhere. */
  | { kind: 'provider'; issuer: string; clientId: string; scope: string; signOutUrl: string | null }
  | { kind: 'github'; clientId: string; clientSecret: string; url: string }
  /** Accounts of its own. */
  | { kind: 'accounts' };

/** What makes an installation a real one: people reach it, so nobody gets in without a sign-in. */
export interface RealSettings {
  /** The origin that browsers use; null: localhost at the server's port. */
  publicUrl: string | null;
  signIn: SignIn;
  /** Files in PEM; null: a proxy speaks https, or nobody does. */
  tls: { cert: string; key: string } | null;
  /** Addresses and ranges whose forwarded headers are believed. */
  trustedProxies: string[];
  /** Sends messages, and invitations and reset links to accounts of its own. */
  mail?: MailSettings;
}

/** The checked environment and arguments of `npm start`. */
export interface StartSettings {
  demo: boolean;
  dataDir: string;
  /** The address to listen on. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** Null: to try it out on this machine, with stand-ins for GitHub and webhooks and a sign-in without passwords. */
  real: RealSettings | null;
  /** Undefined: the embedded PostgreSQL. */
  databaseUrls: DatabaseUrls | undefined;
  invocationsPerMinute: number;
  /** Seals the key in a backup; '' if there is none. */
  backupPassphrase: string;
  /** Sets up a fresh installation before anybody signs in; null: people do. `apiUrl` null: github.com. */
  provision: { token: string; track: string; apiUrl: string | null } | null;
  /** Parameters that are passed on to the actions unchanged. */
  parameters: Record<string, string>;
}

type Environment = Record<string, string | undefined>;

const isCountUpTo = (max: number) => (text: string) => /^\d+$/.test(text) && Number(text) <= max;

export const MIN_PASSPHRASE_LENGTH = 12;

export const isPassphrase = (text: string): boolean => text.length >= MIN_PASSPHRASE_LENGTH;

/** Plain http is for this machine. */
function isGitHubUrl(text: string): boolean {
  const url = parseUrl(text);
  if (!url) return false;
  const { protocol, hostname, username, search, hash } = url;
  const isSecure = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return isSecure && username === '' && search === '' && hash === '';
}

/**
 * The variables of `npm start` alone. It also reads the parameters that say so, and `PAGES_SIGN_IN`.
 * `docs/configuration.md` explains them; a test compares it with this list.
 */
export const START_VARIABLES: Record<string, Parameter> = {
  PUBLIC_URL: {
    description:
      'the address at which browsers open the pages, such as `https://traffic.example.org`. It makes this a [real installation](self-hosting.md)',
    must: 'be an origin such as https://traffic.example.org',
    defaultInWords: '–; with a `HOST` that others reach: `http://localhost:PORT`',
  },
  HOST: {
    description:
      'the IP address to listen on; `0.0.0.0` and `::` are all of this machine. Any but loopback makes this a [real installation](self-hosting.md)',
    must: 'be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them',
    test: (text) => text === 'localhost' || ipaddr.isValid(text),
    default: '127.0.0.1',
  },
  PORT: {
    description: 'port to listen on; `0`: any free one',
    must: 'be a whole number from 0 to 65535',
    test: isCountUpTo(65_535),
    default: '8080',
  },
  TLS_CERT: {
    description:
      'file with the certificate of `PUBLIC_URL` and its chain, in PEM, if no proxy speaks https. It is read again when it changes',
    must: 'be the path of a file with the certificate and its chain, in PEM',
  },
  TLS_KEY: {
    description: "file with that certificate's private key, in PEM",
    must: 'be the path of a file with the private key, in PEM',
  },
  TRUSTED_PROXIES: {
    description:
      'IP addresses and ranges of the proxies in front, separated by spaces. Only their forwarded headers are believed',
    must: 'be IP addresses or ranges such as 10.0.0.0/8, separated by spaces',
    test: (text) => text.split(/[\s,]+/).every(isRange),
    default: '127.0.0.0/8 ::1',
  },
  SIGN_IN: {
    description:
      'how people sign in: `provider` (`ISSUER` and `CLIENT_ID`), `github` or `accounts` of its own. It makes this a [real installation](self-hosting.md), on this machine too',
    must: 'be "provider", "github" or "accounts"',
    test: (text) => ['provider', 'github', 'accounts'].includes(text),
    defaultInWords: '–; in a real installation: the first of these that is configured, else `accounts`',
  },
  GITHUB_CLIENT_ID: {
    description: 'client id of the OAuth app with which people sign in through GitHub',
    must: 'be the client id of an OAuth app at GitHub',
  },
  GITHUB_CLIENT_SECRET: {
    description: "that app's client secret",
    must: 'be the client secret of that app',
    secret: true,
  },
  GITHUB_SIGN_IN_URL: {
    description: 'the GitHub of that app, such as `https://github.example.com`',
    must: 'be the address of a GitHub, such as https://github.com',
    test: isGitHubUrl,
    default: 'https://github.com',
  },
  TRACK: {
    description:
      'with `GITHUB_TOKEN`: [sets up a fresh installation](self-hosting.md#two-variables) that tracks what these words say, such as `acme/*,!fork,!archived`',
    must: 'be words separated by commas, such as acme/*,!fork,!archived',
    test: (text) => text.length <= 2000,
  },
  GITHUB_TOKEN: {
    description: 'the GitHub token that reads what `TRACK` says. Without `TRACK` it is not used',
    must: 'be a GitHub token',
    test: (text) => text.length <= 400,
    secret: true,
  },
  GITHUB_API_URL: {
    description:
      'the base URL of the API that `GITHUB_TOKEN` is for, such as `https://github.example.com/api/v3`',
    must: 'be the base URL of an API, such as https://github.example.com/api/v3',
    test: isHttpUrl,
    defaultInWords: 'github.com',
  },
  DATA_DIR: {
    description: 'database files, keys and secrets of the local installation. `npm run token` reads it too',
    must: 'be the path of a folder',
    defaultInWords: '`.data`; the demo: `.data-demo`',
  },
  INVOCATIONS_PER_MINUTE: {
    description:
      "how many actions the local platform runs in a minute, which [callers share](operations.md#floods-of-calls); Apache OpenWhisk's own default is 60",
    must: 'be a whole number from 0 to 1000000',
    test: isCountUpTo(1_000_000),
    default: '600',
  },
  BACKUP_PASSPHRASE: {
    description:
      'seals the key inside a [backup](self-hosting.md#back-up-and-move), for `npm run backup` and `npm run restore`',
    must: `have at least ${MIN_PASSPHRASE_LENGTH} characters`,
    test: isPassphrase,
    secret: true,
  },
};

/** Parameters of the actions that `npm start` passes on. The others it reads have a meaning of their own here. */
const PASSED_ON = ['ALLOW_PRIVATE_ADDRESSES', 'TRUSTED_IDENTITIES'];

const MAIL_PARAMETERS = pickParameters(['SMTP_URL', 'MAIL_FROM', 'SMTP_CA']);

const PAIRS = [
  ['TLS_CERT', 'TLS_KEY'],
  ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
  ['SMTP_URL', 'MAIL_FROM'],
] as const;

function isRange(text: string): boolean {
  if (!text.includes('/')) return ipaddr.isValid(text);
  // A range of all addresses would let anybody name the address that they are counted by.
  return ipaddr.isValidCIDR(text) && ipaddr.parseCIDR(text)[1] > 0;
}

/** Whether only this machine reaches that IP address or host name. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return host === 'localhost' || (ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback');
}

const EXAMPLE = 'an origin such as https://traffic.example.org';

/** What is wrong with PUBLIC_URL: the end of a sentence. Undefined: nothing. */
function findUrlProblem(text: string): string | undefined {
  const url = /^https?:/i.test(text) ? parseUrl(text) : undefined;
  if (!url) return `must be ${EXAMPLE}.`;
  const { protocol, hostname, username, password, pathname, search, hash } = url;
  if (username || password) return `must not contain a user name or password: it is ${EXAMPLE}.`;
  if (protocol === 'http:' && !isLoopback(hostname))
    return `is "${text}": it must begin with https://, because people sign in there. Plain http is for localhost only.`;
  if (hostname === '0.0.0.0' || hostname === '[::]')
    return `is "${text}": browsers cannot open that address. HOST may be it; PUBLIC_URL is ${EXAMPLE}.`;
  if (pathname !== '/' || search || hash || /[?#]/.test(text))
    return `is "${text}": it must be an origin, without a path or query: ${url.origin}`;
  return undefined;
}

function pickParameters(names: readonly string[]): Record<string, Parameter> {
  const all = Object.entries({ ...PARAMETERS, ...PAGES_SIGN_IN });
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

/** A sentence for each value that is wrong by itself, or that lacks its companion. */
function findProblems(value: (name: string) => string): string[] {
  const parameters = { ...START_VARIABLES, ...MAIL_PARAMETERS };
  const own = checkParameters(parameters, value).map((problem) => {
    const [name = ''] = problem.split(' ', 1);
    return parameters[name]?.secret
      ? problem
      : problem.replace(/^\w+ must/, `${name} is "${value(name)}": it must`);
  });
  const url = value('PUBLIC_URL') && findUrlProblem(value('PUBLIC_URL'));
  const pairs = PAIRS.flatMap((pair) => {
    const missing = pair.filter((name) => value(name) === '');
    return missing.length === 1 ? [`${missing[0]} is missing: ${pair.join(' and ')} belong together.`] : [];
  });
  return [...own, ...(url ? [`PUBLIC_URL ${url}`] : []), ...pairs];
}

/** Sentences about TLS_CERT without the https address that it is for. */
function findTlsProblems(value: (name: string) => string): string[] {
  if (value('TLS_CERT') === '' || value('PUBLIC_URL').startsWith('https://')) return [];
  return ['TLS_CERT needs PUBLIC_URL, the https address that the certificate is for.'];
}

/** Sentences about TRACK and its token. */
function findTrackProblems(value: (name: string) => string): string[] {
  if (value('TRACK') === '' && value('GHS_FILTER') !== '')
    return ['GHS_FILTER is a variable of ghstats: call it TRACK here. It means the same.'];
  if (value('TRACK') === '') return [];
  const missing =
    value('GITHUB_TOKEN') === ''
      ? ['GITHUB_TOKEN is missing: TRACK needs a token that can read the traffic of the repositories.']
      : [];
  try {
    parseTrack(value('TRACK'));
    return missing;
  } catch (error) {
    return [...missing, (error as Error).message];
  }
}

function toKind(value: (name: string) => string): SignIn['kind'] {
  const given = value('SIGN_IN');
  if (given === 'provider' || given === 'github' || given === 'accounts') return given;
  if (value('ISSUER') || value('CLIENT_ID')) return 'provider';
  return value('GITHUB_CLIENT_ID') ? 'github' : 'accounts';
}

/** Sentences about what the chosen sign-in lacks. */
function findSignInProblems(value: (name: string) => string): string[] {
  const kind = toKind(value);
  if (kind === 'provider')
    return checkParameters(
      pickParameters(['ISSUER', 'CLIENT_ID', 'SCOPE', 'SIGN_OUT_URL', 'TRUSTED_IDENTITIES']),
      value,
    );
  if (kind === 'github' && value('GITHUB_CLIENT_ID') === '')
    return [
      'GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET are missing: SIGN_IN=github needs an OAuth app at GitHub.',
    ];
  return [];
}

function toSignIn(value: (name: string) => string): SignIn {
  const kind = toKind(value);
  if (kind === 'provider')
    return {
      kind,
      issuer: withoutTrailingSlashes(value('ISSUER')),
      clientId: value('CLIENT_ID'),
      scope: value('SCOPE') || (PAGES_SIGN_IN.SCOPE?.default ?? ''),
      signOutUrl: value('SIGN_OUT_URL') || null,
    };
  if (kind === 'github')
    return {
      kind,
      clientId: value('GITHUB_CLIENT_ID'),
      clientSecret: value('GITHUB_CLIENT_SECRET'),
      url: value('GITHUB_SIGN_IN_URL') || (START_VARIABLES.GITHUB_SIGN_IN_URL?.default ?? ''),
    };
  return { kind };
}

/** The database of the environment, if any. Without addresses for the other roles, one role does everything. */
function toDatabaseUrls(value: (name: string) => string): DatabaseUrls | undefined {
  const web = value('DATABASE_URL');
  if (web === '') return undefined;
  const owner = value('UPGRADE_DATABASE_URL') || web;
  return { web, collector: value('COLLECT_DATABASE_URL') || web, owner, admin: owner };
}

/**
 * Reads and checks the arguments and the environment of `npm start`. Throws a sentence for every value that is wrong, each
 * on a line of its own. Parameters that are passed on to the actions are checked by them.
 */
export function readSettings(args: string[], environment: Environment): StartSettings {
  const { demo } = parseArgs({ args, options: { demo: { type: 'boolean', default: false } } }).values;
  const given = (name: string) => environment[name]?.trim() ?? '';
  const value = (name: string) => (name === 'SMTP_CA' ? readIfFile(given(name)).trim() : given(name));
  const valueOrDefault = (name: string) => value(name) || (START_VARIABLES[name]?.default ?? '');
  const host = valueOrDefault('HOST');
  const isReal = value('PUBLIC_URL') !== '' || value('SIGN_IN') !== '' || !isLoopback(host);
  const problems = [...findProblems(value), ...findTlsProblems(value), ...findTrackProblems(value)];
  if (isReal) problems.push(...findSignInProblems(value));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  if (demo && isReal)
    throw new Error(
      'The demo signs people in without a password, so it is for this machine only: leave out PUBLIC_URL, HOST and SIGN_IN, or use npm start.',
    );
  const cert = value('TLS_CERT');
  const mail = toMailSettings(value);
  const real = {
    publicUrl: value('PUBLIC_URL') ? new URL(value('PUBLIC_URL')).origin : null,
    signIn: toSignIn(value),
    tls: cert === '' ? null : { cert, key: value('TLS_KEY') },
    trustedProxies: valueOrDefault('TRUSTED_PROXIES').split(/[\s,]+/),
    ...(mail && { mail }),
  };
  return {
    demo,
    dataDir: value('DATA_DIR') || (demo ? '.data-demo' : '.data'),
    host,
    port: Number(valueOrDefault('PORT')),
    real: isReal ? real : null,
    databaseUrls: toDatabaseUrls(value),
    invocationsPerMinute: Number(valueOrDefault('INVOCATIONS_PER_MINUTE')),
    // The demo has tenants of its own.
    provision:
      value('TRACK') === '' || demo
        ? null
        : {
            token: value('GITHUB_TOKEN'),
            track: value('TRACK'),
            apiUrl: value('GITHUB_API_URL') ? withoutTrailingSlashes(value('GITHUB_API_URL')) : null,
          },
    backupPassphrase: value('BACKUP_PASSPHRASE'),
    parameters: Object.fromEntries(PASSED_ON.map((name) => [name, value(name)])),
  };
}
