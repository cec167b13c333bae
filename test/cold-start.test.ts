import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openTestInstallation, type TestInstallation } from './installation.ts';

const BUNDLES = path.join(import.meta.dirname, '../dist/actions');
/** Actions whose first path segment is not a tenant's id. */
const WITHOUT_TENANT = ['init', 'me', 'servers', 'tenants'];
const manifest = parse(readFileSync(path.join(import.meta.dirname, '../manifest.yaml'), 'utf8'));
const actions = Object.entries<{ web: unknown }>(manifest.packages.traffic.actions);
const webActions = actions.filter(([, { web }]) => web === 'raw').map(([name]) => name);

/** Node loads its fetch (undici) when one of its names is first used, and lists what it has loaded. */
const SCRIPT = `
let formatters = 0;
for (const name of ['DateTimeFormat', 'NumberFormat', 'Collator', 'PluralRules'])
  Intl[name] = class extends Intl[name] {
    constructor(...args) {
      super(...args);
      formatters += 1;
    }
  };
const usesFetch = () => process.moduleLoadList.some((name) => name.endsWith('undici/undici'));
const code = require('node:fs').readFileSync(process.env.BUNDLE, 'utf8');
const main = new Function('require', 'module', code + 'return main;')(require, module);
main(JSON.parse(process.env.ARGS)).then(({ statusCode }) => {
  const used = usesFetch();
  new Response();
  console.log(JSON.stringify({ statusCode, used, isTold: usesFetch(), formatters }));
  process.exit();
});`;

let installation: TestInstallation;
let tenantId: number;
beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
  ({ tenantId } = await installation.initialize());
  // For an unknown person the API asks the provider, which needs fetch.
  await installation.as('ada@example.com')('GET', '/me');
});
afterAll(() => installation.close());

test.each(webActions)(
  'the first answer of %s needs neither Node’s fetch nor a formatter of Intl, which are slow to load',
  async (name) => {
    const token = await installation.identity.issueToken('ada@example.com');
    const args = {
      ...installation.parameters,
      __ow_method: 'get',
      __ow_path: WITHOUT_TENANT.includes(name) ? '' : `/${tenantId}`,
      __ow_headers: { authorization: `Bearer ${token}` },
    };
    const env = { BUNDLE: path.join(BUNDLES, `${name}.js`), ARGS: JSON.stringify(args) };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', SCRIPT], { env });
    const { statusCode, ...slow } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(statusCode).toBeLessThan(500);
    expect(slow).toEqual({ used: false, isTold: true, formatters: 0 });
  },
);
