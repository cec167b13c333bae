import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

let installation: TestInstallation;
let ada: Call;
let tenantId: number;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

async function refusals(calls: [method: string, path: string, body?: unknown][]) {
  const answers = [];
  for (const [method, path, body] of calls) {
    const answer = await ada(method, path, body);
    answers.push([method, path, answer.status, answer.body.error?.code]);
  }
  return answers;
}

test('an id too large for the database is answered like an unknown one', async () => {
  const tooLarge = 2_147_483_648;
  const tenant = { name: 'T', serverId: tooLarge, githubUser: 'octocat', githubToken: 'x' };
  expect(
    await refusals([
      ['POST', '/tenants', tenant],
      ['POST', `/runs/${tenantId}`, { repositoryIds: [tooLarge] }],
      [
        'PUT',
        `/members/${tenantId}/bob@example.com`,
        { role: 'repository viewer', repositoryIds: [tooLarge] },
      ],
      ['GET', `/runs?cursor=${tooLarge}`],
      ['GET', `/runs/${tenantId}?cursor=9999999999`],
    ]),
  ).toEqual([
    ['POST', '/tenants', 400, 'invalid_input'],
    ['POST', `/runs/${tenantId}`, 400, 'invalid_input'],
    ['PUT', `/members/${tenantId}/bob@example.com`, 400, 'invalid_input'],
    ['GET', `/runs?cursor=${tooLarge}`, 400, 'invalid_input'],
    ['GET', `/runs/${tenantId}?cursor=9999999999`, 400, 'invalid_input'],
  ]);
});

test('days before the databases’ calendars are refused', async () => {
  const paths = ['0000-01-01&to=0000-01-05', '0001-01-01&to=0001-01-05'].map(
    (span) => `/stats/${tenantId}?from=${span}`,
  );
  expect(await refusals(paths.map((path) => ['GET', path]))).toEqual(
    paths.map((path) => ['GET', path, 400, 'invalid_input']),
  );
});

test('text with U+0000, which PostgreSQL cannot store, is refused', async () => {
  const name = 'a\u0000b';
  const tenant = { name, serverId: 1, githubUser: 'octocat', githubToken: 'x' };
  const calls: [string, string, unknown?][] = [
    ['POST', '/tenants', tenant],
    ['PATCH', `/tenants/${tenantId}`, { name }],
    ['PATCH', '/servers/1', { name }],
    ['GET', `/stats/${tenantId}?q=a%00b`],
    ['PUT', `/members/${tenantId}/a%00b@example.com`, { role: 'viewer' }],
  ];
  expect(await refusals(calls)).toEqual(calls.map(([method, path]) => [method, path, 400, 'invalid_input']));
});
