import { inject } from 'vitest';
import type { DatabaseUrls } from '../local/postgres.ts';

/** What a whole run shares. `test/setup.ts` makes each once, when the first test asks for it. */
export type Shared = 'build' | 'postgresUrls' | 'template' | 'identityKeys' | 'history' | 'wskdeploy';

const asked = new Map<Shared, Promise<string>>();

async function ask(name: Shared): Promise<string> {
  const response = await fetch(`${inject('onDemand')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

function get(name: Shared): Promise<string> {
  const answer = asked.get(name) ?? ask(name);
  asked.set(name, answer);
  return answer;
}

/** Resolves when dist/ is built from the sources. */
export async function requireBuild(): Promise<void> {
  await get('build');
}

/** The addresses of the run's PostgreSQL server: make a database of your own on it, see `createTestDatabase`. */
export const getPostgresUrls = async (): Promise<DatabaseUrls> => JSON.parse(await get('postgresUrls'));

/** Name of a database on that server with all tables, empty: copy it. */
export const getTemplate = () => get('template');

/** A file with keys of an identity provider, which are slow to generate. */
export const getIdentityKeys = () => get('identityKeys');

/** The installation with the history of `test/e2e/make-history.ts`: copy its database and the secrets of its folder. */
export async function getHistory(): Promise<{ database: string; folder: string }> {
  return JSON.parse(await get('history'));
}

/** Path of Apache's wskdeploy, built unless cached. */
export const getWskdeploy = () => get('wskdeploy');
