import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type Answer, csv, json } from '../../lib/answer.ts';
import { Failure } from '../../lib/failure.ts';
import { type Activation, job, web } from '../../lib/openwhisk.ts';

/** The platform gets JSON as text, which it passes on as it is. */
const read = ({ body }: { body?: unknown }) => JSON.parse(body as string);
const encode = (text: string) => Buffer.from(text).toString('base64');
const lines: string[] = [];
vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));

afterEach(() => {
  lines.length = 0;
  vi.unstubAllEnvs();
});
afterAll(() => vi.restoreAllMocks());

test('the request has what the platform passes on', async () => {
  const main = web(async (request) => {
    const { pathname, search } = new URL(request.url);
    const type = request.headers.get('content-type');
    return json({ method: request.method, pathname, search, type, text: await request.text() });
  });
  const headers = { 'content-type': 'application/json' };
  const args = { __ow_method: 'post', __ow_path: '/1/a%40b', __ow_query: 'a=b+c', __ow_headers: headers };
  const expected = { method: 'POST', pathname: '/1/a%40b', search: '?a=b+c', type: 'application/json' };
  for (const text of ['{"a":"é"}', '[1]', '"text"', 'null', '{"a":', 'not json']) {
    expect(read(await main({ ...args, __ow_body: encode(text) }))).toEqual({ ...expected, text });
  }
  // Some gateways pass JSON as it is.
  expect(read(await main({ ...args, __ow_body: '{"a":1}' }))).toEqual({ ...expected, text: '{"a":1}' });
  expect(read(await main({}))).toEqual({ method: 'GET', pathname: '/', search: '', type: null, text: '' });
});

test('JSON is answered as compact text, whose keys the platform cannot sort; text as text', async () => {
  const answer = async (given: Answer) => web(() => given)({ __ow_method: 'get' });
  expect(await answer(json({ b: 'x', a: [1] }, 201))).toMatchObject({
    statusCode: 201,
    body: '{"b":"x","a":[1]}',
    headers: { 'content-type': 'application/json' },
  });
  expect(await answer(csv('days', 'a,b\n1,2\n'))).toMatchObject({
    body: 'a,b\n1,2\n',
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="days.csv"',
    },
  });
});

test('JSON never looks like base64, which the platform would decode, whatever its strings look like', async () => {
  for (const value of [{}, [], ['test'], { test: 'dGVzdA==' }]) {
    const { body } = await web(() => json(value))({});
    expect([body, /^[A-Za-z0-9+/=\s]*$/.test(body as string)]).toEqual([JSON.stringify(value), false]);
  }
});

test('HEAD is handled as GET, and only answers that may have a body have one', async () => {
  const main = web(async (request) => json({ method: request.method, text: await request.text() }));
  for (const [method, expected] of Object.entries({ head: 'GET', get: 'GET', delete: 'DELETE' })) {
    const answered = read(await main({ __ow_method: method, __ow_body: 'x' }));
    expect(answered).toEqual({ method: expected, text: expected === 'GET' ? '' : 'x' });
  }
});

test('an expected failure is answered with its code, and logged with the activation but without its message', async () => {
  vi.stubEnv('__OW_ACTIVATION_ID', 'a1');
  const main = web(() => {
    throw new Failure('name_taken', 'Taken by Ada.', { by: 'ada' });
  });
  const answer = await main({ __ow_method: 'get' });
  const { statusCode, headers } = answer;
  expect(statusCode).toBe(409);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-activation-id': 'a1' });
  expect(read(answer)).toEqual({
    error: { code: 'name_taken', message: 'Taken by Ada.', details: { by: 'ada' } },
  });
  const line = { activationId: 'a1', level: 'warn', status: 409, code: 'name_taken' };
  expect(lines.map((text) => JSON.parse(text))).toEqual([line]);
});

test('anything else is answered 500 without the stack, which only the log has', async () => {
  vi.stubEnv('__OW_ACTIVATION_ID', 'a2');
  for (const thrown of [new TypeError('boom at line 7'), 'text', undefined]) {
    const answer = await web(() => Promise.reject(thrown))({ SECRET: 'xyz' });
    const message = 'Something unexpected went wrong. The log of activation a2 says what.';
    expect([answer.statusCode, read(answer)]).toEqual([500, { error: { code: 'internal', message } }]);
  }
  expect(lines[0]).toContain('boom at line 7');
  expect(lines.join()).not.toContain('xyz');
});

test('an answer that the platform would refuse is a failure too', async () => {
  for (const answer of [json({ text: 'x'.repeat(1_000_000) }), csv('days', '"'.repeat(600_000))]) {
    const large = await web(() => answer)({});
    expect([large.statusCode, read(large)]).toMatchObject([413, { error: { code: 'answer_too_large' } }]);
  }
});

test('JSON that is too long as text, because of its quotation marks, is answered as an object', async () => {
  const value = { list: Array.from({ length: 200_000 }, () => 'a') };
  expect((await web(() => json(value))({})).body).toEqual(value);
});

test('without a list any origin may call, and preflights never reach the app', async () => {
  const main = web(() => {
    throw new Error('reached');
  });
  const answer = await main({ __ow_method: 'options', __ow_headers: { origin: 'https://a.example' } });
  expect(answer).toMatchObject({ statusCode: 204, headers: { 'access-control-allow-origin': '*' } });
  expect(answer).not.toHaveProperty('body');
});

test('a job gets its parameters, its deadline and where its package is, but nothing of a request', async () => {
  vi.stubEnv('__OW_DEADLINE', '1768370400000');
  vi.stubEnv('__OW_API_HOST', 'https://openwhisk.example.com');
  vi.stubEnv('__OW_ACTION_NAME', '/a team/traffic/watch');
  vi.stubEnv('__OW_ACTIVATION_ID', 'a3');
  let seen: Activation | undefined;
  const main = job(async (activation) => {
    seen = activation;
    return { repoCount: 3 };
  });
  expect(await main({ payload: '', tenantId: 1, __ow_headers: { authorization: 'x' } })).toEqual({
    repoCount: 3,
  });
  const deadline = new Date('2026-01-14T06:00:00.000Z');
  const packageUrl = 'https://openwhisk.example.com/api/v1/web/a%20team/traffic';
  expect(seen).toEqual({ id: 'a3', deadline, packageUrl, parameters: { payload: '', tenantId: 1 } });
  expect(lines).toEqual([]);
});

test('a failing job answers why', async () => {
  const expected = job(() => Promise.reject(new Failure('database_unavailable', 'Later.')));
  expect(await expected({})).toEqual({ error: { code: 'database_unavailable', message: 'Later.' } });
  const defect = await job(() => Promise.reject(new Error('boom')))({});
  expect(defect).toMatchObject({ error: { code: 'internal' } });
});
