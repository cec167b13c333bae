import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PARAMETERS } from '../lib/parameters.ts';
import { readIfFile } from '../lib/text-or-file.ts';
import type { Environment } from './app-id.ts';
import { type DatabaseVariables, openPlatform, readBoundDatabase } from './platform.ts';
import { readSettings, toApiUrl } from './settings.ts';

const FROM_WSKPROPS = ['APIHOST', 'AUTH', 'NAMESPACE'];

/** The namespace that `wsk` works with, from its file of NAME=value lines. */
function readWskprops({ WSK_CONFIG_FILE, HOME = '' }: Environment): Environment {
  const file = WSK_CONFIG_FILE || path.join(HOME, '.wskprops');
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  const found = [...lines].map(([, name = '', value = '']) => [name, value.trim()] as const);
  return Object.fromEntries(found.filter(([name]) => FROM_WSKPROPS.includes(name)));
}

const NO_DATABASE = { DATABASE_URL: '', COLLECT_DATABASE_URL: '', UPGRADE_DATABASE_URL: '' };

/** Without DATABASE_URL, the deployed package keeps its database and roles. Empty when the platform cannot say. */
async function findDatabases(environment: Environment): Promise<DatabaseVariables> {
  const { DATABASE_URL, COLLECT_DATABASE_URL, UPGRADE_DATABASE_URL } = environment;
  const isReachable = FROM_WSKPROPS.every((name) => environment[name]);
  const bound =
    DATABASE_URL || !isReachable
      ? NO_DATABASE
      : await readBoundDatabase(openPlatform(readSettings(environment))).catch(() => NO_DATABASE);
  return {
    DATABASE_URL: DATABASE_URL || bound.DATABASE_URL,
    COLLECT_DATABASE_URL: COLLECT_DATABASE_URL || bound.COLLECT_DATABASE_URL,
    UPGRADE_DATABASE_URL: UPGRADE_DATABASE_URL || bound.UPGRADE_DATABASE_URL,
  };
}

/** Fills in what the variables given leave out, so that wskdeploy finds every parameter of the manifest. */
export async function completeEnvironment(given: Environment): Promise<Environment> {
  const unset = Object.fromEntries(Object.keys(PARAMETERS).map((name) => [name, '']));
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  const environment: Environment = { ...given, ...unset, ...readWskprops(given), ...set };
  const {
    PAGES_URL = '',
    ALLOWED_ORIGINS,
    OPENWHISK_CA = '',
    SMTP_CA = '',
    TOKEN_KEY,
    TOKEN_KEY_NEXT,
  } = environment;
  return {
    ...environment,
    API_URL: environment.APIHOST && environment.NAMESPACE ? toApiUrl(environment) : '',
    ALLOWED_ORIGINS: ALLOWED_ORIGINS || PAGES_URL.replace(/\/$/, ''),
    // A rotation was interrupted: everything must open what either key sealed.
    TOKEN_KEY: [TOKEN_KEY, TOKEN_KEY_NEXT].filter(Boolean).join(' '),
    OPENWHISK_CA: readIfFile(OPENWHISK_CA),
    SMTP_CA: readIfFile(SMTP_CA),
    ...(await findDatabases(environment)),
  };
}
