import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** How the next sessions are answered instead: a status, nothing at all, or what is no session. */
type DdeFault = number | 'silent' | 'unreadable';

/** A stand-in for Cognos Dashboard Embedded, as far as sessions go. */
export interface Dde {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What was asked for, oldest first. */
  sessions: { webDomain: string; expiresIn: number }[];
  /** Undefined: it works again. */
  fail(fault: DdeFault | undefined): void;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Opens one that knows one client. Sessions are asked for with `POST …/v1/session` and HTTP Basic. */
export function createDde({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Dde {
  const sessions: Dde['sessions'] = [];
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  let fault: DdeFault | undefined;
  return {
    sessions,
    fail(next) {
      fault = next;
    },
    async handle(request, response) {
      const body = await text(request);
      if (fault === 'silent') return void response.destroy();
      if (fault === 'unreadable') return void response.writeHead(201).end('<html>');
      if (fault !== undefined) return answer(response, fault, { message: 'told to fail' });
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
