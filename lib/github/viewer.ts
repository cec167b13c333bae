import { parseAnswer, userAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import { parseScopes, parseTokenExpiry } from './refusal.ts';

/** Whose token it is, and what is known of the token. */
export interface Viewer {
  id: number;
  login: string;
  name: string | null;
  /** A classic token's scopes; null for a fine-grained token, which names none. */
  scopes: string[] | null;
  /** When the token ends; null: never, or GitHub does not say. */
  tokenExpiresAt: Date | null;
}

/** Who the token belongs to. One request. */
export async function getViewer(ask: Connection): Promise<Viewer> {
  const { data, headers } = await ask('/user');
  const { id, login, name } = parseAnswer(userAnswer, data, headers);
  return {
    id,
    login,
    name: name ?? null,
    scopes: parseScopes(headers['x-oauth-scopes']),
    tokenExpiresAt: parseTokenExpiry(headers['github-authentication-token-expiration']),
  };
}
