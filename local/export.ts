import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { ExportPart, ExportPlan } from '../lib/answers/exports.ts';
import type { ExportProgress } from '../lib/exports/writer.ts';
import { writeExport } from '../lib/exports/writer.ts';
import { formatNumber } from '../lib/number-format.ts';
import { openClient } from './client.ts';

const USAGE = `Which tenant, and into which file? For example: TRAFFIC_KEY=… npm run export -- 1 traffic.zip
Parquet instead of CSV: --parquet. Another installation: --api https://…/api/v1/web/NAMESPACE/traffic`;

/** `npm run export -- TENANT FILE` */
async function exportTenant(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { parquet: { type: 'boolean', default: false }, api: { type: 'string' } },
  });
  const [tenant = '', name, ...others] = positionals;
  if (!/^[1-9]\d{0,9}$/.test(tenant) || name === undefined || others.length > 0) throw new Error(USAGE);
  const file = path.resolve(name);
  const partial = `${file}.part`;
  const leaving = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => leaving.abort(new Error('The export was stopped: there is none.')));
  const client = openClient({
    api: values.api,
    scope: 'read',
    tell: console.error,
    signal: leaving.signal,
  });
  const source = {
    plan: () => client.call<ExportPlan>('GET', `/exports/${tenant}`),
    part: (table: string, cursor: string) =>
      client.call<ExportPart>('GET', `/exports/${tenant}/${table}?cursor=${encodeURIComponent(cursor)}`),
  };
  const stream = createWriteStream(partial);
  try {
    const { tables, bytes } = await writeExport(source, {
      kind: values.parquet ? 'parquet' : 'csv',
      write: (chunk) =>
        new Promise((resolve, reject) => stream.write(chunk, (error) => (error ? reject(error) : resolve()))),
      onProgress: tell,
      signal: leaving.signal,
    });
    stream.end();
    await finished(stream);
    await rename(partial, file);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    tellNothing();
    console.log(`${file} is complete: ${formatNumber(rows)} rows, ${(bytes / 1e6).toFixed(1)} MB.`);
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** Says how far it is, on a terminal. */
function tell({ table, rows, totalRows }: ExportProgress): void {
  if (!process.stderr.isTTY || table === null) return;
  process.stderr.write(`\r\u001b[K${formatNumber(rows)} of about ${formatNumber(totalRows)} rows: ${table}`);
}

function tellNothing(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

exportTenant().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
