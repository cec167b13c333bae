import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toReply } from '../local/openwhisk/web-response.ts';
import type { Answer, RunningHost, Sent } from './openwhisk-fixture.ts';
import {
  basic,
  createFixture,
  KEY,
  NS,
  OTHER_KEY,
  putAction,
  putPackage,
  startHost,
} from './openwhisk-fixture.ts';

/** The conformance cases of web actions, second part: from the result to the answer; failures and limits. */

const ALL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const JSON_TYPE = { 'content-type': 'application/json' };
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452fffefdfc', 'hex');
const HTTP = "Response is not valid 'message/http'.";
const MISMATCH = 'Response type in header did not match generated content type.';
const MIB = 1024 * 1024;

let running: RunningHost;
beforeAll(async () => {
  running = await startHost();
  await createFixture(running);
});
afterAll(() => running.close());

/** The answer to a result, through an extension. */
function answerTo(result: unknown, extension = '', method = 'GET', sent?: Sent): Promise<Answer> {
  const query = `?r=${encodeURIComponent(JSON.stringify(result))}`;
  return running.web(method, `/${NS}/proxy/returns_co${extension}${query}`, sent);
}

function expectError(answer: Answer, status: number, text?: string): void {
  expect(answer.status, answer.text).toBe(status);
  if (answer.body.length === 0) return;
  expect(answer.json).toEqual({ error: text ?? expect.any(String), code: expect.any(String) });
}

function expectEmpty(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toHaveLength(0);
  expect(answer.headers).not.toHaveProperty('content-type');
}

describe('the .http encoder', () => {
  test('Case 59: a redirect needs no body', async () => {
    const answer = await answerTo({ headers: { location: 'http://openwhisk.org' }, statusCode: 302 });
    expectEmpty(answer, 302);
    expect(answer.headers.location).toBe('http://openwhisk.org');
  });
  test('Case 60: an unregistered status is sent as it is', async () => {
    expect((await answerTo({ statusCode: 444 })).status).toBe(444);
  });
  test('Case 61: a status may be a numeric string', async () => {
    expect((await answerTo({ statusCode: '200' }, '', 'HEAD')).status).toBe(200);
  });
  test('Case 62: an unregistered status may be a string too', async () => {
    expect((await answerTo({ statusCode: '444' })).status).toBe(444);
  });
  test('Case 63: a status outside 100 to 599, or not whole, is refused', async () => {
    for (const statusCode of ['xyz', 1.5, 0, 99, 600, 1000, null, {}])
      expectError(await answerTo({ statusCode }), 400, HTTP);
  });
  for (const [number, headers] of [
    [64, {}],
    [65, { accept: 'application/json' }],
  ] as const)
    test(`Case ${number}: without a body the answer is 204 and empty`, async () => {
      for (const result of [{}, { body: '' }, { body: null }]) {
        const answer = await answerTo(result, '', 'GET', { headers: { ...headers } });
        expectEmpty(answer, 204);
        expect(Object.keys(answer.headers).sort()).toEqual([
          'connection',
          'date',
          'keep-alive',
          'x-openwhisk-activation-id',
          'x-request-id',
        ]);
      }
    });
  test('Case 66: a JSON string is the body as it is', async () => {
    for (const statusCode of [200, 201]) {
      const answer = await answerTo({ headers: JSON_TYPE, statusCode, body: '{"field":"value"}' });
      expect(answer.status).toBe(statusCode);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json).toEqual({ field: 'value' });
    }
  });
  test('Case 67: an object needs no status', async () => {
    const answer = await answerTo({ headers: JSON_TYPE, body: { field: 'value' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ field: 'value' });
  });
  for (const [number, statusCode] of [
    [68, undefined],
    [69, 201],
  ] as const)
    test(`Case ${number}: a string without a type is HTML`, async () => {
      const answer = await answerTo({ body: '{"field":"value"}', statusCode });
      expect(answer.status).toBe(statusCode ?? 200);
      expect(answer.headers['content-type']).toBe('text/html; charset=UTF-8');
      expect(answer.text).toBe('{"field":"value"}');
    });
  for (const [number, headers] of [
    [70, {}],
    [71, { accept: 'application/json' }],
  ] as const)
    test(`Case ${number}: a status alone is an empty answer`, async () => {
      for (const statusCode of [200, 201, 204])
        expectEmpty(await answerTo({ statusCode }, '', 'GET', { headers: { ...headers } }), statusCode);
    });
  for (const [number, headers] of [
    [72, {}],
    [73, { accept: 'application/json' }],
  ] as const)
    test(`Case ${number}: an empty answer keeps its headers besides the content type`, async () => {
      for (const statusCode of [200, 201, 204]) {
        const result = { statusCode, headers: { 'Set-Cookie': 'a=b', ...JSON_TYPE } };
        const answer = await answerTo(result, '', 'GET', { headers: { ...headers } });
        expectEmpty(answer, statusCode);
        expect(answer.lines('set-cookie')).toEqual(['a=b']);
      }
    });
  test('Case 74: an object is JSON whether a type is given or not', async () => {
    for (const headers of [JSON_TYPE, {}]) {
      const answer = await answerTo({ headers, statusCode: 200, body: { field: 'value' } });
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json).toEqual({ field: 'value' });
    }
  });
  test('Case 75: an object is not HTML', async () => {
    const answer = await answerTo({ headers: { 'content-type': 'text/html' }, body: { field: 'value' } });
    expectError(answer, 400, MISMATCH);
  });
  test('Case 76: base64 under a JSON type is decoded', async () => {
    const type = 'application/json-patch+json';
    const body = Buffer.from('{"field":"value"}').toString('base64');
    const answer = await answerTo({ headers: { 'content-type': type }, body });
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.json).toEqual({ field: 'value' });
  });
  for (const [number, type] of [
    [77, 'application/json-patch+json'],
    [78, 'application/hal+json'],
  ] as const)
    test(`Case ${number}: an object may be of type ${type}`, async () => {
      const answer = await answerTo({ headers: { 'Content-Type': type }, body: { field: 'value' } });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(type);
      expect(answer.json).toEqual({ field: 'value' });
    });
  test('Case 79: a number is JSON', async () => {
    const answer = await answerTo({ statusCode: 200, body: 3 });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.text).toBe('3');
  });
  test('Case 80: a binary body is decoded', async () => {
    const answer = await answerTo({ headers: { 'content-type': 'image/png' }, body: PNG.toString('base64') });
    expect(answer.headers['content-type']).toBe('image/png');
    expect(answer.body).toEqual(PNG);
  });
  test('Case 81: a plain string is sent as it is', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'hello world' });
    expect([answer.status, answer.text]).toEqual([200, 'hello world']);
  });
  test('Case 82: a plain string is unchanged under a JSON type too', async () => {
    const answer = await answerTo({ headers: JSON_TYPE, statusCode: 200, body: 'hello world' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.text).toBe('hello world');
  });
  test('Case 83: a malformed type is refused', async () => {
    const answer = await answerTo({
      headers: { 'content-type': 'xyzbar' },
      statusCode: 200,
      body: 'hello world',
    });
    expectError(answer, 400, 'Response did not specify a known content-type.');
  });
  test('Case 84: a list of values is a line each', async () => {
    const answer = await answerTo({ headers: { 'Set-Cookie': ['a=b', 'c=d; Path = /'] } });
    expect(answer.lines('set-cookie')).toEqual(['a=b', 'c=d; Path = /']);
  });
  test('Case 85: HEAD gets the headers without a body', async () => {
    const answer = await answerTo({ headers: { location: 'http://openwhisk.org' } }, '', 'HEAD');
    expect(answer.headers.location).toBe('http://openwhisk.org');
    expect(answer.body).toHaveLength(0);
  });
  test('Case 86: the action sees the method head', async () => {
    await running.web('HEAD', `/${NS}/proxy/export_c`);
    expect(running.host.activations()[0]?.response.result).toMatchObject({
      content: { __ow_method: 'head' },
    });
  });
  test('Case 87: a JSON string that looks like base64 is decoded, too', async () => {
    const answer = await answerTo({ headers: JSON_TYPE, body: 'test' });
    expect(answer.body).toEqual(Buffer.from('b5eb2d', 'hex'));
  });
  test('Case 88: SVG is binary, so its text is refused', async () => {
    const answer = await answerTo({ headers: { 'content-type': 'image/svg+xml' }, body: '<svg/>' });
    expectError(answer, 400, MISMATCH);
  });
  test('Case 89: a header must be text, a number or a boolean', async () => {
    for (const headers of [{ a: null }, 'x', { a: { b: 'c' } }])
      expectError(await answerTo({ headers }), 400, HTTP);
  });
  test('A text type with a charset is text, and always leaves as UTF-8', async () => {
    const headers = { 'content-type': 'text/javascript; charset=iso-8859-1' };
    const answer = await answerTo({ headers, body: 'let ü' });
    expect(answer.headers['content-type']).toBe('text/javascript; charset=UTF-8');
    expect(answer.text).toBe('let ü');
  });
  test('Headers that belong to the connection are not taken from an action', async () => {
    const headers = {
      'Content-Length': '3',
      'Transfer-Encoding': 'chunked',
      Connection: 'close',
      'X-Own': true,
    };
    const answer = await answerTo({ headers, body: 'hello' });
    expect(answer.headers).toMatchObject({
      'content-length': '5',
      connection: 'keep-alive',
      'x-own': 'true',
    });
  });
});

describe('how answers are written', () => {
  test('Case 119: the keys of JSON answers are sorted, and lists stay on their line', async () => {
    const value = { b: [1, { d: 1, c: [] }], 'a-b': {}, a: 'x', 10: 1, 9: 2 };
    const pretty =
      '{\n  "10": 1,\n  "9": 2,\n  "a": "x",\n  "a-b": {\n\n  },\n  "b": [1, {\n    "c": [],\n    "d": 1\n  }]\n}';
    expect((await answerTo(value, '.json')).text).toBe(pretty);
    expect((await answerTo({ body: value })).text).toBe(pretty);
    const text = '{"b":1,"a":2}';
    expect((await answerTo({ headers: JSON_TYPE, body: text })).text).toBe(text);
    const { text: error } = await running.web('GET', '/nobody/a/b');
    expect(error).toMatch(/^\{\n {2}"code": "\w+",\n {2}"error": "/);
  });
  test('Case 120: a type keeps its parameters besides the charset, which is UTF-8', async () => {
    const typeOf = async (type: string) =>
      (await answerTo({ headers: { 'content-type': type }, body: 'a,b' })).headers['content-type'];
    const csv = 'text/csv; header=present; charset=UTF-8';
    expect(await typeOf('text/csv; charset=utf-8; header=present')).toBe(csv);
    expect(await typeOf('text/csv; header=present')).toBe(csv);
    expect(await typeOf('text/plain; format="flowed text"')).toBe(
      'text/plain; format="flowed text"; charset=UTF-8',
    );
    const json = await answerTo({ headers: { 'content-type': 'application/json; profile=x' }, body: {} });
    expectError(json, 400, MISMATCH);
  });
  test('Case 121: 204 and 304 have no content type, whatever the body', async () => {
    for (const statusCode of [204, 304])
      for (const body of ['text', { a: 1 }]) expectEmpty(await answerTo({ statusCode, body }), statusCode);
  });
});

describe('other encoders', () => {
  test('Case 90: .text without body or text is not found, and the error has four lines', async () => {
    const answer = await running.web('GET', `/${NS}/proxy/export_c.text`);
    expectError(answer, 404, 'Response does not include requested property.');
    expect(answer.text.split('\n')).toHaveLength(4);
  });
  test('Case 91: .text picks text', async () => {
    const answer = await answerTo({ text: 'default text' }, '.text');
    expect(answer.headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(answer.text).toBe('default text');
  });
  test('Case 92: .text prints any JSON value', async () => {
    for (const body of [{ a: 'A' }, ['a']])
      expect(JSON.parse((await answerTo({ body }, '.text')).text)).toEqual(body);
    for (const [body, text] of [
      ['a', 'a'],
      [true, 'true'],
      [1, '1'],
      [null, 'null'],
    ])
      expect((await answerTo({ body }, '.text')).text).toBe(text);
  });
  test('Case 93: .json is the whole result, printed prettily', async () => {
    expect((await answerTo({ foobar: 'foobar' }, '.json')).text).toBe('{\n  "foobar": "foobar"\n}');
  });
  test('Case 94: .html picks html', async () => {
    const answer = await answerTo({ html: '<html>hi</htlml>' }, '.html');
    expect(answer.headers['content-type']).toBe('text/html; charset=UTF-8');
    expect(answer.text).toBe('<html>hi</htlml>');
  });
  test('Case 95: .svg picks svg', async () => {
    const answer = await answerTo({ svg: '<svg>…</svg>' }, '.svg');
    expect(answer.headers['content-type']).toBe('image/svg+xml');
    expect(answer.text).toBe('<svg>…</svg>');
  });
  test('Case 96: .html is acceptable as text/html', async () => {
    const sent = { headers: { accept: 'text/html' } };
    const answer = await answerTo({ html: '<?xml version="1.0"?><a/>' }, '.html', 'GET', sent);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=UTF-8']);
  });
  test('Case 97: .html is not acceptable as text/xml, after the action has run once', async () => {
    const activations = await running.activationsOf(async () => {
      const answer = await answerTo({ html: '<a/>' }, '.html', 'GET', { headers: { accept: 'text/xml' } });
      expect(answer.status).toBe(406);
      expect(answer.headers).not.toHaveProperty('x-openwhisk-activation-id');
    });
    expect(activations).toHaveLength(1);
  });
  test('Case 98: a plain text is HTML, which JSON does not accept', async () => {
    const answer = await answerTo({ body: 'Plain text' }, '', 'GET', {
      headers: { accept: 'application/json' },
    });
    expectError(
      answer,
      406,
      'Resource representation is only available with these types:\ntext/html; charset=UTF-8',
    );
  });
});

describe('failures', () => {
  test("Case 99: an application error's value is the answer", async () => {
    const answer = await answerTo({ error: { statusCode: 200, body: 'no hello for you' } });
    expect([answer.status, answer.text]).toEqual([200, 'no hello for you']);
  });
  test('Case 100: a string is no JSON answer', async () => {
    const answer = await answerTo({ error: 'bad response type' }, '.json');
    expectError(answer, 400, "Response is not valid 'application/json'.");
  });
  test('Case 101: developer and platform errors hide their reason', async () => {
    await putAction(running, 'proxy/broken', {
      annotations: { 'web-export': true },
      code: 'function main() { return 1; }',
    });
    for (const extension of ['.json', '.text']) {
      const answer = await running.web('GET', `/${NS}/proxy/broken${extension}`);
      expectError(answer, 400, 'There was an error processing your request.');
      expect(() =>
        toReply({ status: 'whisk internal error', result: { error: 'x' } }, extension as '.json', undefined),
      ).toThrow('There was an error processing your request.');
    }
  });
  test('Case 102: a slow answer becomes 202, and the action continues', async () => {
    const slow = await startHost({ limits: { blockingWait: 20, containers: 2 } });
    const code = 'const main = () => new Promise((done) => setTimeout(done, 300, { body: "late" }));';
    await putAction(slow, 'slow', { annotations: { 'web-export': true }, code });
    for (const method of ALL.filter((name) => name !== 'OPTIONS')) {
      const answer = await slow.web(method, `/${NS}/default/slow`);
      expectError(answer, 202, 'Response not yet ready.');
      expect(answer.headers['x-openwhisk-activation-id']).toMatch(/^[0-9a-f]{32}$/);
    }
    await expect
      .poll(() => slow.host.activations().filter(({ statusCode }) => statusCode === 0).length)
      .toBe(6);
    await slow.close();
  });
  test('Case 103: without a container the answer is 500', async () => {
    const closed = await startHost();
    await createFixture(closed);
    await closed.host.close();
    for (const method of ALL) expectError(await closed.web(method, `/${NS}/proxy/export_c.json`), 500);
    await closed.close();
  });
  test('An array, which the runtime lets through, is an internal error of the platform', async () => {
    const answer = await answerTo([1, 2], '.json');
    expect([answer.status, answer.text]).toEqual([500, 'There was an internal server error.']);
  });
});

describe('limits', () => {
  const target = `/${NS}/proxy/export_c.json`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  for (const [number, headers, toBody] of [
    [104, JSON_TYPE, (length: number) => `{"a":"${'a'.repeat(length - 8)}"}`],
    [105, form, (length: number) => `a=${'a'.repeat(length - 2)}`],
  ] as const)
    test(`Case ${number}: a body above the limit is refused before the action`, async () => {
      const body = toBody(MIB + 9);
      const activations = await running.activationsOf(async () => {
        const answer = await running.web('POST', target, { headers, body });
        expectError(answer, 413, `Request larger than allowed: ${MIB + 9} > ${MIB} bytes.`);
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      });
      expect(activations).toEqual([]);
    });

  test('Case 106: a body at the limit is accepted', async () => {
    const roomy = await startHost({ limits: { payload: 100_000 } });
    await createFixture(roomy);
    const body = `{"a":"${'a'.repeat(100_000 - 8)}"}`;
    expect((await roomy.web('POST', target, { headers: JSON_TYPE, body })).status).toBe(200);
    expectError(await roomy.web('POST', target, { headers: JSON_TYPE, body: `${body} ` }), 413);
    await roomy.close();
  });

  test("Case 107: the owner's budget is spent by every method, OPTIONS included, until the minute is over", async () => {
    let now = new Date('2026-11-21T10:00:59.000Z');
    const busy = await startHost({ clock: () => now, limits: { invocationsPerMinute: 1 } });
    await createFixture(busy);
    const plain = `/${NS}/proxy/export_plain.json`;
    for (const [index, method] of ALL.entries()) {
      now = new Date(now.getTime() + 60_000);
      expect((await busy.web('OPTIONS', plain)).status).toBe(200);
      const text = 'Too many requests in the last minute (count: 2, allowed: 1).';
      const answer = await busy.web(method, plain);
      expectError(answer, 429, text);
      expect(answer.headers, String(index)).not.toHaveProperty('access-control-allow-origin');
    }
    now = new Date(now.getTime() + 1000);
    expect((await busy.web('OPTIONS', plain)).status).toBe(200);
    await busy.close();
  });

  test("Case 108: another namespace's package that is no longer public is forbidden", async () => {
    await putPackage(running, 'withdrawn', { publish: true }, OTHER_KEY);
    await putAction(running, 'withdrawn/tool', { annotations: { 'web-export': true }, key: OTHER_KEY });
    await putPackage(running, 'lent', { binding: { namespace: 'other', name: 'withdrawn' } });
    await putPackage(running, 'withdrawn', { publish: false }, OTHER_KEY);
    const activations = await running.activationsOf(async () =>
      expectError(await running.web('GET', `/${NS}/lent/tool.json`), 403),
    );
    expect(activations).toEqual([]);
  });

  test('Case 109: a URL of 8 KiB is served, a longer one is not', async () => {
    const path = `/api/v1/web${target}?a=`;
    const longest = path + 'b'.repeat(8192 - path.length);
    expect((await running.call('GET', longest)).status).toBe(200);
    expect((await running.call('GET', `${longest}${'b'.repeat(100)}`)).status).toBe(414);
  });

  test('Case 110: TRACE is not allowed, and methods of other protocols are unknown', async () => {
    expectError(await running.web('TRACE', target), 405);
    const { status, text } = await running.web('PROPFIND', target);
    expect([status, text]).toEqual([501, 'Unsupported HTTP method']);
  });

  test('Case 111: a malformed JSON body is refused without the headers of the route', async () => {
    const activations = await running.activationsOf(async () => {
      const sent = { headers: JSON_TYPE, body: '{bad' };
      const answer = await running.web('POST', `/${NS}/proxy/export_plain.json`, sent);
      expect(answer.status).toBe(400);
      expect(answer.json.error).toMatch(/^The request content was malformed:/);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    });
    expect(activations).toEqual([]);
  });

  test('A caller may name the transaction, and sees it in errors', async () => {
    const answer = await running.web('GET', '/nobody/a/b', { headers: { 'x-request-id': 'one-two' } });
    expect([answer.json.code, answer.headers['x-request-id']]).toEqual(['one-two', 'one-two']);
  });

  test('Too many activations at a time are refused', async () => {
    const narrow = await startHost({ limits: { concurrentInvocations: 1 } });
    const code = 'const main = () => new Promise((done) => setTimeout(done, 400, {}));';
    await putAction(narrow, 'slow', { annotations: { 'web-export': true }, code });
    const answers = await Promise.all([1, 2].map(() => narrow.web('GET', `/${NS}/default/slow`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 429]);
    expect(answers.find(({ status }) => status === 429)?.json.error).toBe(
      'Too many concurrent requests in flight (count: 1, allowed: 1).',
    );
    await narrow.close();
  });
});

test('Valid credentials on an open action name the caller; others leave it anonymous', async () => {
  await putAction(running, 'who', {
    annotations: { 'web-export': true },
    code: 'const main = ({ __ow_user }) => ({ body: String(__ow_user) });',
  });
  const who = async (authorization: string) =>
    (await running.web('GET', `/${NS}/default/who`, { headers: { authorization } })).text;
  expect(await who(basic(KEY))).toBe(NS);
  expect(await who(basic('wrong:key'))).toBe('undefined');
  expect(await who('Bearer abc')).toBe('undefined');
});
