import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHost } from './openwhisk-fixture.ts';
import { basic, ECHO, NS, OTHER_KEY, pairs, putAction, putPackage, startHost } from './openwhisk-fixture.ts';

/** The REST API, as far as wskdeploy, wsk and the npm client use it. */

let running: RunningHost;
beforeAll(async () => {
  running = await startHost();
});
afterAll(() => running.close());

const rest = (method: string, target: string, body?: object) => running.rest(method, target, body);
const exec = (code = ECHO) => ({ exec: { kind: 'nodejs:20', code } });

describe('the front door', () => {
  test('wskdeploy, which sends no Accept header, gets the runtimes at /; a browser does not', async () => {
    const answer = await running.call('GET', '/');
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json.runtimes.nodejs).toContainEqual(
      expect.objectContaining({ kind: 'nodejs:20', default: true }),
    );
    expect((await running.call('GET', '/', { headers: { accept: 'text/html,*/*' } })).status).toBe(418);
  });
  test('Only kinds that are listed and not deprecated can be created', async () => {
    const old = await startHost({
      kinds: [
        { kind: 'nodejs:14', deprecated: true },
        { kind: 'nodejs:16', default: true },
      ],
    });
    const { json } = await old.call('GET', '/');
    expect(json.runtimes.nodejs).toMatchObject([
      { kind: 'nodejs:14', deprecated: true, default: false },
      { kind: 'nodejs:16', deprecated: false, default: true },
    ]);
    const create = (kind: string) =>
      old.rest('PUT', `/_/actions/${kind.slice(7)}`, { exec: { kind, code: ECHO } });
    expect((await create('nodejs:14')).status).toBe(400);
    expect((await create('nodejs:20')).json.error).toContain("kind 'nodejs:20' not in Set(nodejs:16)");
    expect((await create('nodejs:default')).json.exec.kind).toBe('nodejs:16');
    await old.close();
  });
  test('Other URLs are not found', async () => {
    for (const target of ['/index.html', '/apis', '/pings'])
      expect((await running.call('GET', target)).status).toBe(418);
  });
  test('The API describes itself, and answers a ping', async () => {
    expect((await running.call('GET', '/api/v1')).json).toMatchObject({ api_version_path: 'v1' });
    expect((await running.call('GET', '/ping')).text).toBe('pong');
  });
  test('A namespace needs its own valid credentials', async () => {
    const error = async (headers?: Record<string, string>) => {
      const answer = await running.call('GET', '/api/v1/namespaces/_/actions', headers && { headers });
      return [answer.status, answer.json.error];
    };
    expect(await error()).toEqual([
      401,
      'The resource requires authentication, which was not supplied with the request',
    ]);
    expect(await error({ authorization: basic('wrong:key') })).toEqual([
      401,
      'The supplied authentication is invalid',
    ]);
    expect((await running.rest('GET', `/${NS}/actions`, undefined, OTHER_KEY)).status).toBe(403);
    expect((await rest('GET', '')).json).toEqual([NS]);
    expect((await rest('GET', '/_/limits')).json).toMatchObject({
      concurrentInvocations: 30,
      firesPerMinute: 60,
    });
    expect((await rest('GET', '/_/nothing')).status).toBe(404);
  });
});

describe('updates', () => {
  test('A new action gets its kind and no API key as annotations', async () => {
    const { json } = await rest('PUT', '/_/actions/new', exec());
    expect(json).toMatchObject({ namespace: NS, name: 'new', version: '0.0.1', publish: false });
    expect(json.annotations).toEqual(pairs({ 'provide-api-key': false, exec: 'nodejs:20' }));
    expect(json.limits).toEqual({ timeout: 60_000, memory: 256, logs: 10, concurrency: 1 });
  });
  test('Without overwrite an entity is not replaced', async () => {
    await rest('PUT', '/_/actions/once', exec());
    expect((await rest('PUT', '/_/actions/once', exec())).json.error).toBe('resource already exists');
    expect((await rest('PUT', '/_/actions/once?overwrite=true', exec())).json.version).toBe('0.0.2');
  });
  test('An update keeps parameters that are not sent, annotations that are not taken away, and limits', async () => {
    const first = {
      ...exec(),
      parameters: pairs({ a: 1, b: 2 }),
      annotations: pairs({ one: 1, two: 2 }),
      limits: { timeout: 1000, memory: 128 },
    };
    await rest('PUT', '/_/actions/kept', first);
    const { json } = await rest('PUT', '/_/actions/kept?overwrite=true', {
      parameters: [],
      annotations: pairs({ two: 3 }),
      delAnnotations: ['one'],
      limits: { timeout: 2000 },
    });
    expect(json.parameters).toEqual(pairs({ a: 1, b: 2 }));
    expect(json.annotations).toEqual(pairs({ 'provide-api-key': false, two: 3, exec: 'nodejs:20' }));
    expect(json.limits).toMatchObject({ timeout: 2000, memory: 128 });
    const replaced = await rest('PUT', '/_/actions/kept?overwrite=true', { parameters: pairs({ c: 3 }) });
    expect(replaced.json.parameters).toEqual(pairs({ c: 3 }));
  });

  for (const [what, target, body, status] of [
    ['an unknown kind', '/_/actions/bad', { exec: { kind: 'python:3', code: 'x' } }, 400],
    ['an archive', '/_/actions/bad', { exec: { kind: 'nodejs:20', code: 'UEsDBAoA' } }, 400],
    ['a limit out of range', '/_/actions/bad', { ...exec(), limits: { memory: 1024 } }, 400],
    ['a package that is not there', '/_/actions/nowhere/bad', exec(), 404],
    ['a package called default', '/_/packages/default', {}, 400],
    ['a binding to nothing', '/_/packages/bound', { binding: { namespace: NS, name: 'nowhere' } }, 400],
    ['a rule for a missing trigger', '/_/rules/bad', { trigger: '/_/none', action: '/_/new' }, 400],
    ['an illegal name', '/_/triggers/a%2Bb', {}, 400],
    ['no object', '/_/triggers/list', [1], 400],
  ] as const)
    test(`It refuses ${what} with ${status}`, async () => {
      const answer = await rest('PUT', target, body);
      expect(answer.status, answer.text).toBe(status);
      expect(answer.json).toEqual({ error: expect.any(String), code: expect.any(String) });
    });

  test('Null stands for what a client leaves out', async () => {
    const answer = await rest('PUT', '/_/packages/nulls', {
      annotations: null,
      parameters: null,
      binding: null,
      publish: null,
    });
    expect(answer.status, answer.text).toBe(200);
  });
});

describe('reading and removing', () => {
  test('An action shows its package’s parameters, and its code unless asked not to', async () => {
    await putPackage(running, 'shown', { parameters: pairs({ p: 1 }) });
    await putAction(running, 'shown/act', { parameters: { q: 2 } });
    const { json } = await rest('GET', '/_/actions/shown/act');
    expect(json).toMatchObject({
      namespace: `${NS}/shown`,
      parameters: pairs({ p: 1, q: 2 }),
      exec: { code: ECHO },
    });
    expect((await rest('GET', '/_/actions/shown/act?code=false')).json.exec).not.toHaveProperty('code');
  });
  test('Lists are newest first, in pages, for a namespace or a package', async () => {
    await putPackage(running, 'listed', {});
    for (const name of ['a', 'b', 'c']) await putAction(running, `listed/${name}`);
    const names = async (query: string) =>
      (await rest('GET', `/_/actions/listed/${query}`)).json
        .map((action: { name: string }) => action.name)
        .sort();
    expect(await names('')).toEqual(['a', 'b', 'c']);
    expect(await names('?limit=2')).toHaveLength(2);
    expect(await names('?skip=2')).toHaveLength(1);
    for (const target of ['/_/actions', '/_/actions/'])
      expect((await rest('GET', target)).json.length).toBeGreaterThan(2);
    expect((await rest('GET', '/_/actions?limit=201')).status).toBe(400);
    expect((await rest('GET', '/_/packages')).json).toContainEqual(
      expect.objectContaining({ name: 'listed', binding: false }),
    );
  });
  test('A package that is not empty is deleted only by force', async () => {
    await putPackage(running, 'full', {});
    await putAction(running, 'full/act');
    expect((await rest('DELETE', '/_/packages/full')).status).toBe(409);
    expect((await rest('DELETE', '/_/packages/full?force=true')).status).toBe(200);
    expect((await rest('GET', '/_/actions/full/act')).status).toBe(404);
  });
  test('A rule whose trigger is deleted stays, inactive', async () => {
    await rest('PUT', '/_/triggers/short', {});
    await putAction(running, 'target');
    await rest('PUT', '/_/rules/dangling', { trigger: '/_/short', action: '/_/target' });
    expect((await rest('GET', '/_/rules/dangling')).json.status).toBe('active');
    expect((await rest('GET', '/_/triggers/short')).json.rules).toHaveProperty(`${NS}/dangling`);
    await rest('DELETE', '/_/triggers/short');
    expect((await rest('GET', '/_/rules/dangling')).json.status).toBe('inactive');
    expect((await rest('DELETE', '/_/rules/dangling')).status).toBe(200);
  });
});

describe('invoking', () => {
  test('A blocking call answers the record, or only its result', async () => {
    await putAction(running, 'echo');
    const record = await rest('POST', '/_/actions/echo?blocking=true', { a: 1 });
    expect(record.status).toBe(200);
    expect(record.json).toMatchObject({ name: 'echo', statusCode: 0, response: { success: true } });
    const result = await rest('POST', '/_/actions/echo?blocking=true&result=true', { a: 1 });
    expect(result.json.content).toEqual({ a: 1 });
    expect(result.headers['x-openwhisk-activation-id']).toMatch(/^[0-9a-f]{32}$/);
  });
  test('An action that fails, for whatever reason, is a bad gateway', async () => {
    for (const code of ['const main = () => ({ error: "x" })', 'function main() { throw new Error("x"); }']) {
      await putAction(running, 'failing', { code });
      expect((await rest('POST', '/_/actions/failing?blocking=true', {})).status).toBe(502);
    }
  });
  test('A call that does not wait, or not long enough, gets an id to poll', async () => {
    let waiting: ServerResponse[] = [];
    const server = createServer((_, response) => void waiting.push(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await putAction(running, 'slow', {
      code: 'const main = async ({ url }) => { await fetch(url, { headers: { connection: "close" } }); return {}; };',
    });
    for (const query of ['', '?blocking=true&timeout=10']) {
      const answer = await rest('POST', `/_/actions/slow${query}`, { url });
      expect(answer.status).toBe(202);
      const record = () => rest('GET', `/_/activations/${answer.json.activationId}`);
      expect((await record()).status).toBe(404);
      await expect.poll(() => waiting.length).toBe(1);
      for (const response of waiting) response.end();
      waiting = [];
      await expect.poll(async () => (await record()).status).toBe(200);
    }
    server.closeAllConnections();
    server.close();
  });
  test('A final parameter is not overridden, a missing action not found, a large body not taken', async () => {
    await putAction(running, 'final', { annotations: { final: true }, parameters: { a: 1, b: null } });
    expect((await rest('POST', '/_/actions/final', { a: 2 })).status).toBe(400);
    expect((await rest('POST', '/_/actions/final?blocking=true&result=true', { b: 2 })).json.content).toEqual(
      { a: 1, b: 2 },
    );
    expect((await rest('POST', '/_/actions/none', {})).status).toBe(404);
    expect((await rest('POST', '/_/actions/final', { c: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });
  test('Activations are listed newest first, by name and time, with logs and result of each', async () => {
    await putAction(running, 'logged', { code: 'function main() { console.log("line"); return { a: 1 }; }' });
    const { json: record } = await rest('POST', '/_/actions/logged?blocking=true', {});
    const list = async (query: string) => (await rest('GET', `/_/activations${query}`)).json;
    const [summary] = await list('?limit=1');
    expect(summary.activationId).toBe(record.activationId);
    expect(summary).not.toHaveProperty('response');
    expect((await list('?name=logged&docs=true'))[0].response.result).toEqual({ a: 1 });
    expect(await list(`?name=logged&since=${record.end + 1000}`)).toEqual([]);
    expect((await list('?name=logged&count=true')).activations).toBe(1);
    const part = async (name: string) =>
      (await rest('GET', `/_/activations/${record.activationId}/${name}`)).json;
    expect((await part('logs')).logs).toEqual([expect.stringMatching(/Z stdout: line$/)]);
    expect(await part('result')).toMatchObject({ result: { a: 1 }, success: true, status: 'success' });
    expect(
      (await running.rest('GET', `/_/activations/${record.activationId}`, undefined, OTHER_KEY)).status,
    ).toBe(404);
  });
  test('Invocations through the API spend the same budget as web calls', async () => {
    const busy = await startHost({
      clock: () => new Date('2026-11-21T10:00:00Z'),
      limits: { invocationsPerMinute: 1 },
    });
    await putAction(busy, 'echo', { annotations: { 'web-export': true } });
    expect((await busy.rest('POST', '/_/actions/echo', {})).status).toBe(202);
    expect((await busy.web('GET', `/${NS}/default/echo`)).status).toBe(429);
    await busy.close();
  });
  test('Logs beyond the limit of the action are cut with a message', async () => {
    await putAction(running, 'chatty', {
      code: 'function main() { for (let i = 0; i < 1100; i++) console.log("x".repeat(1000)); }',
      limits: { logs: 1 },
    });
    const { json } = await rest('POST', '/_/actions/chatty?blocking=true', {});
    expect(json.logs.length).toBeLessThan(1060);
    expect(json.logs.at(-1)).toContain(
      'Logs were truncated because the total bytes size exceeds the limit of 1048576 bytes.',
    );
    expect((await rest('POST', '/_/actions/chatty?blocking=true', {})).json.logs).toHaveLength(
      json.logs.length,
    );
  });
});
