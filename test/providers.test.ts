import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { createIdentityProvider } from '../local/identity.ts';
import { openTestInstallation } from './installation.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** An identity provider of its own, whose issuer is its origin and `suffix`. */
async function openProvider(suffix: string) {
  const server = createServer((request, response) => void provider.handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${suffix}`;
  const provider = await createIdentityProvider({ issuer, clientId: 'own', origins: [], people: [] });
  return provider;
}

const issuers: [string, string, (issuer: string) => string][] = [
  ['has no path', '', (issuer) => issuer],
  ['has no path, and is written with a slash', '', (issuer) => `${issuer}/`],
  ['ends with a slash', '/realms/one/', (issuer) => issuer],
  ['ends with a slash that is not written', '/realms/one/', (issuer) => issuer.replace(/\/$/, '')],
  ['is an origin and a slash, as Auth0’s', '/', (issuer) => issuer],
];

test.each(issuers)('ISSUER and CLIENT_ID work with a provider whose issuer %s', async (_, suffix, write) => {
  const provider = await openProvider(suffix);
  const environment = { ISSUER: write(provider.issuer), CLIENT_ID: 'own' };
  const installation = await openTestInstallation({ demo: true, environment });
  cleanUps.push(() => installation.close());
  const call = (method: string, path: string, token: string, body?: object) =>
    installation.anonymously(method, path, body, { authorization: `Bearer ${token}` });
  const mine = await provider.issueToken('ada@example.com');
  const request = {
    secret: installation.initSecret,
    displayName: 'Test',
    server: { kind: 'demo' },
    githubUser: DEMO_USERS.octocat,
    githubToken: DEMO_TOKENS.octocat,
  };
  expect(await call('POST', '/init', mine, request)).toMatchObject({ status: 201 });
  expect((await call('GET', '/me', mine)).body).toMatchObject({ email: 'ada@example.com' });
  const others = await installation.identity.issueToken('ada@example.com');
  expect((await call('GET', '/me', others)).body.error.code).toBe('access_token_invalid');
});
