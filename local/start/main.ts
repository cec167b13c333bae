import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { plural } from '../../lib/number-format.ts';
import type { Provisioned } from '../../lib/provisioning.ts';
import { isStillRunning } from '../../lib/still-running.ts';
import type { Upgrade } from '../../lib/upgrade.ts';
import { getJson } from '../get-json.ts';
import { SMALL_LIMITS } from '../installation/small.ts';
import { type Installation, openInstallation, type RealInstallation } from '../installation.ts';
import { readSettings, type StartSettings } from '../settings.ts';
import { type Log, openFileLog, openOutputLog, openTelling, type Telling } from '../telling.ts';
import { collectWhenIdle, optimize } from './memory.ts';

/** The log, and the lines about the start. In a real installation both are JSON on standard output. */
async function openOutputs({ dataDir, real }: StartSettings): Promise<{ log: Log; telling: Telling }> {
  if (real) {
    const log = openOutputLog();
    return { log, telling: await openTelling(log) };
  }
  const write = openFileLog(path.join(dataDir, 'log.jsonl'));
  const log = (line: object) => {
    if ('event' in line && line.event === 'postgres' && 'message' in line) console.error(line.message);
    write(line);
  };
  return { log, telling: await openTelling() };
}

/** How far an installation is set up. */
interface SetUp {
  /** It has an administrator. */
  initialized: boolean;
  /** The start set it up, and it has no administrator yet. */
  provisioned: boolean;
}

/** Asks until there is an answer. Throws the actions' own sentence if they refuse their configuration. */
async function readSetUp({ innerUrl }: RealInstallation): Promise<SetUp> {
  for (;;) {
    const { status, body } = await getJson(`${innerUrl}/api/v1/web/guest/traffic/init`);
    if (isStillRunning(status, body)) continue;
    const { initialized, provisioned, error } = body as Partial<SetUp> & {
      error?: { code: string; message: string };
    };
    if (error?.code === 'misconfigured') throw new Error(error.message);
    return { initialized: initialized ?? true, provisioned: provisioned ?? false };
  }
}

/**
 * Upgrades the tables of an older checkout, and its days. Returns what the database does not enforce. Throws a sentence if the
 * tables are those of a newer checkout.
 */
async function upgrade({ host }: RealInstallation): Promise<string[]> {
  const weaknesses = new Set<string>();
  for (let after: number | null = 0; after !== null; ) {
    const { response } = await host.invoke('traffic/upgrade', { after });
    const result = response.result as Partial<Upgrade> & { error?: { message: string } };
    if (result.error) throw new Error(result.error.message);
    for (const weakness of result.weaknesses ?? []) weaknesses.add(weakness);
    after = result.traffic?.next ?? null;
  }
  return [...weaknesses];
}

/**
 * Sets up a fresh installation from GITHUB_TOKEN and TRACK, or applies what changed of them. Throws a sentence if one of them is
 * wrong.
 */
async function provision(
  { host }: RealInstallation,
  { provision: given }: StartSettings,
  { tell }: Telling,
): Promise<void> {
  if (given === null) return;
  const { response } = await host.invoke('traffic/provision', given);
  const { outcome, addedCount, message, error } = response.result as Partial<Provisioned> & {
    error?: { message: string };
  };
  if (error) throw new Error(error.message);
  if (outcome === 'not_fresh')
    tell(
      'GITHUB_TOKEN and TRACK do nothing here: this installation was set up on its pages. Use Rules there, on the page Repositories.',
    );
  else if (outcome === 'postponed')
    tell(
      `GITHUB_TOKEN and TRACK have changed, but GitHub cannot be asked. The next start tries again. ${message}`,
    );
  else if (outcome !== 'unchanged')
    tell(`TRACK adds ${plural(addedCount ?? 0, 'repository', 'repositories')}. They are collected now.`);
}

/** The simulated GitHub's present; null: the real one. The demo plays through earlier days first. */
let present: Date | null = null;

/** With `collect` itself, it leaves containers for the pages. */
const COLLECT_CONCURRENCY = '2';

interface OpenOptions {
  onListening: () => void;
  log: Log;
  signal: AbortSignal;
}

/** The installation; `trial` is the same one if it has the stand-ins. */
interface Opened {
  installation: RealInstallation;
  trial: Installation | null;
}

async function open(settings: StartSettings, { onListening, log, signal }: OpenOptions): Promise<Opened> {
  const { host, port, dataDir, databaseUrls, parameters, invocationsPerMinute, real } = settings;
  const common = {
    host,
    port,
    dataDir,
    onListening,
    signal,
    log,
    ...(databaseUrls && { databaseUrls }),
    environment: { COLLECT_CONCURRENCY, ...parameters },
    limits: { invocationsPerMinute, ...SMALL_LIMITS },
  };
  if (real) return { installation: await openInstallation({ ...common, real }), trial: null };
  const clock = () => present ?? new Date();
  const trial = await openInstallation({ ...common, demo: true, clock });
  return { installation: trial, trial };
}

/**
 * The first signal shuts down cleanly, even while it is opening; the second one exits at once. Returns a function that says
 * whether there was one.
 */
function stopOnSignal(opening: Promise<Opened>, leaving: AbortController, { tell }: Telling): () => boolean {
  const { signal } = leaving;
  const stop = async () => {
    if (signal.aborted) process.exit(130);
    tell('Stopping.');
    leaving.abort();
    const opened = await opening.catch(() => undefined);
    await opened?.installation.close();
    process.exit(0);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void stop());
  return () => signal.aborted;
}

/** Fills a fresh installation with the demo's history, and shows the progress. */
async function makeHistory(installation: Installation, isStopping: () => boolean): Promise<void> {
  const { openBar } = await openTelling();
  const bar = openBar('Collecting 400 days of demo history');
  const { buildDemo } = await import('../demo.ts');
  await buildDemo(installation, {
    clock: () => new Date(),
    setPresent(instant) {
      present = instant;
      installation.host.setParameters('traffic', { NOW: instant?.toISOString() ?? '' });
    },
    onDay: (day, share) => bar.advance(share, day),
    isStopping,
  });
  bar.finish(isStopping() ? 'Stopped before the history was complete.' : 'The history is complete.');
}

async function prepareDemo(
  installation: Installation,
  dataDir: string,
  isStopping: () => boolean,
): Promise<void> {
  const { endPushAccess } = await import('../demo.ts');
  const mark = path.join(dataDir, 'demo-is-made');
  if (existsSync(mark)) return endPushAccess(installation);
  if ((await readSetUp(installation)).initialized)
    throw new Error(
      `The demo in ${dataDir} was interrupted while it was being created: delete that folder and start again.`,
    );
  await makeHistory(installation, isStopping);
  if (!isStopping()) writeFileSync(mark, '');
}

async function start(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  const { log, telling } = await openOutputs(settings);
  const database = settings.databaseUrls ? 'the database of DATABASE_URL' : 'PostgreSQL';
  const parts = settings.real ? 'the sign-in' : 'the sign-in, a simulated GitHub';
  const starting = `Starting ${database}, ${parts} and the actions. Data folder: ${settings.dataDir}`;
  const leaving = new AbortController();
  const onListening = () => telling.begin(starting);
  const opening = open(settings, { onListening, log, signal: leaving.signal });
  const isStopping = stopOnSignal(opening, leaving, telling);
  try {
    await makeReady(await opening, settings, { isStopping, telling });
  } catch (error) {
    if (isStopping()) return;
    await opening.then(({ installation }) => installation.close()).catch(() => {});
    throw error;
  }
}

interface Starting {
  isStopping: () => boolean;
  telling: Telling;
}

async function makeReady(
  { installation, trial }: Opened,
  settings: StartSettings,
  { isStopping, telling }: Starting,
): Promise<void> {
  const { tell, finish } = telling;
  const { url, initLink } = installation;
  // A database of your own may have tables, and roles that may do too little or too much.
  const isOwn = settings.databaseUrls !== undefined;
  optimize();
  const before = await readSetUp(installation);
  if (isOwn || before.initialized || before.provisioned)
    for (const weakness of await upgrade(installation)) tell(weakness);
  if (settings.demo && trial) await prepareDemo(trial, settings.dataDir, isStopping);
  await provision(installation, settings, telling);
  const { initialized: isReady, provisioned } = await readSetUp(installation);
  if (isStopping()) return;
  const firstLink = await installation.firstLink();
  if (isReady || provisioned) await installation.host.fire('daily');
  if (firstLink)
    tell(
      `Nobody has an account yet. Open this link to make the administrator's; it contains the secret you need:\n${firstLink}`,
    );
  else if (!isReady) {
    const missing = provisioned
      ? 'There is no administrator yet. Open this link to become it'
      : 'Nothing is set up yet. Open this link to set it up';
    tell(`${missing}; it contains the secret you need:\n${initLink}`);
  }
  collectWhenIdle();
  finish(settings.real ? `Ready at ${url}.` : `Ready at ${url} (press Ctrl-C to stop).`);
}

start().catch((error: NodeJS.ErrnoException) => {
  const isExpected = error.constructor === Error || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isExpected ? error.message : error);
  process.exit(1);
});
