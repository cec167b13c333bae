import { parseConfig } from '../lib/config.ts';
import { Failure } from '../lib/failure.ts';
import type { BucketSettings } from '../lib/files/bucket.ts';
import { type FilesSettings, toFilesSettings } from '../lib/files/settings.ts';
import { checkParameters, isHttpUrl, PAGES_SIGN_IN, PARAMETERS, type Parameter } from '../lib/parameters.ts';
import { withoutTrailingSlashes } from '../lib/url.ts';
import { appIdWarnings, type Environment, withAppId } from './app-id.ts';

/** The checked variables of deploy.sh. */
export interface Settings {
  /** The platform's base URL, without a slash at the end. */
  apiHost: string;
  /** `uuid:key` of the namespace. */
  auth: string;
  namespace: string;
  store: StoreSettings;
  /** Where shared files are kept; null: nothing can be shared. */
  files: FilesSettings | null;
  /** Where the pages are, without a slash at the end. */
  pagesUrl: string;
  /** Where the pages find the web actions: a URL, or a path on the pages' own origin. */
  apiUrl: string;
  issuer: string;
  clientId: string;
  scope: string;
  /** Where App ID ends a session. '': the provider's discovery document names it, or sessions are not ended. */
  signOutUrl: string;
  /** How many hours files of earlier deployments stay, for pages that are open. */
  keepHours: number;
}

/** An S3-compatible bucket. */
export type StoreSettings = BucketSettings;

const isOrigin = (text: string) => isHttpUrl(text) && new URL(text).pathname === '/' && !/[?#]/.test(text);
const withScheme = (host: string) => (/^https?:\/\//.test(host) ? host : `https://${host}`);

/**
 * The variables of `deploy.sh` besides the package's parameters. `PAGES_URL` is both: here it is required, and an origin.
 * `docs/configuration.md` explains them; a test compares it with this list.
 */
export const SETTINGS: Record<string, Parameter> = {
  APIHOST: {
    description: "the platform's API host; https if it names no scheme",
    must: 'be the OpenWhisk API host, such as https://openwhisk.example.com (without a scheme: https)',
    test: (text) => isOrigin(withScheme(text)),
    required: true,
    defaultInWords: 'that of `~/.wskprops`, else required',
  },
  AUTH: {
    description: 'key of the namespace, `uuid:key`',
    must: 'be the key of the namespace, uuid:key',
    test: (text) => /^[^:\s]+:[^:\s]+$/.test(text),
    required: true,
    defaultInWords: 'that of `~/.wskprops`, else required',
    secret: true,
  },
  NAMESPACE: {
    description: 'its name, not `_`',
    must: 'be the name of the namespace that AUTH belongs to (`wsk namespace list` prints it)',
    test: (text) => /^\w[\w@ .-]*$/.test(text) && text !== '_',
    required: true,
    defaultInWords: 'that of `~/.wskprops`, else required',
  },
  PAGES_URL: {
    description: PARAMETERS.PAGES_URL?.description ?? '',
    must: 'be the address at which browsers get the bucket, an origin such as https://traffic.example.com',
    test: isOrigin,
    required: true,
  },
  APPID_CREDENTIALS: {
    description:
      "JSON of App ID's credentials, or the path of a file with it. It replaces `ISSUER`, `CLIENT_ID` and `SCOPE` unless they are set",
    must: 'be the JSON of an App ID application’s credentials, or the path of a file with it',
    secret: true,
  },
  ...PAGES_SIGN_IN,
  COS_ENDPOINT: {
    description: "the object storage's API, such as `https://s3.eu-de.cloud-object-storage.appdomain.cloud`",
    must: 'be the address of the object storage, such as https://s3.eu-de.cloud-object-storage.appdomain.cloud',
    test: isOrigin,
    required: true,
  },
  COS_REGION: {
    description: "the bucket's region, which signatures name",
    must: 'be the region of the bucket',
    test: (text) => /^[\w-]+$/.test(text),
    default: 'us-east-1',
  },
  COS_BUCKET: {
    description: 'the bucket',
    must: 'be the name of a bucket that exists, for the pages',
    test: (text) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text),
    required: true,
  },
  COS_ACCESS_KEY_ID: {
    description: 'id of the HMAC key (IBM: `cos_hmac_keys` of the service credentials)',
    must: 'be the id of an HMAC key that may write to the bucket',
    required: true,
  },
  COS_SECRET_ACCESS_KEY: {
    description: 'its secret',
    must: 'be the secret of that HMAC key',
    required: true,
    secret: true,
  },
  PAGES_KEEP_HOURS: {
    description: 'how long hashed files of earlier deployments stay',
    must: 'be a whole number of hours',
    test: (text) => /^\d{1,5}$/.test(text),
    default: '24',
  },
  ACTION_IMAGE: {
    description: 'image in which the actions run instead of `nodejs:20`; see [Db2](db2.md#the-image)',
    must: 'be the name of an image',
  },
  WSKDEPLOY: {
    description: 'path of wskdeploy',
    must: 'be the path of wskdeploy',
    defaultInWords: '`wskdeploy`, else `wsk project`',
  },
  DATABASE_URL_NEXT: {
    description: 'the new `DATABASE_URL`, for [`rotate`](operations.md#rotation)',
    must: 'be the new DATABASE_URL',
    secret: true,
  },
  ROTATION_WAIT: {
    description: 'seconds that `rotate` waits for what runs with the old values',
    must: 'be a number of seconds',
    test: (text) => /^\d+(\.\d+)?$/.test(text),
    defaultInWords: 'the longest time limit of an action, `300`',
  },
  DEPLOY_ENV: {
    description: 'file of these variables; set it in the environment',
    must: 'be the path of a file',
    default: 'deploy.env',
  },
};

/** Names that earlier versions read, and what they are called now. */
const RENAMED = { COLLECT_AT_ONCE: 'COLLECT_CONCURRENCY' };

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
  const renamed = Object.entries(RENAMED).flatMap(([old, name]) =>
    environment[old]
      ? [`${old} is called ${name} now: rename it where you set it, for example in deploy.env.`]
      : [],
  );
  const own = checkParameters(SETTINGS, (name) => environment[name]?.trim() ?? '');
  const isChecked = (problem: string) => Object.keys(SETTINGS).some((name) => problem.startsWith(`${name} `));
  const others = configProblems(environment).filter((problem) => !isChecked(problem));
  return [...renamed, ...own, ...others];
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

/** Sentences about what works but may surprise you. */
export function settingsWarnings(environment: Environment): string[] {
  const own = Object.entries(PARAMETERS).flatMap(([name, { warning }]) =>
    warning && environment[name] ? [`${name} is set: ${warning}.`] : [],
  );
  return [...own, ...appIdWarnings(environment)];
}

/** Where the pages find the web actions. */
export function toApiUrl({ API_URL = '', APIHOST = '', NAMESPACE = '' }: Environment): string {
  const ofPlatform = `${withoutTrailingSlashes(withScheme(APIHOST.trim()))}/api/v1/web/${encodeURIComponent(NAMESPACE.trim())}/traffic`;
  return withoutTrailingSlashes(API_URL.trim() || ofPlatform);
}

/** The settings of variables that have no problems. */
export function readSettings(environment: Environment): Settings {
  const value = (name: string) => environment[name]?.trim() || (SETTINGS[name]?.default ?? '');
  const apiHost = withoutTrailingSlashes(withScheme(value('APIHOST')));
  const namespace = value('NAMESPACE');
  return {
    apiHost,
    auth: value('AUTH'),
    namespace,
    store: {
      endpoint: withoutTrailingSlashes(value('COS_ENDPOINT')),
      region: value('COS_REGION'),
      bucket: value('COS_BUCKET'),
      accessKeyId: value('COS_ACCESS_KEY_ID'),
      secretAccessKey: value('COS_SECRET_ACCESS_KEY'),
    },
    files: toFilesSettings((name) => environment[name]?.trim() ?? ''),
    pagesUrl: withoutTrailingSlashes(value('PAGES_URL')),
    apiUrl: toApiUrl(environment),
    issuer: withoutTrailingSlashes(value('ISSUER')),
    clientId: value('CLIENT_ID'),
    scope: value('SCOPE'),
    signOutUrl: value('SIGN_OUT_URL'),
    keepHours: Number(value('PAGES_KEEP_HOURS')),
  };
}
