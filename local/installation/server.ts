import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** The answer before the parts are open, and after they are closed. */
export const unavailable: Handler = async (_request, response) =>
  response.writeHead(503, { 'retry-after': '1' }).end();

/** Listens on 127.0.0.1 and returns the address. Throws a sentence if the port is taken. */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} of 127.0.0.1 is taken by another program: stop it, or choose another port with PORT.`,
    );
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

/** Closes the server and its connections. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** Longer than clients keep idle connections: if both sides close at the same time, a request in flight is lost. */
const KEEP_ALIVE_MS = 75_000;

/** A server whose handler can be replaced. It answers 503 until the first one is set. */
export function createSwitch(log: (line: object) => void) {
  let handler = unavailable;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    handler(request, response).catch((error: unknown) => {
      log({ level: 'error', event: 'request', url: request.url, message: String(error) });
      response.destroy();
    });
  });
  const turnTo = (next: Handler) => {
    handler = next;
    if (next === unavailable) server.closeAllConnections();
  };
  return { server, turnTo };
}
