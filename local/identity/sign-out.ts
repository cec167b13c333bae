import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

interface SignOutContext {
  origins: string[];
  provider: Provider;
}

/** Ends the browser's session like App ID, and redirects to `redirect_uri`, which must be one of the pages' origins. */
export async function endSession(
  request: IncomingMessage,
  response: ServerResponse,
  { origins, provider }: SignOutContext,
): Promise<void> {
  const target = new URL(request.url ?? '', 'http://localhost').searchParams.get('redirect_uri') ?? '';
  if (!origins.some((origin) => target === `${origin}/`)) return void response.writeHead(400).end();
  const ctx = provider.createContext(request, response);
  const session = await provider.Session.get(ctx);
  await session.destroy();
  response.writeHead(302, { location: target }).end();
}
