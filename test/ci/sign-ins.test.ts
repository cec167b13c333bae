import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { serveGitHubOAuth } from '../github-oauth.ts';
import { openRealInstallation, toInitRequest } from '../real-installation.ts';
import { openSignInClient } from '../sign-in-client.ts';

const PASSWORD = 'otters sing at noon';
const GUESSES = 1700;
const PACE_MS = 6;

test('during 10,000 wrong passwords a minute, others still get in', async () => {
  const installation = await openRealInstallation();
  const { url, initSecret: secret } = installation;
  const open = (address: string) => openSignInClient({ url, address });
  const home = '203.0.113.7';
  const made = await open(home).post('/links/use', {
    kind: 'init',
    secret,
    email: 'ada@example.com',
    password: PASSWORD,
  });
  expect(made.status).toBe(201);
  const statuses = new Map<number, number>();
  const guesses: Promise<unknown>[] = [];
  const results: (string | null)[] = [];
  for (let number = 0; number < GUESSES; number++) {
    const client = open(`10.${number % 3}.${number % 7}.${number % 200}`);
    // Every other one at the same account.
    const email = number % 2 ? 'ada@example.com' : `somebody${number % 50}@example.com`;
    const guess = client.signIn(email, `guess ${number}`);
    guesses.push(guess.then(({ status }) => statuses.set(status, (statuses.get(status) ?? 0) + 1)));
    if (number % 50 === 0)
      guesses.push(
        open(home)
          .signIn('ada@example.com', PASSWORD)
          .then(({ problem }) => results.push(problem)),
      );
    await sleep(PACE_MS);
  }
  await Promise.all(guesses);
  await installation.close();
  expect(results).toEqual(Array(GUESSES / 50).fill(null));
  expect(statuses.get(303)).toBeUndefined();
  expect(statuses.get(429)).toBeGreaterThan(GUESSES / 2);
});

test('a GitHub that does not answer is given up after ten seconds', async () => {
  const app = { clientId: 'id', clientSecret: 'secret' };
  let issuer = '';
  const github = await serveGitHubOAuth({ ...app, callback: () => `${issuer}/callback` });
  const installation = await openRealInstallation({ signIn: { kind: 'github', ...app, url: github.url } });
  issuer = `${installation.url}/identity/github`;
  const client = openSignInClient({ url: installation.url, issuer });
  const { location } = await client.begin();
  const begun = await client.request(location, { method: 'POST', headers: { origin: installation.url } });
  const back = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  github.failure = 'slow';
  const started = performance.now();
  const answer = await client.request(back.headers.get('location') ?? '');
  expect(performance.now() - started).toBeLessThan(15_000);
  const page = await (await client.request(answer.headers.get('location') ?? '')).text();
  expect(page).toContain('GitHub does not answer right now. Try again in a few minutes.');
  await installation.close();
  await github.close();
});

async function findFreePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('behind a proxy for https, at a name that this machine does not know, people sign in and the actions know them', async () => {
  const publicUrl = 'https://traffic.invalid';
  let port = 0;
  const proxy = createServer((incoming, response) => {
    const headers = { ...incoming.headers, host: new URL(publicUrl).host, 'x-forwarded-proto': 'https' };
    const { url: path, method } = incoming;
    const passed = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    incoming.pipe(passed);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  port = await findFreePort();
  const installation = await openRealInstallation({ publicUrl }, port);
  const client = openSignInClient({ url: publicUrl, at });
  const made = await client.request('/identity/links/use', {
    method: 'POST',
    headers: { origin: publicUrl, 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'init',
      secret: installation.initSecret,
      email: 'ada@example.com',
      password: PASSWORD,
    }),
  });
  expect(made.status).toBe(201);
  const cookies = made.headers.getSetCookie();
  expect(cookies.filter((cookie) => !/; secure/i.test(cookie))).toEqual([]);
  expect(cookies.length).toBeGreaterThan(0);
  const { access_token: token } = await client.signInSilently();
  expect(decodeJwt(token).iss).toBe(`${publicUrl}/identity`);
  const set = await client.request('/api/v1/web/guest/traffic/init', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(toInitRequest(installation.initSecret)),
  });
  expect(set.status).toBe(201);
  const invited = await client.api(token, 'POST', '/invitations/system/ada@example.com');
  expect([invited.status, invited.body.error.code]).toEqual([409, 'account_exists']);
  await installation.close();
  proxy.close();
  proxy.closeAllConnections();
});
