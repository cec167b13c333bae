import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Shape } from './shape.ts';
import type { Account } from './store.ts';

export interface UserinfoContext {
  origins: string[];
  shape: Shape;
  /** The account of an access token; undefined: the token is not accepted. */
  accountOf(token: string): Promise<Account | undefined>;
}

/** The bearer token of a request; undefined if it has none. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * Answers userinfo requests, instead of oidc-provider, which refuses tokens with an audience. Accepts the tokens of
 * `issueToken`, too.
 */
export async function answerUserinfo(
  request: IncomingMessage,
  response: ServerResponse,
  { origins, shape, accountOf }: UserinfoContext,
): Promise<void> {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin').setHeader('cache-control', 'no-store');
  if (origin && origins.includes(origin))
    response
      .setHeader('access-control-allow-origin', origin)
      .setHeader('access-control-allow-headers', 'authorization');
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const token = bearerOf(request);
  const account = token ? await accountOf(token) : undefined;
  response.setHeader('content-type', 'application/json');
  if (account) return void response.writeHead(200).end(JSON.stringify(shape.toUserinfo(account)));
  response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
  response.end(JSON.stringify({ error: 'invalid_token' }));
}
