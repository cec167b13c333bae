import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHost } from './openwhisk-fixture.ts';
import { ECHO, NS, putAction, startHost } from './openwhisk-fixture.ts';

/** The Node runtime's contract: what an action may return, how it is loaded, what it sees, and what ends it. */

const WEB = { 'web-export': true };
const ERROR = 'action developer error';

let running: RunningHost;
beforeAll(async () => {
  process.env.SECRET_OF_THE_HOST = 'secret';
  running = await startHost({ environment: { SECRET_OF_THE_HOST: 'secret' } });
});
afterAll(async () => {
  delete process.env.SECRET_OF_THE_HOST;
  await running.close();
});

async function put(name: string, code: string, limits?: object): Promise<void> {
  await putAction(running, name, { annotations: WEB, code, ...(limits && { limits }) });
}

async function run(name: string, args: object = {}) {
  const activation = await running.host.invoke(name, args);
  return { ...activation.response, logs: activation.logs, annotations: activation.annotations };
}

describe('what main does decides how the activation ends', () => {
  const failure = (message: string) => ({ error: expect.stringContaining(message) });
  const serialized = { name: 'Error', message: 'x', stack: expect.stringContaining('Error: x') };
  const rows: [what: string, body: string, status: string, result: unknown, web: number][] = [
    ['returns an object', 'return { body: "a" };', 'success', { body: 'a' }, 200],
    [
      'returns a promise of an object',
      'return Promise.resolve({ body: "a" });',
      'success',
      { body: 'a' },
      200,
    ],
    ['returns nothing', '', 'success', {}, 204],
    ['returns null', 'return null;', ERROR, failure('did not produce a valid JSON response'), 400],
    ['returns an array', 'return [1, 2];', 'success', [1, 2], 500],
    ['returns a string', 'return "a";', ERROR, failure('The action did not return a dictionary.'), 400],
    ['returns a number', 'return 1;', ERROR, failure('The action did not return a dictionary.'), 400],
    ['returns a boolean', 'return true;', ERROR, failure('The action did not return a dictionary.'), 400],
    [
      'returns an object with an error',
      'return { error: { statusCode: 404, body: "gone" } };',
      'application error',
      { error: { statusCode: 404, body: 'gone' } },
      404,
    ],
    ['throws', 'throw new Error("x");', ERROR, failure('An error has occurred: Error: x'), 400],
    [
      'rejects with an error',
      'return Promise.reject(Object.assign(new Error("x"), { code: 7 }));',
      'application error',
      { error: { ...serialized, code: 7 } },
      204,
    ],
    [
      'rejects with an error that describes an answer',
      'return Promise.reject(Object.assign(new Error("x"), { statusCode: 418, body: "tea" }));',
      'application error',
      { error: { ...serialized, statusCode: 418, body: 'tea' } },
      418,
    ],
    ['rejects with a string', 'return Promise.reject("text");', 'application error', { error: 'text' }, 400],
    ['rejects with nothing', 'return Promise.reject();', 'application error', { error: {} }, 204],
    ['returns a BigInt', 'return { a: 1n };', ERROR, failure('Internal error'), 400],
    ['returns a cycle', 'const a = {}; a.a = a; return a;', ERROR, failure('Internal error'), 400],
    [
      'returns a Buffer',
      'return { body: Buffer.from("a") };',
      'success',
      { body: { type: 'Buffer', data: [97] } },
      200,
    ],
    [
      'throws in a timer while it is awaited',
      'return new Promise(() => setTimeout(() => { throw new Error("x"); }, 1));',
      ERROR,
      { error: 'The action did not produce a valid response and exited unexpectedly.' },
      400,
    ],
    [
      'ends the process',
      'process.exit(0);',
      ERROR,
      { error: 'The action did not produce a valid response and exited unexpectedly.' },
      400,
    ],
    [
      'returns more than a MiB',
      'return { body: "a".repeat(1024 * 1024) };',
      'application error',
      { error: 'The action produced a response that exceeded the allowed length: 1048587 > 1048576 bytes.' },
      400,
    ],
  ];

  for (const [index, [what, body, status, result, web]] of rows.entries())
    test(`It ${what}: ${status}, and ${web} on the web`, async () => {
      await put(`row${index}`, `function main() { ${body} }`);
      expect(await run(`row${index}`)).toMatchObject({ status, success: status === 'success', result });
      expect((await running.web('GET', `/${NS}/default/row${index}`)).status).toBe(web);
    });

  test('It exceeds its time limit: the container is killed, and the next call gets another', async () => {
    const code = 'function main({ loop }) { while (loop); return { pid: process.pid }; }';
    await put('loop', code, { timeout: 300 });
    const before = await run('loop');
    const activation = await run('loop', { loop: true });
    expect(activation).toMatchObject({
      status: ERROR,
      result: { error: 'The action exceeded its time limits of 300 milliseconds.' },
    });
    expect(activation.annotations).toContainEqual({ key: 'timeout', value: true });
    expect(() => process.kill((before.result as { pid: number }).pid, 0)).toThrow('ESRCH');
    expect((await run('loop')).status).toBe('success');
  });

  test('It takes more than its memory: the container is killed', async () => {
    const code = 'function main() { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); }';
    await put('greedy', code, { memory: 128 });
    expect(await run('greedy')).toMatchObject({
      status: ERROR,
      result: { error: 'The action exhausted its memory and was aborted.' },
    });
  });

  test('After a throw the container is not used again', async () => {
    await put(
      'moody',
      'function main({ bad }) { if (bad) throw new Error("x"); return { pid: process.pid }; }',
    );
    const before = await run('moody');
    expect((await run('moody')).result).toEqual(before.result);
    await run('moody', { bad: true });
    expect((await run('moody')).result).not.toEqual(before.result);
  });

  test('A container that dies between two calls is replaced', async () => {
    await put(
      'fragile',
      'function main({ die }) { if (die) setImmediate(() => process.exit(3)); return { pid: process.pid }; }',
    );
    const { result } = await run('fragile', { die: true });
    await expect.poll(() => isAlive((result as { pid: number }).pid)).toBe(false);
    expect((await run('fragile')).status).toBe('success');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('how code is loaded', () => {
  const bundle = (contents: string, options: object = {}) =>
    buildSync({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      platform: 'node',
      external: ['openwhisk'],
      ...options,
    }).outputFiles[0]?.text ?? '';
  const universal = {
    format: 'iife',
    globalName: '__action',
    footer: {
      js: 'function main(args){return __action.main(args)} main.main = main; module.exports = main;',
    },
  };
  const source =
    'import path from "node:path"; export const main = () => ({ who: path.basename("/a/action") });';

  for (const minify of [false, true])
    test(`A bundle with the universal footer runs, ${minify ? 'minified' : 'as it is'}`, async () => {
      await put('universal', bundle(source, { ...universal, minify }));
      expect((await run('universal')).result).toEqual({ who: 'action' });
    });

  test('CommonJS exports are found, minified too', async () => {
    for (const minify of [false, true]) {
      await put('commonjs', bundle(source, { format: 'cjs', minify }));
      expect((await run('commonjs')).result).toEqual({ who: 'action' });
    }
  });

  test('The name trap: an inner function called main is taken for the action', async () => {
    const inner = 'function main() { return { who: "dependency" }; }';
    await put('trap', `${inner}\nmodule.exports.main = () => ({ who: "action" });`);
    expect((await run('trap')).result).toEqual({ who: 'dependency' });
    await put(
      'trap',
      bundle(
        `${inner}\nconst own = () => ({ who: "action" }); export { own as main, main as other };`,
        universal,
      ),
    );
    expect((await run('trap')).result).toEqual({ who: 'action' });
  });

  for (const [what, code, reason] of [
    ['An ES module', 'export const main = () => ({});', "Unexpected token 'export'"],
    ['A bundle without main', bundle(source, { format: 'iife' }), 'is not a function'],
    [
      'A package that the image does not have',
      'require("kysely"); const main = () => ({});',
      "Cannot find module 'kysely'",
    ],
    ['A relative require', 'require("./other"); const main = () => ({});', "Cannot find module './other'"],
    ['A throw at load', 'throw new Error("at load");', 'Error: at load'],
  ] as const)
    test(`${what} fails at initialization`, async () => {
      await put('unloadable', code);
      const { status, result, logs } = await run('unloadable');
      expect(status).toBe(ERROR);
      expect(result).toEqual({ error: expect.stringContaining('Initialization has failed due to:') });
      expect(JSON.stringify(result)).toContain(reason);
      expect(logs.join('\n')).toContain('Error during initialization:');
    });

  test('Code that exits or takes too long while loading gets its own error', async () => {
    await put('exits', 'process.exit(1);');
    expect((await run('exits')).result).toEqual({
      error: 'The action did not initialize and exited unexpectedly.',
    });
    await put('hangs', 'for (;;);', { timeout: 200 });
    expect((await run('hangs')).result).toEqual({
      error: 'The action exceeded its time limits of 200 milliseconds during initialization.',
    });
  });

  test('The image has the package openwhisk, for require and import', async () => {
    await put(
      'client',
      'async function main() { return { a: typeof require("openwhisk"), b: typeof (await import("openwhisk")).default }; }',
    );
    expect((await run('client')).result).toEqual({ a: 'function', b: 'function' });
  });
});

describe('what an action sees', () => {
  test('Its environment is PATH, the time zone and the platform, nothing of the host', async () => {
    await put('environment', 'const main = () => ({ env: process.env, send: typeof process.send });');
    const { result } = await run('environment');
    const { env, send } = result as { env: Record<string, string>; send: string };
    expect(Object.keys(env).sort()).toEqual([
      'PATH',
      'TZ',
      '__OW_ACTION_NAME',
      '__OW_ACTION_VERSION',
      '__OW_ACTIVATION_ID',
      '__OW_API_HOST',
      '__OW_DEADLINE',
      '__OW_NAMESPACE',
      '__OW_TRANSACTION_ID',
    ]);
    expect(env).toMatchObject({
      TZ: 'UTC',
      __OW_ACTION_NAME: `/${NS}/environment`,
      __OW_ACTION_VERSION: '0.0.1',
      __OW_API_HOST: running.url,
      __OW_NAMESPACE: NS,
      __OW_ACTIVATION_ID: running.host.activations()[0]?.activationId,
    });
    const remaining = Number(env.__OW_DEADLINE) - Date.now();
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(60_000);
    expect(send).toBe('undefined');
  });

  test('The API key is there when the action asks for it', async () => {
    const code = 'const main = () => ({ key: process.env.__OW_API_KEY });';
    await putAction(running, 'with-key', { code, annotations: { 'provide-api-key': true } });
    expect((await run('with-key')).result).toEqual({ key: expect.stringContaining(':') });
    await putAction(running, 'with-key', { code, annotations: { 'provide-api-key': false } });
    expect((await run('with-key')).result).toEqual({});
  });

  test('Parameters declared with init are in the environment and not in the arguments', async () => {
    const body = {
      exec: {
        kind: 'nodejs:20',
        code: 'const main = (args) => ({ args, a: process.env.a, b: process.env.b });',
      },
      parameters: [
        { key: 'a', value: 'text', init: true },
        { key: 'b', value: { c: 1 }, init: true },
        { key: 'd', value: 2 },
      ],
    };
    await running.rest('PUT', '/_/actions/init-params', body);
    expect((await run('init-params')).result).toEqual({ args: { d: 2 }, a: 'text', b: '{"c":1}' });
  });

  test('main gets exactly one argument, joined from package, action and call', async () => {
    await put(
      'count',
      'function main() { return { count: arguments.length, keys: Object.keys(arguments[0]) }; }',
    );
    expect((await run('count', { q: 1 })).result).toEqual({ count: 1, keys: ['q'] });
  });

  test('A key called __proto__ is an argument like any other', async () => {
    await put(
      'proto',
      'const main = (args) => ({ own: Object.hasOwn(args, "__proto__"), polluted: args.a });',
    );
    const sent = { headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"a":1}}' };
    expect((await running.web('POST', `/${NS}/default/proto.json`, sent)).json).toEqual({ own: true });
  });
});

describe('logs', () => {
  test('Each activation has its own lines, with stream and time', async () => {
    await put(
      'chatty',
      'function main({ text }) { console.log(text + "\\nb"); console.error("c"); process.stdout.write("d"); }',
    );
    for (const text of ['one', 'two']) {
      const { logs } = await run('chatty', { text });
      const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;
      expect(logs.every((line) => time.test(line))).toBe(true);
      const lines = logs.map((line) => line.replace(time, ''));
      expect(lines.filter((line) => line.startsWith('stdout'))).toEqual([
        `stdout: ${text}`,
        'stdout: b',
        'stdout: d',
      ]);
      expect(lines.filter((line) => line.startsWith('stderr'))).toEqual(['stderr: c']);
    }
  });

  test('The output of a failing run is kept, that of a loading one belongs to the first run', async () => {
    await put(
      'last-words',
      'console.log("loading"); function main() { console.log("going"); process.exit(1); }',
    );
    expect((await run('last-words')).logs.map((line) => line.slice(31))).toEqual([
      'stdout: loading',
      'stdout: going',
    ]);
  });

  test('A failure is logged by the host, without arguments', async () => {
    await put('failing', 'function main() { throw new Error("what went wrong"); }');
    await run('failing', { password: 'hidden' });
    const line = running.log.filter(({ action }) => action === `/${NS}/failing`).at(-1);
    expect(line).toMatchObject({ level: 'error', event: 'activation', status: ERROR });
    expect(JSON.stringify(line)).toContain('what went wrong');
    expect(JSON.stringify(line)).not.toContain('hidden');
  });
});

describe('containers', () => {
  const PID = 'let calls = 0; const main = () => ({ pid: process.pid, calls: ++calls });';
  const slowPid = 'const main = () => new Promise((done) => setTimeout(done, 50, { pid: process.pid }));';
  const pidOf = async (host: RunningHost['host'], name: string) =>
    ((await host.invoke(name, {})).response.result as { pid: number }).pid;

  test('A warm container keeps the state of its module, a new version of the action starts another', async () => {
    await put('warm', PID);
    const first = (await run('warm')).result as { pid: number; calls: number };
    expect((await run('warm')).result).toEqual({ pid: first.pid, calls: 2 });
    await put('warm', PID);
    expect((await run('warm')).result).not.toMatchObject({ pid: first.pid });
  });

  test('With cold starts every call has a process of its own', async () => {
    const cold = await startHost({ coldStarts: true });
    await putAction(cold, 'cold', { code: PID });
    for (const _ of [1, 2])
      expect((await cold.host.invoke('cold', {})).response.result).toMatchObject({ calls: 1 });
    await cold.close();
  });

  test('An unused container is removed after a while', async () => {
    const hasty = await startHost({ limits: { idle: 20 } });
    await putAction(hasty, 'idle', { code: PID });
    const pid = await pidOf(hasty.host, 'idle');
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(await pidOf(hasty.host, 'idle')).not.toBe(pid);
    await hasty.close();
  });

  test('Of more idle containers than may stay, those that were used last do', async () => {
    const small = await startHost({ limits: { warm: 2 } });
    const pids: number[] = [];
    for (const name of ['first', 'second', 'third']) {
      await putAction(small, name, { code: PID });
      pids.push(await pidOf(small.host, name));
    }
    await expect.poll(() => pids.map(isAlive)).toEqual([false, true, true]);
    expect(await pidOf(small.host, 'second')).toBe(pids[1]);
    await small.close();
  });

  test('When all containers are taken, calls wait, and an idle one of another action makes room', async () => {
    const small = await startHost({ limits: { containers: 1 } });
    await putAction(small, 'one', { code: slowPid });
    await putAction(small, 'two', { code: slowPid });
    const pids = await Promise.all(['one', 'two', 'one', 'one'].map((name) => pidOf(small.host, name)));
    await expect.poll(() => [...new Set(pids)].filter(isAlive)).toHaveLength(1);
    await small.close();
  });

  test('The memory limits of all containers add up to the pool at most, and nothing overtakes what waits for room', async () => {
    const pool = await startHost({ limits: { memory: 512 } });
    const held = new Map<string, () => void>();
    const gate = createServer(({ url = '' }, response) => held.set(url.slice(1), () => response.end()));
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/`;
    const code = 'const main = async ({ url }) => { if (url) await fetch(url); return {}; }';
    for (const [name, memory] of Object.entries({ large: 256, also: 256, wide: 384, small: 128 }))
      await putAction(pool, name, { code, limits: { memory } });
    const run = (name: string) => pool.host.invoke(name, { url: url + name });
    const isHeld = (name: string) => expect.poll(() => [...held.keys()]).toContain(name);
    const running = [run('large'), run('also')];
    for (const name of ['large', 'also']) await isHeld(name);
    running.push(run('wide'), run('small'));
    held.get('also')?.();
    await running[1];
    held.get('large')?.();
    for (const name of ['wide', 'small']) await isHeld(name);
    for (const name of ['wide', 'small']) held.get(name)?.();
    const [large, , wide, small] = await Promise.all(running);
    // There was room for the small one as soon as the other had ended, but the wide one came first.
    for (const waited of [wide, small]) expect(waited?.start).toBeGreaterThanOrEqual(large?.end ?? Infinity);
    gate.close();
    gate.closeAllConnections();
    await pool.close();
  });

  test('close() ends running activations, records that, and leaves no process', async () => {
    const closing = await startHost();
    await putAction(closing, 'idle', { code: PID });
    const idle = await pidOf(closing.host, 'idle');
    const endless =
      'const main = async ({ url }) => { await fetch(url + process.pid); return new Promise(() => {}); };';
    await putAction(closing, 'endless', { code: endless });
    let started: (pid: number) => void = () => undefined;
    const pid = new Promise<number>((resolve) => {
      started = resolve;
    });
    const listener = createServer((request, response) => {
      started(Number(request.url?.slice(1)));
      response.setHeader('connection', 'close').end();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    const ended = closing.host.invoke('endless', { url });
    const busy = await pid;
    await closing.close();
    listener.close();
    expect((await ended).response.status).toBe(ERROR);
    expect([idle, busy].filter(isAlive)).toEqual([]);
  });

  test('Results above the pipe buffer arrive whole', async () => {
    await put('large', ECHO);
    const text = 'ü'.repeat(200_000);
    expect((await run('large', { text })).result).toMatchObject({ content: { text } });
  });
});
