import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** The answer before the parts are open, and after they are closed. */
export const unavailable: Handler = async (_request, response) =>
  response.writeHead(503, { 'retry-after': '1' }).end();

/** Listens, and returns the port. Throws a sentence if the address cannot be used. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening').catch(({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EADDRINUSE')
      throw new Error(
        `Port ${port} of ${host} is taken by another program: stop it, or choose another port with PORT.`,
      );
    if (code === 'EACCES')
      throw new Error(`This user may not listen on port ${port}: choose one above 1023 with PORT.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`HOST is "${host}": this machine does not have that address.`);
    throw new Error(`The server cannot listen on ${host}, port ${port}: ${message}`);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
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
