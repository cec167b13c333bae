import { createHash, randomBytes } from 'node:crypto';

interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

/** What came of a sign-in: tokens, or the status and the problem that the page shows. */
interface SignInOutcome {
  status: number;
  problem: string | null;
  tokens: Tokens | null;
}

export interface JsonAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test names what it expects of it
  body: any;
}

export interface SignInClient {
  /** As a browser asks: with cookies, without following redirects. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Posts JSON as a page of the same origin does. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<JsonAnswer>;
  /** Calls the API of accounts with a bearer token. */
  api(token: string, method: string, path: string, body?: unknown): Promise<JsonAnswer>;
  /** Begins to sign in. Returns the address of the sign-in page, or of the pages if the browser is signed in. */
  begin(): Promise<{ location: string; verifier: string }>;
  /** Goes on from a redirect until the pages have a code, and exchanges it. */
  complete(location: string, verifier: string): Promise<Tokens>;
  /** Signs in with a password, from the first page to tokens. */
  signIn(email: string, password: string): Promise<SignInOutcome>;
  /** Signs in without a page, because the browser is signed in. */
  signInSilently(): Promise<Tokens>;
  /** Refreshes; null if the provider refuses. */
  refresh(token: string): Promise<Tokens | null>;
}

const CLIENT_ID = 'traffic-pages';

/** Plays a browser at `url`, whose requests reach the server at `at` and come from `address`. */
export function openSignInClient({
  url,
  at = url,
  address = '192.0.2.1',
  issuer = `${url}/identity`,
}: {
  url: string;
  at?: string;
  address?: string;
  issuer?: string;
}): SignInClient {
  const jar = new Map<string, string>();
  const mount = new URL(issuer).pathname;

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const target = path.replace(url, at);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    if (!headers.has('x-forwarded-for')) headers.set('x-forwarded-for', address);
    if (!headers.has('user-agent'))
      headers.set('user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');
    const answer = await fetch(target.startsWith('http') ? target : at + target, {
      redirect: 'manual',
      ...init,
      headers,
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  async function begin() {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: `${url}/`,
      scope: 'openid profile email',
      state: 'state',
      nonce: 'nonce',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const answer = await request(`${mount}/auth?${query}`);
    return { location: answer.headers.get('location') ?? '', verifier };
  }

  async function exchange(body: Record<string, string>): Promise<Tokens | null> {
    const answer = await request(`${mount}/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: CLIENT_ID, ...body }),
    });
    return answer.ok ? ((await answer.json()) as Tokens) : null;
  }

  async function complete(location: string, verifier: string): Promise<Tokens> {
    let next = location;
    for (let hops = 0; hops < 5; hops++) {
      const code = new URL(next, url).searchParams.get('code');
      if (code) {
        const tokens = await exchange({
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: `${url}/`,
        });
        if (tokens) return tokens;
        throw new Error('The code was refused.');
      }
      next = (await request(next)).headers.get('location') ?? '';
    }
    throw new Error(`There is no code: ${location}`);
  }

  const toJson = async (answer: Response): Promise<JsonAnswer> => ({
    status: answer.status,
    body: await answer.json().catch(() => null),
  });

  return {
    request,
    begin,
    complete,
    async post(path, body, headers = {}) {
      return toJson(
        await request(`${mount}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: url, ...headers },
          body: JSON.stringify(body),
        }),
      );
    },
    async api(token, method, path, body) {
      return toJson(
        await request(`${mount}/api${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      );
    },
    async signIn(email, password) {
      const { location, verifier } = await begin();
      const page = await request(location, {
        method: 'POST',
        headers: { origin: url },
        body: new URLSearchParams({ email, password }),
      });
      const next = page.headers.get('location');
      if (next) return { status: page.status, problem: null, tokens: await complete(next, verifier) };
      const problem = /role="alert">([^<]*)</.exec(await page.text())?.[1] ?? null;
      return { status: page.status, problem, tokens: null };
    },
    async signInSilently() {
      const { location, verifier } = await begin();
      return complete(location, verifier);
    },
    refresh: (token) => exchange({ grant_type: 'refresh_token', refresh_token: token }),
  };
}
