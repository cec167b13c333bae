import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Answer } from '../answer.ts';
import { Failure } from '../failure.ts';
import type { ApiRequest } from '../request.ts';

/** What the transport reads of a request, besides its body. */
const HEADERS = ['accept', 'content-type', 'mcp-protocol-version'];

type Transport = WebStandardStreamableHTTPServerTransport;

/**
 * A request of the Model Context Protocol over HTTP, answered as JSON by the server that `connect` gives: no session and no stream,
 * because an activation remembers nothing.
 */
export async function answerMessage(
  request: ApiRequest,
  parsedBody: unknown,
  connect: (transport: Transport) => Promise<{ close(): Promise<void> }>,
): Promise<Answer> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  const server = await connect(transport);
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const response = await transport.handleRequest(new Request(request.url, { method: 'POST', headers }), {
    parsedBody,
  });
  const body = await response.text();
  await server.close();
  const type = response.headers.get('content-type');
  return { status: response.status, headers: type === null ? {} : { 'content-type': type }, body };
}

/**
 * Refuses pages of other origins, as the protocol wants it. Assistants send no origin. Throws `origin_refused`.
 */
export function requireOwnOrigin(
  { headers }: ApiRequest,
  { pagesUrl, allowedOrigins }: { pagesUrl: string | null; allowedOrigins: readonly string[] },
): void {
  const origin = headers.get('origin');
  const isOurs = origin === null || origin === pagesUrl || allowedOrigins.includes(origin);
  if (!isOurs) throw new Failure('origin_refused');
}
