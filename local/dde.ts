import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** How the next requests fail: with a status, without an answer, or with something that is no session. */
type DdeFailure = number | 'silent' | 'unreadable';

/** Stands in for Cognos Dashboard Embedded: it creates sessions, and nothing else. */
export interface Dde {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The sessions created, oldest first. */
  sessions: { webDomain: string; expiresIn: number }[];
  /** Undefined ends the failure. */
  fail(failure: DdeFailure | undefined): void;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Creates one with a single client. `POST …/v1/session` with HTTP Basic creates a session. */
export function createDde({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Dde {
  const sessions: Dde['sessions'] = [];
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  let failure: DdeFailure | undefined;
  return {
    sessions,
    fail(next) {
      failure = next;
    },
    async handle(request, response) {
      const body = await text(request);
      if (failure === 'silent') return void response.destroy();
      if (failure === 'unreadable') return void response.writeHead(201).end('<html>');
      if (failure !== undefined) return answer(response, failure, { message: 'told to fail' });
      if (request.method !== 'POST' || !request.url?.endsWith('/v1/session'))
        return answer(response, 404, {});
      if (request.headers.authorization !== basic)
        return answer(response, 401, { message: 'unknown client' });
      const { webDomain, expiresIn } = JSON.parse(body);
      sessions.push({ webDomain, expiresIn });
      answer(response, 201, {
        sessionId: `session-${sessions.length}`,
        sessionCode: `code-${sessions.length}`,
        keys: [],
      });
    },
  };
}
