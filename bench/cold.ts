import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { startContainer } from '../local/openwhisk/container.ts';
import { openImage } from '../local/openwhisk/image.ts';
import { openBenchInstallation } from './installation.ts';
import { processorTimeOf } from './memory.ts';
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

/** An installation, and the folder with the code that runs in it. */
interface Build {
  folder: string;
  parameters: Record<string, string>;
  token: string;
  close: () => Promise<unknown>;
}

async function openOwn(): Promise<Build> {
  const { installation, close } = await openBenchInstallation();
  const token = await installation.identity.issueToken(ADMINISTRATOR, { expiresIn: 3600 });
  return { folder: '.', parameters: installation.parameters, token, close };
}

/** Opens an installation of the code that was built in another folder, and says how to call its actions. */
const OPEN_OTHER = `
  const { openBenchInstallation } = await import(process.cwd() + '/dist/bench/installation.js');
  const { installation, close } = await openBenchInstallation();
  const token = await installation.identity.issueToken('${ADMINISTRATOR}', { expiresIn: 3600 });
  console.log(JSON.stringify({ parameters: installation.parameters, token }));
  process.stdin.resume().once('end', () => void close().then(() => process.exit()));`;

async function openOther(folder: string): Promise<Build> {
  const args = ['--input-type=module', '--eval', OPEN_OTHER];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const close = () => {
    child.stdin.end();
    return once(child, 'exit');
  };
  for await (const line of createInterface(child.stdout))
    if (line.startsWith('{"parameters"')) return { folder, close, ...JSON.parse(line) };
  throw new Error(`No installation was opened in ${folder}. Build it first: npm ci && npm run build.`);
}

interface Cold {
  boot: number;
  init: number;
  first: number;
  /** What all of it took of the processor, which other work on the machine hardly changes. */
  processor: number;
}

/** One action whose start is measured. */
interface Start {
  build: Build;
  action: string;
  code: string;
}

const readCode = ({ folder }: Build, action: string): Promise<string> =>
  readFile(path.resolve(folder, 'dist/actions', `${action}.js`), 'utf8');

/**
 * The time from an empty container to the first answer, for each web action and an action that does nothing, in the same
 * runner and in turns. /init loads the code; the first /run opens a connection, checks a token and queries the database. With
 * AGAINST=FOLDER also of the code that was built there, such as a checkout of another commit.
 */
export async function benchCold(): Promise<void> {
  const own = await openOwn();
  const { AGAINST } = process.env;
  const other = AGAINST ? await openOther(AGAINST) : undefined;
  const image = await openImage();

  async function start(code: string, args: Record<string, unknown>): Promise<Cold> {
    const begun = performance.now();
    const env = { PATH: process.env.PATH ?? '' };
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
    const processor = processorTimeOf(container.pid);
    await container.stop();
    const status =
      reply.kind === 'reply' ? (JSON.parse(reply.body) as { statusCode?: number }).statusCode : reply.kind;
    if (status !== 200 && status !== 204) throw new Error(`The first answer was ${status}.`);
    return { boot: booted - begun, init: loaded - booted, first: answered - loaded, processor };
  }

  const starts = new Map<string, Start>([['(empty)', { build: own, action: '', code: EMPTY }]]);
  for (const action of await webActions()) {
    starts.set(action, { build: own, action, code: await readCode(own, action) });
    const code = other && (await readCode(other, action).catch(() => undefined));
    if (other && code) starts.set(`${action} (${AGAINST})`, { build: other, action, code });
  }
  const measured = new Map<string, Cold[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { build, action, code }] of starts) {
      const headers = { authorization: `Bearer ${build.token}`, accept: 'application/json' };
      const route = WITHOUT_TENANT.includes(action) ? '' : '/1';
      const request = { __ow_method: 'get', __ow_path: route, __ow_query: '', __ow_body: '' };
      const cold = await start(code, { ...build.parameters, ...request, __ow_headers: headers });
      measured.set(name, [...(measured.get(name) ?? []), cold]);
    }
  }
  await image.remove();
  await own.close();
  await other?.close();

  const median = (name: string, of: (cold: Cold) => number) =>
    quantile((measured.get(name) ?? []).map(of), 0.5);
  const whole = ({ boot, init, first }: Cold) => boot + init + first;
  const emptyWhole = median('(empty)', whole);
  printTable(
    `Cold start (median of ${ROUNDS}, ms): process + init + first answer; at most 3.5 × an empty action`,
    ['action', 'kB', 'process', 'init', 'first answer', 'cold', '× empty', 'processor'],
    [...starts].map(([name, { code }]) => [
      name,
      round(code.length / 1000, 0),
      round(median(name, (cold) => cold.boot)),
      round(median(name, (cold) => cold.init)),
      round(median(name, (cold) => cold.first)),
      round(median(name, whole)),
      round(median(name, whole) / emptyWhole, 2),
      round(median(name, (cold) => cold.processor)),
    ]),
  );
}
