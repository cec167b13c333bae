import { parseConfig } from '../lib/config.ts';
import { Failure } from '../lib/failure.ts';
import { appIdWarnings, withAppId } from './app-id.ts';

/** What deploy.sh is told by variables, checked. */
export interface Settings {
  /** The platform's base URL, without a slash at the end. */
  apiHost: string;
  /** `uuid:key` of the namespace. */
  auth: string;
  namespace: string;
  store: StoreSettings;
  /** Where the pages are, without a slash at the end. */
  pagesUrl: string;
  /** Where the pages find the web actions: a URL, or a path on the pages' own origin. */
  apiUrl: string;
  issuer: string;
  clientId: string;
  scope: string;
  /** Where App ID ends a session; '' where the provider's discovery document names that, or nobody ends it. */
  signOutUrl: string;
  /** Hours for which files of earlier deployments stay, for pages that are open. */
  keepHours: number;
}

/** An S3-compatible bucket. */
export interface StoreSettings {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

type Environment = Record<string, string | undefined>;

interface Rule {
  /** Taken when the variable is not set; without it the variable is required. */
  fallback?: string;
  /** As the end of "NAME must …". */
  must: string;
  test: (text: string) => boolean;
}

const isUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const isOrigin = (text: string) => isUrl(text) && new URL(text).pathname === '/' && !/[?#]/.test(text);
const withScheme = (host: string) => (/^https?:\/\//.test(host) ? host : `https://${host}`);
const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** The variables that the manifest does not know. */
const RULES: Record<string, Rule> = {
  APIHOST: {
    must: 'be the OpenWhisk API host, such as https://openwhisk.example.com (without a scheme: https)',
    test: (text) => isOrigin(withScheme(text)),
  },
  AUTH: { must: 'be the key of the namespace, uuid:key', test: (text) => /^[^:\s]+:[^:\s]+$/.test(text) },
  NAMESPACE: {
    must: 'be the name of the namespace that AUTH belongs to (`wsk namespace list` prints it)',
    test: (text) => /^\w[\w@ .-]*$/.test(text) && text !== '_',
  },
  COS_ENDPOINT: {
    must: 'be the address of the object storage, such as https://s3.eu-de.cloud-object-storage.appdomain.cloud',
    test: isOrigin,
  },
  COS_REGION: {
    fallback: 'us-east-1',
    must: 'be the region of the bucket',
    test: (text) => /^[\w-]+$/.test(text),
  },
  COS_BUCKET: {
    must: 'be the name of a bucket that is there for the pages',
    test: (text) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text),
  },
  COS_ACCESS_KEY_ID: { must: 'be the id of an HMAC key that may write to the bucket', test: Boolean },
  COS_SECRET_ACCESS_KEY: { must: 'be the secret of that HMAC key', test: Boolean },
  PAGES_URL: {
    must: 'be the address at which browsers get the bucket, an origin such as https://traffic.example.com',
    test: isOrigin,
  },
  API_URL: {
    fallback: '',
    must: 'be the address of the web actions as browsers see it, or a path on the origin of PAGES_URL',
    test: (text) => isUrl(text) || /^\/\w/.test(text),
  },
  SCOPE: {
    fallback: 'openid profile email',
    must: 'be scopes that include openid',
    test: (text) => text.split(' ').includes('openid'),
  },
  SIGN_OUT_URL: {
    fallback: '',
    must: 'be the address at which App ID ends a session, ISSUER/cloud_directory/sso/logout',
    test: isUrl,
  },
  PAGES_KEEP_HOURS: {
    fallback: '24',
    must: 'be a whole number of hours',
    test: (text) => /^\d{1,5}$/.test(text),
  },
};

function configProblems(environment: Environment): string[] {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof Failure && Array.isArray(error.details?.problems)) return error.details.problems;
    throw error;
  }
}

function problemsOf(environment: Environment): string[] {
  const own = Object.entries(RULES).flatMap(([name, { fallback, must, test }]) => {
    const text = environment[name]?.trim() ?? '';
    if (text === '') return fallback === undefined ? [`${name} is missing: it must ${must}.`] : [];
    return test(text) ? [] : [`${name} must ${must}.`];
  });
  return [...own, ...configProblems(environment)];
}

/** Sentences for every variable that is missing or malformed; none: `readSettings` works. */
export function settingsProblems(environment: Environment): string[] {
  try {
    return problemsOf(withAppId(environment));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isOther = (problem: string) => !/^(ISSUER|CLIENT_ID) is missing/.test(problem);
    return [error.message, ...problemsOf(environment).filter(isOther)];
  }
}

/** Sentences about what works, but is worth knowing. */
export function settingsWarnings(environment: Environment): string[] {
  const warnings = {
    NOW: 'the deployed system will take that instant for the present',
    DEMO_WEBHOOK_URL: 'messages may be sent below that address, wherever it is',
    DEMO_GITHUB_URL: 'the deployed system will offer a simulator as a GitHub server',
  };
  const own = Object.entries(warnings).flatMap(([name, effect]) =>
    environment[name] ? [`${name} is set: ${effect}.`] : [],
  );
  return [...own, ...appIdWarnings(environment)];
}

/** The settings of variables that have no problems. */
export function readSettings(environment: Environment): Settings {
  const value = (name: string) => environment[name]?.trim() || RULES[name]?.fallback || '';
  const apiHost = withoutSlash(withScheme(value('APIHOST')));
  const namespace = value('NAMESPACE');
  return {
    apiHost,
    auth: value('AUTH'),
    namespace,
    store: {
      endpoint: withoutSlash(value('COS_ENDPOINT')),
      region: value('COS_REGION'),
      bucket: value('COS_BUCKET'),
      accessKeyId: value('COS_ACCESS_KEY_ID'),
      secretAccessKey: value('COS_SECRET_ACCESS_KEY'),
    },
    pagesUrl: withoutSlash(value('PAGES_URL')),
    apiUrl: withoutSlash(
      value('API_URL') || `${apiHost}/api/v1/web/${encodeURIComponent(namespace)}/traffic`,
    ),
    issuer: withoutSlash(value('ISSUER')),
    clientId: value('CLIENT_ID'),
    scope: value('SCOPE'),
    signOutUrl: value('SIGN_OUT_URL'),
    keepHours: Number(value('PAGES_KEEP_HOURS')),
  };
}
