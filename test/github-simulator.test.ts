import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../local/github/stories.ts';
import type { Repository } from '../local/github/world.ts';
import { type ServedGitHub, serveGitHub } from './github-server.ts';

interface Document {
  endpoints: Record<string, Record<string, object>>;
  $defs: Record<string, object>;
}

const TODAY = '2026-11-21';
const document = JSON.parse(
  readFileSync(new URL('./schemas/github-openapi.json', import.meta.url), 'utf8'),
) as Document;

let served: ServedGitHub;
let repositories: Repository[];

beforeAll(async () => {
  served = await serveGitHub(`${TODAY}T06:00:00Z`);
  const demo = addDemoRepositories(served.github, TODAY);
  repositories = [...demo.northwind, ...demo.pinecone];
});

afterAll(() => served.close());

const validators = new Map<string, ValidateFunction>();

/** GitHub's own schema for an endpoint's answer; an answer it does not list is its ordinary error. */
function schemaOf(endpoint: string, status: number): ValidateFunction {
  const key = `${endpoint} ${status}`;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = document.endpoints[endpoint]?.[status] ?? { $ref: '#/$defs/basic-error' };
  const validate = validators.get(key) ?? ajv.compile({ ...schema, $defs: document.$defs });
  validators.set(key, validate);
  return validate;
}

const REPOSITORY = 'GET /repos/{owner}/{repo}';

function ask(path: string, token: string | undefined = DEMO_TOKENS.octocat): Promise<Response> {
  return served.get(path, token);
}

async function answer<T>(path: string, token?: string): Promise<T> {
  const response = await ask(path, token);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

function repository(name: string): Repository {
  const found = repositories.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function tokenFor({ owner }: Repository): string {
  return owner === DEMO_USERS.pinecone ? DEMO_TOKENS.hubot : DEMO_TOKENS.octocat;
}

test('every endpoint of every repository answers what GitHub’s own schema says', async () => {
  for (const one of repositories) {
    for (const base of [`/repos/${one.fullName}`, `/repositories/${one.id}`]) {
      for (const [part, schema] of [
        ['', REPOSITORY],
        ['/traffic/views', `${REPOSITORY}/traffic/views`],
        ['/traffic/views?per=week', `${REPOSITORY}/traffic/views`],
        ['/traffic/clones?per=day', `${REPOSITORY}/traffic/clones`],
        ['/traffic/clones?per=week', `${REPOSITORY}/traffic/clones`],
        ['/traffic/popular/referrers', `${REPOSITORY}/traffic/popular/referrers`],
        ['/traffic/popular/paths', `${REPOSITORY}/traffic/popular/paths`],
      ] as const) {
        const validate = schemaOf(schema, 200);
        expect(
          validate(await answer(base + part, tokenFor(one))),
          `${base}${part} ${JSON.stringify(validate.errors)}`,
        ).toBe(true);
      }
    }
  }
});

test('the account, its repositories, the limits and the meta document answer what GitHub’s own schema says', async () => {
  for (const path of ['/user', '/user/repos', '/rate_limit', '/meta']) {
    const validate = schemaOf(`GET ${path}`, 200);
    expect(validate(await answer(path)), `${path} ${JSON.stringify(validate.errors)}`).toBe(true);
  }
});

test('a broken answer does not conform to GitHub’s schema', async () => {
  const body = await answer<{ views: object[] }>(`/repositories/${repository('burrow').id}/traffic/views`);
  const validate = schemaOf(`${REPOSITORY}/traffic/views`, 200);
  expect(validate({ ...body, count: String(1) })).toBe(false);
  expect(validate({ ...body, views: [{ ...body.views[0], timestamp: 'yesterday' }] })).toBe(false);
  const document = await answer<object>(`/repositories/${repository('burrow').id}`);
  expect(schemaOf(REPOSITORY, 200)({ ...document, full_name: undefined, id: '1' })).toBe(false);
});

interface Buckets {
  count: number;
  uniques: number;
  views: { timestamp: string; count: number; uniques: number }[];
}

test('days inside the window are the truth, today is not whole, and the oldest day is cut', async () => {
  for (const one of repositories) {
    const path = `/repositories/${one.id}/traffic/views`;
    const { views } = await answer<Buckets>(path, tokenFor(one));
    const toTruth = (timestamp: string) => served.github.truth(one.id, timestamp.slice(0, 10));
    for (const { timestamp, count, uniques } of views.slice(1, -1)) {
      const truth = toTruth(timestamp);
      expect([timestamp, count, uniques]).toEqual([timestamp, truth.viewCount, truth.viewUniques]);
    }
    for (const { timestamp, count } of views) expect(count).toBeLessThanOrEqual(toTruth(timestamp).viewCount);
  }
  const { views } = await answer<Buckets>(`/repositories/${repository('tidy-dates').id}/traffic/views`);
  const truth = ({ timestamp }: { timestamp: string }) =>
    served.github.truth(repository('tidy-dates').id, timestamp.slice(0, 10)).viewCount;
  expect(views[0]?.count).toBeLessThan(truth(views[0] as { timestamp: string }));
  expect(views.at(-1)?.timestamp).toBe(`${TODAY}T00:00:00Z`);
  expect(views.at(-1)?.count).toBeLessThan(truth(views.at(-1) as { timestamp: string }));
});

test('unique visitors of the window are at least those of its busiest day and at most those of all its days', async () => {
  for (const one of repositories) {
    for (const per of ['day', 'week']) {
      const path = `/repositories/${one.id}/traffic/views?per=${per}`;
      const { count, uniques, views } = await answer<Buckets>(path, tokenFor(one));
      const of = views.map((bucket) => bucket.uniques);
      expect(count).toBe(views.reduce((sum, bucket) => sum + bucket.count, 0));
      expect(uniques).toBeGreaterThanOrEqual(Math.max(0, ...of));
      expect(uniques).toBeLessThanOrEqual(of.reduce((sum, bucket) => sum + bucket, 0));
      expect(uniques).toBeLessThanOrEqual(count);
    }
  }
});

test('a whole week’s uniques are its own, not the sum of its days', async () => {
  const { id } = repository('tidy-dates');
  const { views } = await answer<Buckets>(`/repositories/${id}/traffic/views?per=week`);
  expect(views.map((week) => new Date(week.timestamp).getUTCDay())).toEqual(views.map(() => 1));
  const whole = views.find(({ timestamp }) => timestamp.startsWith('2026-11-09'));
  const truth = served.github.truthOfWeek(id, '2026-11-09');
  expect([whole?.count, whole?.uniques]).toEqual([truth.viewCount, truth.viewUniques]);
  const days = Array.from({ length: 7 }, (_, i) =>
    served.github.truth(id, `2026-11-${String(9 + i).padStart(2, '0')}`),
  );
  expect(truth.viewCount).toBe(days.reduce((sum, day) => sum + day.viewCount, 0));
  expect(truth.viewUniques).toBeLessThan(days.reduce((sum, day) => sum + day.viewUniques, 0));
});
