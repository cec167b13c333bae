import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitExtension } from '../local/openwhisk/web-request.ts';
import type { Answer, RunningHost, Sent } from './openwhisk-fixture.ts';
import {
  basic,
  createFixture,
  KEY,
  NS,
  OTHER_KEY,
  pairs,
  putAction,
  putPackage,
  startHost,
} from './openwhisk-fixture.ts';

/** The conformance cases of web actions, first part: from the request to the action's arguments. */

const ALL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ENT = ALL.filter((method) => method !== 'HEAD');
const P = { x: 'X', y: 'Y', z: 'Z', empty: null };
const P0 = { y: 'Y', z: 'Z', empty: null };
const JSON_BODY = { extra: 'read all about it', yummy: true };
const RESERVED = ['method', 'headers', 'path', 'user', 'query', 'body'].map((name) => `__ow_${name}`);
const NOT_ALLOWED = 'Request defines parameters that are not allowed (e.g., reserved properties).';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452fffefdfc', 'hex');
const U = { authorization: basic(KEY) };

let running: RunningHost;
beforeAll(async () => {
  running = await startHost();
  await createFixture(running);
});
afterAll(() => running.close());

const web = (method: string, target: string, sent?: Sent) => running.web(method, target, sent);

/** The arguments that the echo action got. */
async function contentOf(method: string, target: string, sent?: Sent) {
  const answer = await web(method, target, sent);
  expect(answer.status, answer.text).toBe(200);
  return method === 'HEAD' ? undefined : answer.json.content;
}

const typed = (type: string, body: string | Buffer): Sent => ({ headers: { 'content-type': type }, body });
const meta = (method: string, path = '') => ({ __ow_method: method.toLowerCase(), __ow_path: path });

/** Arguments without the headers, which a real connection adds to. */
function withoutHeaders(content: Record<string, unknown>) {
  const { __ow_headers: _, ...rest } = content;
  return rest;
}

function expectError(answer: Answer, status: number, text?: string): void {
  expect(answer.status, answer.text).toBe(status);
  if (answer.body.length === 0) return;
  expect(answer.json).toEqual({ error: text ?? expect.any(String), code: expect.any(String) });
}

async function expectNotInvoked(call: () => Promise<unknown>): Promise<void> {
  expect(await running.activationsOf(call)).toEqual([]);
}

describe('routing and lookup', () => {
  test('Case 1: a known extension is the part after the last dot', () => {
    for (const name of ['t', 'tt', 't.wxyz'])
      for (const extension of ['.http', '.json', '.text', '.html', '.svg'])
        expect(splitExtension(name + extension)).toEqual({ action: name, extension });
  });

  test('Case 2: a name without a known extension stays whole and is answered as .http', () => {
    for (const action of ['t', 'tt', 'abcde', 'abcdef', 't.wxyz'])
      expect(splitExtension(action)).toEqual({ action, extension: '.http' });
  });

  const missing: [number, string, string[]][] = [
    [
      3,
      'a URL with too few segments, or none that is exported',
      ['/a', '/a/b', '//a', `/${NS}/c`, `/${NS}/export_c`],
    ],
    [4, 'an unknown namespace', ['/nobody/proxy/c', '/nobody/proxy/c.json']],
    [5, 'an unknown package', [`/${NS}/doesnotexist/c`, `/${NS}/doesnotexist/c.json`]],
    [6, 'an action that is not exported', [`/${NS}/default/c`, `/${NS}/default/c.json`]],
    [7, 'an unknown action', [`/${NS}/proxy/export_fail`, `/${NS}/proxy/export_fail.json`]],
    [
      8,
      'an unknown extension, which is part of the name',
      ['.xyz', '.xyz/', '.xyz/content', '.xyzz', '.xyzz/', '.xyzz/content'].map(
        (end) => `/${NS}/proxy/export_c${end}`,
      ),
    ],
  ];
  for (const [number, what, targets] of missing)
    test(`Case ${number}: ${what} is not found, for every method`, async () => {
      for (const target of targets) for (const method of ALL) expectError(await web(method, target), 404);
    });

  test('Case 9: the package default stands for no package', async () => {
    for (const method of ALL) {
      const answer = await web(method, `/${NS}/default/export_c.json`);
      expect(answer.status).toBe(200);
      if (method === 'HEAD') continue;
      expect(answer.json).toMatchObject({ pkg: NS, action: 'export_c' });
      expect(withoutHeaders(answer.json.content)).toEqual({ ...P0, ...meta(method) });
    }
  });

  test('Case 10: what follows the action is its path', async () => {
    for (const method of ALL) {
      const content = await contentOf(method, `/${NS}/proxy/export_c.json/content`);
      if (content) expect(withoutHeaders(content)).toEqual({ ...P, ...meta(method, '/content') });
    }
  });

  test('Case 11: a trailing slash is a path of its own', async () => {
    for (const method of ENT)
      expect(await contentOf(method, `/${NS}/proxy/export_c.json/`, { body: JSON_BODY })).toMatchObject({
        __ow_path: '/',
      });
  });

  test('Case 12: a binding to a private package of the same namespace is served', async () => {
    await putPackage(running, 'bound', { binding: { namespace: NS, name: 'proxy' } });
    for (const method of ALL) await contentOf(method, `/${NS}/bound/export_c.json`);
  });

  test('Case 13: a binding to a public package of another namespace is served', async () => {
    await putPackage(running, 'shared', { publish: true }, OTHER_KEY);
    await putAction(running, 'shared/tool', { annotations: { 'web-export': true }, key: OTHER_KEY });
    await putPackage(running, 'borrowed', { binding: { namespace: 'other', name: 'shared' } });
    const answer = await web('GET', `/${NS}/borrowed/tool.json`);
    expect(answer.status).toBe(200);
    expect(answer.json.pkg).toBe('other/shared');
  });

  test('Case 14: an action that the bound package does not have is not found', async () => {
    await putPackage(running, 'bound', { binding: { namespace: NS, name: 'proxy' } });
    for (const method of ALL) expectError(await web(method, `/${NS}/bound/doesnotexist.json`), 404);
  });

  test('Case 15: an unknown binding is not found', async () => {
    for (const method of ALL) expectError(await web(method, `/${NS}/unbound/export_c.json`), 404);
  });

  test("Case 16: a binding's annotations are not inherited by the actions", async () => {
    await putPackage(running, 'closed', {
      binding: { namespace: NS, name: 'proxy' },
      annotations: pairs({ 'web-export': false }),
    });
    await contentOf('GET', `/${NS}/closed/export_c.json`);
  });
});

describe('arguments', () => {
  const json = `/${NS}/proxy/export_c.json`;

  test('Case 17: query parameters become arguments', async () => {
    for (const method of ALL) {
      const content = await contentOf(method, `${json}?a=b&c=d`);
      if (content) expect(withoutHeaders(content)).toEqual({ ...P, a: 'b', c: 'd', ...meta(method) });
    }
  });

  test("Case 18: a JSON object's fields become arguments with their types", async () => {
    for (const method of ENT) {
      const content = await contentOf(method, json, { body: JSON_BODY });
      expect(withoutHeaders(content)).toEqual({ ...P, ...JSON_BODY, ...meta(method) });
      expect(content.__ow_headers['content-type']).toBe('application/json');
    }
  });

  test('Case 19: query and JSON body are joined', async () => {
    for (const method of ENT) {
      const content = await contentOf(method, `${json}?a=b&c=d`, { body: JSON_BODY });
      expect(withoutHeaders(content)).toEqual({ ...P, a: 'b', c: 'd', ...JSON_BODY, ...meta(method) });
    }
  });

  test('Case 20: an empty JSON body adds nothing but its content type', async () => {
    for (const method of ENT) {
      const content = await contentOf(method, json, typed('application/json', ''));
      expect(content).not.toHaveProperty('__ow_body');
      expect(content.__ow_headers['content-type']).toBe('application/json');
    }
  });

  test('Case 21: an empty JSON array is the body', async () => {
    for (const method of ENT)
      expect((await contentOf(method, json, typed('application/json', '[]'))).__ow_body).toEqual([]);
  });

  test('Case 22: an empty JSON object adds nothing', async () => {
    for (const method of ENT)
      expect(await contentOf(method, json, typed('application/json', '{}'))).not.toHaveProperty('__ow_body');
  });

  test('Case 23: JSON null is the body', async () => {
    for (const method of ENT)
      expect((await contentOf(method, json, typed('application/json', 'null'))).__ow_body).toBeNull();
  });

  test('Case 24: any other JSON value is the body as that value', async () => {
    for (const value of ['this is a string', [1, 'str str', false], true, 99]) {
      const content = await contentOf('POST', json, typed('application/json', JSON.stringify(value)));
      expect(content.__ow_body).toEqual(value);
    }
  });

  test('Case 25: a text body is a string', async () => {
    const content = await contentOf('POST', json, typed('text/html; charset=UTF-8', '1,2,3'));
    expect(content.__ow_body).toBe('1,2,3');
    expect(content.__ow_headers['content-type']).toBe('text/html; charset=UTF-8');
  });

  test('Case 26: without a body there is neither body nor content type', async () => {
    const content = await contentOf('POST', `${json}?a=b&c=d`);
    expect(content).toMatchObject({ a: 'b', c: 'd' });
    expect(content).not.toHaveProperty('__ow_body');
    expect(content.__ow_headers).not.toHaveProperty('content-type');
  });

  test('Case 27: an empty object leaves the query as it is', async () => {
    expect(await contentOf('POST', `${json}?a=b&c=d`, { body: {} })).toMatchObject({ a: 'b', c: 'd' });
  });

  test('Case 28: form fields become string arguments', async () => {
    const form = typed('application/x-www-form-urlencoded', 'field1=value1&field2=value2&field3=a+b%21');
    expect(await contentOf('POST', json, form)).toMatchObject({
      field1: 'value1',
      field2: 'value2',
      field3: 'a b!',
    });
  });

  test('Case 29: a binary body is base64', async () => {
    const content = await contentOf('POST', json, typed('image/png', PNG));
    expect(content.__ow_body).toBe(PNG.toString('base64'));
    expect(content.__ow_headers['content-type']).toBe('image/png');
  });

  for (const [number, type] of [
    [30, 'application/cloudevents+json'],
    [31, 'application/json'],
  ] as const)
    test(`Case ${number}: an object of type ${type} is merged`, async () => {
      expect(await contentOf('POST', json, typed(type, '{"field1":"value1"}'))).toMatchObject({
        field1: 'value1',
      });
    });

  test('Case 32: text/html is not parsed as a form', async () => {
    expect((await contentOf('POST', json, typed('text/html', 'key=value'))).__ow_body).toBe('key=value');
  });

  test('Case 33: only a request with a body has a content type', async () => {
    expect((await contentOf('POST', json, { body: {} })).__ow_headers['content-type']).toBe(
      'application/json',
    );
    expect((await contentOf('GET', json)).__ow_headers).not.toHaveProperty('content-type');
  });

  test("Case 34: a binding's parameters win over the package's, the action's over both", async () => {
    await putPackage(running, 'provider', { parameters: pairs({ a: 'A', b: 'b', d: 'package' }) });
    await putAction(running, 'provider/tool', {
      annotations: { 'web-export': true },
      parameters: { d: 'action' },
    });
    await putPackage(running, 'bound-provider', {
      binding: { namespace: NS, name: 'provider' },
      parameters: pairs({ a: 'a', c: 'c', d: 'binding' }),
    });
    const content = await contentOf('GET', `/${NS}/bound-provider/tool.json`);
    expect(withoutHeaders(content)).toEqual({ a: 'a', b: 'b', c: 'c', d: 'action', ...meta('get') });
  });
});

/** Cases 37 to 40, and 42 through a binding. */
async function expectFinal(target: string): Promise<void> {
  const attempts: [string, Sent?][] = [
    ['?x=overridden'],
    ['?y=overridden'],
    ['', { body: { x: 'overridden' } }],
    ['?y=overridden', { body: { z: 'overridden' } }],
  ];
  for (const [query, sent] of attempts)
    await expectNotInvoked(async () =>
      expectError(await web('POST', target + query, sent), 400, NOT_ALLOWED),
    );
  expect((await contentOf('POST', `${target}?empty=overridden`)).empty).toBe('overridden');
}

describe('override protection', () => {
  const json = `/${NS}/proxy/export_c.json`;
  const refused = (method: string, target: string, sent?: Sent) =>
    expectNotInvoked(async () => expectError(await web(method, target, sent), 400, NOT_ALLOWED));

  test('Case 35: reserved names are refused in the query', async () => {
    for (const name of RESERVED) for (const method of ENT) await refused(method, `${json}?${name}=YYY`);
  });
  test('Case 36: reserved names are refused in the body', async () => {
    for (const name of RESERVED)
      for (const method of ENT) await refused(method, json, { body: { [name]: 'YYY' } });
  });
  test("Case 37: a package's final parameter cannot be overridden by the query", async () => {
    for (const method of ENT) await refused(method, `${json}?x=overridden`);
  });
  test("Case 38: an action's final parameter cannot be overridden by the query", async () => {
    for (const method of ENT) await refused(method, `${json}?y=overridden`);
  });
  test('Case 39: a final parameter cannot be overridden by the body', async () => {
    for (const method of ENT) await refused(method, json, { body: { x: 'overridden' } });
  });
  test('Case 40: a final parameter cannot be overridden by query and body together', async () => {
    for (const method of ENT) await refused(method, `${json}?y=overridden`, { body: { z: 'overridden' } });
  });
  test('Case 41: a parameter whose value is null may be overridden', async () => {
    for (const method of ENT)
      expect((await contentOf(method, `${json}?empty=overridden`)).empty).toBe('overridden');
  });
  test('Case 42: the same holds through a binding', async () => {
    await putPackage(running, 'bound-final', {
      binding: { namespace: NS, name: 'proxy' },
      parameters: pairs({ x: 'X', z: 'z' }),
    });
    await expectFinal(`/${NS}/bound-final/export_c.json`);
  });
});

describe('raw', () => {
  const raw = `/${NS}/proxy/raw_export_c.json`;

  test('Case 43: a query overrides nothing and stays a string', async () => {
    const content = await contentOf('POST', `${raw}?x=overridden&key2=value2`);
    expect(withoutHeaders(content)).toEqual({
      ...P,
      ...meta('post'),
      __ow_query: 'x=overridden&key2=value2',
      __ow_body: '',
    });
  });
  test('Case 44: a JSON body is base64 of its exact bytes', async () => {
    const body = '{"x":"overridden","key2":"value2"}';
    const content = await contentOf('POST', raw, typed('application/json', body));
    expect(content).toMatchObject({
      x: 'X',
      __ow_query: '',
      __ow_body: Buffer.from(body).toString('base64'),
    });
    expect(content.__ow_headers['content-type']).toBe('application/json');
  });
  test('Case 45: malformed or pretty-printed JSON is passed unchanged too', async () => {
    for (const body of ['1,2,3', '{"a":1}', '{\n  "a": 1\n}'])
      expect(
        await contentOf('POST', `${raw}?key1=value1&key2=value2`, typed('application/json', body)),
      ).toMatchObject({
        __ow_query: 'key1=value1&key2=value2',
        __ow_body: Buffer.from(body).toString('base64'),
      });
  });
  test('Case 46: an empty request has two empty strings', async () => {
    expect(await contentOf('POST', raw)).toMatchObject({ __ow_body: '', __ow_query: '' });
  });
});

describe('authentication', () => {
  const auth = `/${NS}/proxy/export_auth.json`;
  const secret = `/${NS}/proxy/export_secret.json`;
  const withSecret = (value: string): Sent => ({ headers: { 'X-Require-Whisk-Auth': value } });

  test('Case 47: an action that demands authentication refuses the anonymous', async () => {
    for (const method of ALL.filter((name) => name !== 'OPTIONS'))
      await expectNotInvoked(async () => expectError(await web(method, auth), 401));
  });
  test('Case 48: with credentials the caller is known', async () => {
    for (const method of ENT.filter((name) => name !== 'OPTIONS'))
      expect((await contentOf(method, auth, { headers: U })).__ow_user).toBe(NS);
    expect((await contentOf('GET', auth, { headers: { authorization: basic(OTHER_KEY) } })).__ow_user).toBe(
      'other',
    );
  });
  test('Case 49: OPTIONS needs no authentication', async () => {
    const answer = await web('OPTIONS', auth);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH',
    });
    expect(answer.headers).not.toHaveProperty('access-control-request-headers');
  });
  test('Case 50: a wrong secret is refused', async () => {
    for (const method of ALL) {
      const answer = await web(method, secret, withSecret('example-web-action-api-key-bad'));
      expect(answer.status).toBe(method === 'OPTIONS' ? 200 : 401);
    }
  });
  test('Case 51: credentials do not stand in for the secret', async () => {
    expectError(await web('GET', secret), 401);
    expectError(await web('GET', secret, { headers: U }), 401);
  });
  test('Case 52: the right secret opens, and the action sees it', async () => {
    const sent = withSecret('example-web-action-api-key');
    const content = await contentOf('GET', secret, sent);
    expect(content.__ow_headers['x-require-whisk-auth']).toBe('example-web-action-api-key');
    expect(content).not.toHaveProperty('__ow_user');
    expect((await contentOf('GET', secret, { headers: { ...sent.headers, ...U } })).__ow_user).toBe(NS);
  });
  test('Case 53: require-whisk-auth false is open', async () => {
    await contentOf('GET', `/${NS}/proxy/export_open.json`);
  });
  test('Case 54: OPTIONS reaches an action with custom options without credentials', async () => {
    const target = `/${NS}/proxy/export_auth_co`;
    const answer = await web('OPTIONS', target);
    expect(answer.headers['access-control-allow-methods']).toBe('OPTIONS, GET, PATCH');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expectError(await web('GET', target), 401);
  });
});

describe('CORS', () => {
  const METHODS = 'OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH';

  for (const [number, asked, allowed] of [
    [55, { 'Access-Control-Request-Headers': 'x-custom-header' }, 'x-custom-header'],
    [56, {}, 'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent'],
  ] as const)
    test(`Case ${number}: every method is answered with the default headers, and OPTIONS without the action`, async () => {
      for (const extension of ['.http', '.json'])
        for (const method of ALL) {
          let answer: Answer | undefined;
          const activations = await running.activationsOf(async () => {
            answer = await web(method, `/${NS}/proxy/export_plain${extension}`, { headers: { ...asked } });
          });
          expect(activations).toHaveLength(method === 'OPTIONS' ? 0 : 1);
          expect(answer?.status).toBe(extension === '.http' && method !== 'OPTIONS' ? 204 : 200);
          expect(answer?.headers).toMatchObject({
            'access-control-allow-origin': '*',
            'access-control-allow-methods': METHODS,
            'access-control-allow-headers': allowed,
          });
        }
    });

  const result = (value: object) => `?r=${encodeURIComponent(JSON.stringify(value))}`;

  test('Case 57: with custom options only the headers of the action are there', async () => {
    const query = result({ headers: { 'Access-Control-Allow-Methods': 'OPTIONS, GET, PATCH' } });
    const answer = await web('OPTIONS', `/${NS}/proxy/returns_co.http${query}`, {
      headers: { 'Access-Control-Request-Headers': 'x-custom-header' },
    });
    expect(answer.headers['access-control-allow-methods']).toBe('OPTIONS, GET, PATCH');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers).not.toHaveProperty('access-control-allow-headers');
  });

  test("Case 58: an action's headers appear neither on a default OPTIONS nor through .json", async () => {
    const query = result({ headers: { Location: 'http://openwhisk.org', 'Set-Cookie': 'a=b' } });
    for (const [method, extension] of [
      ['OPTIONS', ''],
      ['GET', '.json'],
    ] as const) {
      const answer = await web(method, `/${NS}/proxy/returns${extension}${query}`);
      expect(answer.headers).not.toHaveProperty('location');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
  });

  test('The defaults are added to the headers of an action without custom options, so that both are there', async () => {
    const query = result({ headers: { 'Access-Control-Allow-Origin': 'https://example.org' }, body: 'x' });
    const answer = await web('GET', `/${NS}/proxy/returns${query}`);
    expect(answer.lines('access-control-allow-origin')).toEqual(['*', 'https://example.org']);
  });
});

describe('the HTTP server in front of the routes', () => {
  const target = `/${NS}/proxy/export_c.json`;
  const raw = `/${NS}/proxy/raw_export_c.json`;
  const MIB = 1024 * 1024;

  /** It answers before there is a transaction, in plain text and without CORS headers. */
  function expectServerError(answer: Answer, status: number, text: string): void {
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(answer.headers).not.toHaveProperty('x-request-id');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  }

  test('Case 112: a character that a URL must encode is refused', async () => {
    for (const character of ['[', ']', '{', '}', '|', '"', '^', '\\', '<', '>', '`', '#']) {
      const text = `Illegal request-target: Invalid input '${character}'`;
      expectServerError(await web('GET', `${target}?a=${character}1`), 400, text);
      expectServerError(await web('GET', `${target}/${character}`), 400, text);
    }
    expect((await contentOf('GET', `${target}?a=%5B1%5D`)).a).toBe('[1]');
  });

  test('Case 113: a malformed percent sign is refused, in the path and in the query', async () => {
    const invalid = "Illegal request-target: Invalid input 'z', expected HEXDIG";
    for (const end of ['?a=%zz', '/%zz', '/%4z'])
      expectServerError(await web('GET', target + end), 400, invalid);
    const cut = 'Illegal request-target: Unexpected end of input, expected HEXDIG';
    for (const end of ['?a=%', '/%E0%A4%A']) expectServerError(await web('GET', target + end), 400, cut);
    expect((await contentOf('GET', `${target}?a=%FF`)).a).toBe('\ufffd');
  });

  test('Case 114: a header above 8 KiB, or a 65th one, is refused', async () => {
    const sent = (length: number): Sent => ({ headers: { 'x-long': 'a'.repeat(length) } });
    expect((await contentOf('GET', target, sent(8192))).__ow_headers['x-long']).toHaveLength(8192);
    const text = 'HTTP header value exceeds the configured limit of 8192 characters';
    expectServerError(await web('GET', target, sent(8193)), 431, text);
    const many = (count: number): Sent => ({
      headers: Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'a'])),
    });
    // Besides Host and Connection.
    await contentOf('GET', target, many(62));
    const tooMany = 'HTTP message contains more than the configured limit of 64 headers';
    expectServerError(await web('GET', target, many(63)), 400, tooMany);
  });

  test('Case 115: dot segments are resolved before anything looks at the path', async () => {
    expect((await contentOf('GET', `${target}/a/./b/../c`)).__ow_path).toBe('/a/c');
    expect((await contentOf('GET', `${target}/a/%2E%2e/b`)).__ow_path).toBe('/b');
    expect((await contentOf('GET', `${target}/a/..`)).__ow_path).toBe('/');
    await contentOf('GET', `/${NS}/nowhere/../proxy/export_c.json`);
    expectError(await web('GET', `${target}/../../c`), 404);
  });

  test('Case 116: a chunked body above 1 MiB is an internal error', async () => {
    const chunked = (length: number): Sent => ({
      headers: { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' },
      body: 'a'.repeat(length),
    });
    expect((await contentOf('POST', raw, chunked(1000))).__ow_body).toHaveLength(1000);
    await expectNotInvoked(async () => {
      const { status, text } = await web('POST', raw, chunked(MIB + 1));
      expect([status, text]).toEqual([500, 'There was an internal server error.']);
    });
  });

  test('Case 117: the scheme of credentials is written as the server writes it', async () => {
    const seen = async (authorization: string) =>
      (await contentOf('GET', target, { headers: { authorization } })).__ow_headers.authorization;
    expect(await seen('bearer abc.def')).toBe('Bearer abc.def');
    expect(await seen('BEARER   abc')).toBe('Bearer abc');
    expect(await seen(basic(KEY).replace('Basic', 'bAsIc'))).toBe(basic(KEY));
    expect(await seen('token abc')).toBe('token abc');
  });

  test('Case 118: the keys of JSON arguments arrive sorted', async () => {
    const body = '{"b":{"z":1,"y":[{"d":1,"c":2}]},"B":2,"a":3,"é":4,"10":5,"9":6}';
    const { text } = await web('POST', target, typed('application/json', body));
    const { content } = JSON.parse(text);
    const { b, __ow_headers: _, ...others } = content;
    expect(JSON.stringify(b)).toBe('{"y":[{"c":2,"d":1}],"z":1}');
    expect(Object.keys(others).filter((key) => key in JSON.parse(body))).toEqual(['9', '10', 'B', 'a', 'é']);
    expect(text.indexOf('"10"')).toBeLessThan(text.indexOf('"9"'));
  });
});
