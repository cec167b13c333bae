import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportPart, ExportPlan } from '../../lib/answers/exports.ts';
import type { ExportSource } from '../../lib/exports/writer.ts';
import { isStillRunning } from '../../lib/still-running.ts';

/** An answer that is none of success. */
class Refusal extends Error {
  readonly status: number;
  /** After how many seconds to ask again; null for no particular time. */
  readonly seconds: number | null;

  constructor(status: number, message: string, seconds: number | null) {
    super(message);
    this.status = status;
    this.seconds = seconds;
  }
}

/**
 * A tenant's export by the API at `api`, or at the installation in the data folder, with the key or access token in TRAFFIC_KEY.
 * Throws if one of them is missing.
 */
export function openExportSource(tenantId: number, api: string | undefined): ExportSource {
  const key = process.env.TRAFFIC_KEY;
  if (!key)
    throw new Error(
      'Put an API key into the environment variable TRAFFIC_KEY: Settings → API keys makes one.',
    );
  const base = (api ?? findLocalApi()).replace(/\/+$/, '');
  async function read<Answer>(route: string): Promise<Answer> {
    const response = await fetch(`${base}${route}`, { headers: { authorization: `Bearer ${key}` } });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && !isStillRunning(response.status, body)) return body as Answer;
    const { error } = (body ?? {}) as { error?: unknown };
    const said =
      typeof error === 'object' && error !== null ? (error as { message?: string }).message : error;
    const message = `${base}${route} answered ${response.status}: ${said ?? 'nothing that we can read'}`;
    throw new Refusal(response.status, message, Number(response.headers.get('retry-after')) || null);
  }
  return {
    plan: () => read<ExportPlan>(`/exports/${tenantId}`),
    part: (table, cursor) =>
      read<ExportPart>(`/exports/${tenantId}/${table}?cursor=${encodeURIComponent(cursor)}`),
  };
}

function findLocalApi(): string {
  const dataDir = path.resolve(process.env.DATA_DIR || '.data');
  const file = path.join(dataDir, 'url');
  if (existsSync(file)) return `${readFileSync(file, 'utf8').trim()}/api/v1/web/guest/traffic`;
  throw new Error(`There is no installation in ${dataDir}. Name the API's address with --api.`);
}

const MAX_ATTEMPTS = 8;
const PAUSE_SECONDS = 5;
/** Platforms count calls by the minute. */
const QUOTA_SECONDS = 15;

/**
 * What to do when a part cannot be read: waits, and gives up after eight failures in five minutes of trying, or at once where
 * waiting does not help.
 */
export function retrying(tell: (message: string) => void): (error: Error) => Promise<void> {
  let failures = 0;
  let last = 0;
  return async (error) => {
    const now = Date.now();
    failures = now - last > 300_000 ? 1 : failures + 1;
    last = now;
    const status = error instanceof Refusal ? error.status : 0;
    const mayPass = status === 0 || status === 202 || status === 429 || status >= 500;
    if (!mayPass || failures > MAX_ATTEMPTS) throw error;
    const given = error instanceof Refusal ? error.seconds : null;
    const seconds = given ?? (status === 429 ? QUOTA_SECONDS : PAUSE_SECONDS);
    tell(`${error.message}. Trying again in ${seconds} s.`);
    await sleep(seconds * 1000);
  };
}
