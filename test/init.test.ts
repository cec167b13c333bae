import { afterEach, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/github/stories.ts';
import { openTestInstallation, type TestInstallation, type TestInstallationOptions } from './installation.ts';

const NOW = '2026-01-14T06:00:00.000Z';
let installation: TestInstallation;

afterEach(() => installation.close());

async function open(options: TestInstallationOptions = {}) {
  installation = await openTestInstallation({ now: NOW, demo: true, ...options });
  return installation;
}

function request(change: object = {}) {
  return {
    ...{ secret: installation.initSecret, displayName: 'Traffic of Ada', server: { kind: 'demo' } },
    ...{ githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat, ...change },
  };
}

test('before anything is stored, a visitor learns that it is not initialised', async () => {
  const { anonymously } = await open();
  const answer = await anonymously('GET', '/init');
  expect(answer.status).toBe(200);
  const schema = { stored: null, expected: 1 };
  expect(answer.body).toEqual({ initialized: false, displayName: null, demoAvailable: true, schema });
});

test('initialising', async () => {
  const { as } = await open();
  const answer = await as('ada@example.com')('POST', '/init', request());
  console.log(JSON.stringify(answer.body));
  expect(answer.status).toBe(201);
  const me = await as('ada@example.com')('GET', '/me');
  console.log(JSON.stringify(me.body));
  const { db } = openDatabase(installation.database.url);
  console.log(await db.selectFrom('githubServer').selectAll().execute());
});
