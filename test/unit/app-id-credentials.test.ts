import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withAppId } from '../../deploy/app-id.ts';
import { readSettings, settingsProblems, settingsWarnings } from '../../deploy/settings.ts';

const TENANT = '39a37f57-a227-4bfe-a044-93b6e6050a61';
const ISSUER = `https://eu-de.appid.cloud.ibm.com/oauth/v4/${TENANT}`;
const SECRET = 'NWIxNmQ4Y2YtYjM2Yi00';

/** As the dashboard shows them for an application. */
const APPLICATION = {
  clientId: '968c2306',
  tenantId: TENANT,
  name: 'traffic',
  type: 'singlepageapp',
  scopes: [],
  oAuthServerUrl: ISSUER,
  profilesUrl: 'https://eu-de.appid.cloud.ibm.com',
  discoveryEndpoint: `${ISSUER}/.well-known/openid-configuration`,
};

/** As of a service key; other fields left out. */
const SERVICE_KEY = {
  clientId: '5b16d8cf',
  tenantId: TENANT,
  oauthServerUrl: ISSUER,
  secret: SECRET,
  version: 4,
};

const OTHERS = {
  APIHOST: 'https://openwhisk.example.com',
  AUTH: 'a:b',
  NAMESPACE: 'traffic',
  COS_BUCKET: 'pages',
  COS_ENDPOINT: 'https://s3.example.com',
  COS_ACCESS_KEY_ID: 'id',
  COS_SECRET_ACCESS_KEY: 'key',
  PAGES_URL: 'https://traffic.example.com',
  DATABASE_URL: 'postgres://u:p@db.example.com/traffic',
  TOKEN_KEY: 'A'.repeat(43),
  INIT_SECRET: 'a secret of 16 characters or more',
};

const given = (credentials: unknown, more: Record<string, string> = {}) => ({
  ...OTHERS,
  APPID_CREDENTIALS: typeof credentials === 'string' ? credentials : JSON.stringify(credentials),
  ...more,
});

test('an application’s credentials are enough to configure sign-in', () => {
  expect(settingsProblems(OTHERS).map((problem) => problem.split(' ')[0])).toEqual(['ISSUER', 'CLIENT_ID']);
  const environment = given(APPLICATION);
  expect(settingsProblems(environment)).toEqual([]);
  expect(settingsWarnings(environment)).toEqual([]);
  expect(readSettings(withAppId(environment))).toMatchObject({
    issuer: ISSUER,
    clientId: '968c2306',
    scope: 'openid',
  });
});

test('they may be in a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'app-id-test-'));
  const file = path.join(folder, 'app-id.json');
  writeFileSync(file, JSON.stringify(APPLICATION));
  expect(withAppId(given(file)).ISSUER).toBe(ISSUER);
  rmSync(folder, { recursive: true });
});

test('ISSUER, CLIENT_ID and SCOPE win if they are set', () => {
  const own = { ISSUER: 'https://id.example.com', CLIENT_ID: 'pages', SCOPE: 'openid email' };
  expect(withAppId(given(APPLICATION, own))).toMatchObject(own);
  expect(withAppId(given(APPLICATION, { CLIENT_ID: 'pages' }))).toMatchObject({ ISSUER, CLIENT_ID: 'pages' });
});

test('a service key’s credentials work, with a warning that pages cannot use its client; the secret goes nowhere', () => {
  const environment = given(SERVICE_KEY);
  expect(settingsProblems(environment)).toEqual([]);
  expect(settingsWarnings(environment).join()).toMatch(/client with a secret.*singlepageapp/);
  expect(settingsWarnings(given(SERVICE_KEY, { CLIENT_ID: 'pages' }))).toEqual([]);
  expect(settingsWarnings(given({ ...APPLICATION, type: 'regularwebapp' }))).toHaveLength(1);
  const complete = withAppId(environment);
  expect(complete).toMatchObject({ ISSUER, CLIENT_ID: '5b16d8cf' });
  expect(JSON.stringify(complete) + settingsWarnings(environment).join()).not.toContain(SECRET);
});

const malformed: [string, unknown, string][] = [
  ['no JSON and no file', `{"secret":"${SECRET}"`, 'it is neither'],
  ['the path of no file', '/nowhere/app-id.json', 'it is neither'],
  ['no client', { ...SERVICE_KEY, clientId: undefined }, 'clientId or oauthServerUrl is missing'],
  ['no server', { ...SERVICE_KEY, oauthServerUrl: undefined }, 'clientId or oauthServerUrl is missing'],
  [
    'an old server',
    { ...SERVICE_KEY, oauthServerUrl: `https://appid-oauth.ng.bluemix.net/oauth/v3/${TENANT}` },
    'oauthServerUrl in it must be like https://',
  ],
  ['another instance', { ...SERVICE_KEY, tenantId: 'other' }, 'of different instances'],
  [
    'a server without encryption',
    { ...APPLICATION, oAuthServerUrl: ISSUER.replace('https', 'http') },
    'ISSUER must be the https address',
  ],
];

test.each(malformed)(
  'credentials with %s give one clear sentence without a secret',
  (_, credentials, part) => {
    const problems = settingsProblems(given(credentials));
    expect(problems).toEqual([expect.stringContaining(part)]);
    expect(problems.join()).not.toContain(SECRET);
  },
);

test('a scope without openid and a malformed sign-out URL are named', () => {
  const problems = settingsProblems(given(APPLICATION, { SCOPE: 'email', SIGN_OUT_URL: 'there' }));
  expect(problems).toEqual([
    expect.stringMatching(/^SIGN_OUT_URL must be the address at which App ID ends a session/),
    'SCOPE must be scopes that include openid.',
  ]);
});
