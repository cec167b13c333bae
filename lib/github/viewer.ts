import { parseAnswer, userAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import { parseScopes, parseTokenExpiry } from './refusal.ts';

/** A token's owner, and the token's properties. */
export interface Viewer {
  id: number;
  login: string;
  name: string | null;
  /** A classic token's scopes; null for a fine-grained token, which names none. */
  scopes: string[] | null;
  /** When the token expires; null: never, or GitHub does not say. */
  tokenExpiresAt: Date | null;
}

/** Reads whose token it is. One request. */
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
