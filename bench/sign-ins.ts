import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPasswords } from '../local/accounts/passwords.ts';
import { openInstallation } from '../local/installation.ts';
import { openSignInClient } from '../test/sign-in-client.ts';
import { printTable, quantile, round } from './table.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'otters sing at noon';
const HOME = '203.0.113.7';
const COUNT = 300;
const CONCURRENCY = 10;
const FLOOD_SECONDS = 20;
const GUESSES_PER_MINUTE = 10_000;

interface Measured {
  perSecond: number;
  times: number[];
}

/** Does it `count` times, a few at once. */
async function measure(count: number, work: () => Promise<unknown>): Promise<Measured> {
  const times: number[] = [];
  const begun = performance.now();
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return { perSecond: count / ((performance.now() - begun) / 1000), times };
}

const toRow = (name: string, { perSecond, times }: Measured) => [
  name,
  round(perSecond),
  Math.round(quantile(times, 0.5)),
  Math.round(quantile(times, 0.95)),
];

/** Wrong passwords at a steady pace, from a thousand addresses for a hundred accounts, until it is stopped. */
function flood(url: string, signal: AbortSignal) {
  const statuses = new Map<number, number>();
  const guess = async (number: number) => {
    const client = openSignInClient({ url, address: `10.0.${number % 4}.${number % 250}` });
    const { status } = await client.signIn(`somebody${number % 100}@example.com`, `guess ${number}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const begun = performance.now();
  const run = async () => {
    const running = new Set<Promise<unknown>>();
    for (let number = 0; !signal.aborted; number++) {
      const guessing = guess(number).catch(() => undefined);
      running.add(guessing);
      void guessing.finally(() => running.delete(guessing));
      await sleep(Math.max(0, begun + ((number + 1) * 60_000) / GUESSES_PER_MINUTE - performance.now()));
    }
    await Promise.all(running);
    return statuses;
  };
  return run();
}

/** Sign-ins with a password, from the first page to tokens, beside bare hashes; and the same during a flood of guesses. */
export async function benchSignIns(): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-bench-'));
  const installation = await openInstallation({
    dataDir,
    alarms: false,
    real: {
      publicUrl: null,
      signIn: { kind: 'accounts' },
      tls: null,
      trustedProxies: ['127.0.0.1', '::1'],
    },
  });
  const { url, initSecret: secret } = installation;
  const home = openSignInClient({ url, address: HOME });
  await home.post('/links/use', { kind: 'init', secret, email: EMAIL, password: PASSWORD });
  const signIn = async () => {
    const { problem } = await openSignInClient({ url, address: HOME }).signIn(EMAIL, PASSWORD);
    if (problem) throw new Error(problem);
  };
  const passwords = createPasswords();
  const hash = await passwords.hash(PASSWORD);
  const bare = await measure(COUNT, () => passwords.isRight(PASSWORD, hash, 'known'));
  const quiet = await measure(COUNT, signIn);
  const ending = new AbortController();
  const flooding = flood(url, ending.signal);
  const times: number[] = [];
  const begun = performance.now();
  while (performance.now() - begun < FLOOD_SECONDS * 1000) {
    const start = performance.now();
    await signIn();
    times.push(performance.now() - start);
    await sleep(100);
  }
  ending.abort();
  const statuses = await flooding;
  const during = { perSecond: times.length / FLOOD_SECONDS, times };
  printTable(
    `Sign-ins with a password, ${CONCURRENCY} at once`,
    ['', 'per second', 'median ms', '95 % ms'],
    [
      toRow('a hash alone', bare),
      toRow('a sign-in, five requests', quiet),
      toRow(`one at a time, during ${GUESSES_PER_MINUTE} guesses a minute`, during),
    ],
  );
  const answered = [...statuses].map(([status, count]) => `${count} with ${status}`).join(', ');
  console.log(`The guesses of ${FLOOD_SECONDS} seconds were answered: ${answered}.`);
  await installation.close();
  await rm(dataDir, { recursive: true, force: true });
}
