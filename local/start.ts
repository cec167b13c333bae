import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { log as clack, intro, outro } from '@clack/prompts';
import { type Installation, openInstallation } from './installation.ts';

interface Settings {
  port: number;
  dataDir: string;
  invocationsPerMinute: number;
}

function readNumber(name: string, fallback: number, most: number): number {
  const text = process.env[name] || String(fallback);
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`${name} is "${text}": it must be a whole number from 0 to ${most}.`);
}

function readSettings(): Settings {
  const { demo } = parseArgs({ options: { demo: { type: 'boolean', default: false } } }).values;
  return {
    port: readNumber('PORT', 8080, 65_535),
    dataDir: process.env.DATA_DIR || (demo ? '.data-demo' : '.data'),
    invocationsPerMinute: readNumber('INVOCATIONS_PER_MINUTE', 600, 1_000_000),
  };
}

interface Telling {
  begin(line: string): void;
  tell(line: string): void;
  finish(line: string): void;
}

/** Lines for people: dressed up in a terminal, plain elsewhere. */
function openTelling(): Telling {
  const print = (line: string) => console.log(line);
  if (!process.stdout.isTTY) return { begin: print, tell: print, finish: print };
  const begin = (line: string) => {
    intro('GitHub Traffic Analytics');
    clack.step(line);
  };
  return { begin, tell: (line) => clack.step(line), finish: (line) => outro(line) };
}

/** One JSON object a line, of this run only; made with the first line, when the folder is known to be ours. */
function openLog(dataDir: string): (line: object) => void {
  let file: WriteStream | undefined;
  return (line) => {
    file ??= createWriteStream(path.join(dataDir, 'log.jsonl'), { flags: 'w', mode: 0o600 });
    if ('event' in line && line.event === 'postgres' && 'message' in line) console.error(line.message);
    file.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  };
}

async function isInitialised(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/web/guest/traffic/init`);
  const state = (await answer.json()) as { initialized?: boolean };
  return state.initialized ?? false;
}

function open(settings: Settings, onListening: () => void): Promise<Installation> {
  const { port, dataDir, invocationsPerMinute } = settings;
  const { DATABASE_URL: databaseUrl, ALLOW_PRIVATE_ADDRESSES = '' } = process.env;
  return openInstallation({
    ...{ port, dataDir, onListening, demo: true, log: openLog(dataDir) },
    ...(databaseUrl && { databaseUrl }),
    environment: { ALLOW_PRIVATE_ADDRESSES },
    limits: { invocationsPerMinute },
  });
}

/**
 * The first signal stops in order, also while it is still starting; the second one at once. Returns whether there was
 * one.
 */
function stopOnSignal(opening: Promise<Installation>): () => boolean {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log('Stopping.');
    await (await opening).close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  return () => stopping;
}

async function start(): Promise<void> {
  const settings = readSettings();
  const { begin, tell, finish } = openTelling();
  const database = process.env.DATABASE_URL ? 'the database of DATABASE_URL' : 'PostgreSQL';
  const starting = `Starting ${database}, sign-in, a simulated GitHub and the actions; the data is in ${settings.dataDir}.`;
  const opening = open(settings, () => begin(starting));
  const isStopping = stopOnSignal(opening);
  const { url, initLink } = await opening;
  const isReady = await isInitialised(url).catch(() => true);
  if (isStopping()) return;
  if (!isReady)
    tell(
      `Nothing is set up yet. Open this link to do it; it carries the secret that allows it:\n${initLink}`,
    );
  finish(`Ready at ${url} (Ctrl-C stops it).`);
}

start().catch((error: NodeJS.ErrnoException) => {
  const isExpected = error.constructor === Error || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isExpected ? error.message : error);
  process.exit(1);
});
