import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRoutes } from '../lib/routes.ts';

const app = createRoutes<{ greeting: string }>();
app.get('/', (c) => c.json({ greeting: c.env.greeting }));
app.get('/system', (c) => c.json('system'));
app.get('/:name', (c) => c.json(c.req.param()));
app.put('/:name', (c) => c.json(c.req.param('name'), 201));
app.get('/:name/as/:format', (c) => c.body('a,b', 200, { 'content-type': `text/${c.req.param('format')}` }));

async function ask(method: string, url: string) {
  const request = new Request(`https://action.invalid${url}`, { method });
  const answer = await app.handle(request, { greeting: 'hello' });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

const json = (value: unknown, status = 200) => ({
  ...{ status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(value) },
});

test('a request goes to the first route that its path and method fit', async () => {
  expect(await ask('GET', '/')).toEqual(json({ greeting: 'hello' }));
  expect(await ask('GET', '/system')).toEqual(json('system'));
  expect(await ask('GET', '/other/?a=b')).toEqual(json({ name: 'other' }));
  expect(await ask('PUT', '/system')).toEqual(json('system', 201));
  const csv = { status: 200, headers: { 'content-type': 'text/csv' }, text: 'a,b' };
  expect(await ask('GET', '/a/as/csv')).toEqual(csv);
});

test('what stands in a path for a name is decoded once, and left as it is where it cannot be', async () => {
  for (const [written, name] of [
    ['a%40b.example', 'a@b.example'],
    ['a%2Fb', 'a/b'],
    ['a%2540b', 'a%40b'],
    ['a+b', 'a+b'],
    ['%E4', '%E4'],
    ['100%', '100%'],
  ])
    expect(await ask('GET', `/${written}`), written).toEqual(json({ name }));
});

test('HEAD is answered as GET is, without a text', async () => {
  expect(await ask('HEAD', '/system')).toEqual({ ...json('system'), text: '' });
});

test('another path is not found, and another method is told which ones are', async () => {
  for (const url of ['/a/b', '/a/as', '/a/as/csv/d', '//', '//as/csv'])
    await expect(ask('GET', url), url).rejects.toMatchObject({ status: 404, code: 'route_not_found' });
  const failure = { status: 405, code: 'method_not_allowed' };
  const message = 'DELETE is not possible here; GET and PUT is.';
  await expect(ask('DELETE', '/a')).rejects.toMatchObject({ ...failure, message });
});

const WEB = ['init', 'me', 'servers', 'tenants', 'members', 'repositories', 'stats', 'runs'];
const parameters = {
  ...{ DATABASE_URL: 'postgres://127.0.0.1/none', ISSUER: 'https://id.example', CLIENT_ID: 'client' },
  ...{ TOKEN_KEY: 'A'.repeat(43), INIT_SECRET: 'secret-secret', __ow_method: 'patch', __ow_path: '/1/2/3' },
};
const SCRIPT = `
  const load = new Function('require', 'module', require('fs').readFileSync(process.argv[1]) + '; return main');
  load(require, {})(JSON.parse(process.argv[2])).then(({ statusCode }) =>
    console.log(statusCode, process.moduleLoadList.some((name) => name.includes('undici'))))`;

test.each(WEB)('%s answers without Node’s fetch, which takes long to load', (name) => {
  const bundle = path.join(import.meta.dirname, `../dist/actions/${name}.js`);
  const options = { encoding: 'utf8' } as const;
  const out = execFileSync(process.execPath, ['-e', SCRIPT, bundle, JSON.stringify(parameters)], options);
  expect(out).toMatch(/^404 false$/m);
});
