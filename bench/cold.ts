import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { startContainer } from '../local/openwhisk/container.ts';
import { openImage } from '../local/openwhisk/image.ts';
import { openBenchInstallation } from './installation.ts';
import { printTable, quantile, round } from './table.ts';

/** The manifest's limits, in MB and ms. */
const LIMITS = { timeout: 60_000, memory: 128, logs: 10, concurrency: 1 };
const ROUNDS = 15;
const ADMINISTRATOR = 'ada@example.com';
const EMPTY = 'function main(args) { return { statusCode: 204 }; }';

/** Each action's first request queries the database. It names the tenant, except for these actions. */
const WITHOUT_TENANT = ['init', 'me', 'servers', 'tenants'];

async function webActions(): Promise<string[]> {
  const manifest = parse(await readFile('manifest.yaml', 'utf8'));
  const actions = Object.entries<{ web: unknown }>(manifest.packages.traffic.actions);
  return actions.filter(([, { web }]) => web === 'raw').map(([name]) => name);
}

interface Cold {
  boot: number;
  init: number;
  first: number;
}

/**
 * The time from an empty container to the first answer, for each web action and an action that does nothing, in the same
 * runner and in turns. /init loads the code; the first /run opens a connection, checks a token and queries the database.
 */
export async function benchCold(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { parameters } = installation;
  const token = await installation.identity.issueToken(ADMINISTRATOR, { expiresIn: 3600 });
  const image = await openImage();
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };

  async function start(code: string, args: Record<string, unknown>): Promise<Cold> {
    const begun = performance.now();
    const env = { PATH: process.env.PATH ?? '', __OW_API_HOST: installation.url };
    const container = await startContainer({
      image: image.folder,
      limits: LIMITS,
      env,
      clock: () => new Date(),
    });
    const booted = performance.now();
    await container.call({ type: 'init', code, main: 'main', env: {} });
    const loaded = performance.now();
    const reply = await container.call({ type: 'run', value: JSON.stringify(args), env: {} });
    const answered = performance.now();
    await container.stop();
    const status =
      reply.kind === 'reply' ? (JSON.parse(reply.body) as { statusCode?: number }).statusCode : reply.kind;
    if (status !== 200 && status !== 204) throw new Error(`The first answer was ${status}.`);
    return { boot: booted - begun, init: loaded - booted, first: answered - loaded };
  }

  const codes = new Map<string, string>([['(empty)', EMPTY]]);
  for (const name of await webActions()) {
    codes.set(name, await readFile(path.resolve('dist/actions', `${name}.js`), 'utf8'));
  }
  const measured = new Map<string, Cold[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, code] of codes) {
      const route = WITHOUT_TENANT.includes(name) ? '' : '/1';
      const request = { __ow_method: 'get', __ow_path: route, __ow_query: '', __ow_body: '' };
      const cold = await start(code, { ...parameters, ...request, __ow_headers: headers });
      measured.set(name, [...(measured.get(name) ?? []), cold]);
    }
  }
  await image.remove();
  await close();

  const median = (name: string, of: (cold: Cold) => number) =>
    quantile((measured.get(name) ?? []).map(of), 0.5);
  const whole = ({ boot, init, first }: Cold) => boot + init + first;
  const emptyWhole = median('(empty)', whole);
  printTable(
    `Cold start (median of ${ROUNDS}, ms): process + init + first answer; at most 3.5 × an empty action`,
    ['action', 'kB', 'process', 'init', 'first answer', 'cold', '× empty'],
    [...codes].map(([name, code]) => [
      name,
      round(code.length / 1000, 0),
      round(median(name, (cold) => cold.boot)),
      round(median(name, (cold) => cold.init)),
      round(median(name, (cold) => cold.first)),
      round(median(name, whole)),
      round(median(name, whole) / emptyWhole, 2),
    ]),
  );
}
