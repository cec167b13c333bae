import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IdentityStore } from './store.ts';
import { subjectOfToken, type TokenSettings } from './tokens.ts';

export interface UserinfoContext {
  origins: string[];
  store: IdentityStore;
  settings: TokenSettings;
}

/**
 * Answers userinfo requests, instead of oidc-provider, which refuses tokens with an audience. Accepts the tokens of
 * `issueToken`, too.
 */
export async function answerUserinfo(
  request: IncomingMessage,
  response: ServerResponse,
  { origins, store, settings }: UserinfoContext,
): Promise<void> {
  const { origin, authorization } = request.headers;
  response.setHeader('vary', 'origin').setHeader('cache-control', 'no-store');
  if (origin && origins.includes(origin))
    response
      .setHeader('access-control-allow-origin', origin)
      .setHeader('access-control-allow-headers', 'authorization');
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const subject = token && (await subjectOfToken(token, settings));
  const account = subject ? store.findAccount(subject) : undefined;
  response.setHeader('content-type', 'application/json');
  if (account) return void response.writeHead(200).end(JSON.stringify(settings.shape.toUserinfo(account)));
  response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
  response.end(JSON.stringify({ error: 'invalid_token' }));
}
