import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Provider } from 'oidc-provider';
import { loginPage } from './pages.ts';
import type { IdentityStore, Person } from './store.ts';

export interface InteractionContext {
  mount: string;
  people: Person[];
  store: IdentityStore;
  provider: Provider;
  pageHeaders: Record<string, string>;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (Number(request.headers['content-length'] ?? Number.NaN) <= 10_000)
    return new URLSearchParams(await text(request));
  request.resume();
  return new URLSearchParams();
}

const looksLikeEmail = (typed: string) => typed.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed);

/** Shows the sign-in page, and handles the choice of a person or of *Cancel*. */
export async function answerInteraction(
  request: IncomingMessage,
  response: ServerResponse,
  { mount, people, store, provider, pageHeaders }: InteractionContext,
): Promise<void> {
  const details = await provider.interactionDetails(request, response).catch(() => null);
  if (!details) return void response.writeHead(303, { location: '/' }).end();
  const page = { mount, people, action: `${mount}/interaction/${details.uid}` };
  if (request.method !== 'POST') return void response.writeHead(200, pageHeaders).end(loginPage(page));
  if (request.url?.endsWith('/cancel')) {
    const canceled = { error: 'access_denied', error_description: 'Sign-in was canceled.' };
    return provider.interactionFinished(request, response, canceled);
  }
  const form = await readForm(request);
  const email = form.get('email')?.trim() ?? '';
  const name = form.get('name')?.trim() ?? '';
  if (!looksLikeEmail(email)) {
    response.writeHead(400, pageHeaders).end(loginPage({ ...page, typed: { email, name } }));
    return;
  }
  const { sub } = store.addPerson({ email, ...(name && { name }) });
  await provider.interactionFinished(request, response, { login: { accountId: sub } });
}
