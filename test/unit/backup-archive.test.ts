import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyIdsOf } from '../../lib/secrets.ts';
import { type Entry, toArchive } from '../../local/backup/archive.ts';
import { sealKey } from '../../local/backup/key.ts';
import type { Manifest } from '../../local/backup/manifest.ts';
import { checkBackup, requireKey } from '../../local/backup/restore.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'archive-test-'));
const file = path.join(folder, 'whole.tar.gz');
const KEY = { files: { 'installation.json': JSON.stringify({ tokenKey: 'A'.repeat(43) }) } };
const PASSPHRASE = 'a long passphrase';
const SEALED = sealKey(KEY, PASSPHRASE);

const manifest: Manifest = {
  format: 'github-traffic-analytics',
  formatVersion: 1,
  productVersion: '0.1.0',
  createdAt: '2026-03-01T00:00:00.000Z',
  database: 'PostgreSQL 18.4',
  schemas: { traffic: 1 },
  keyIds: keyIdsOf('A'.repeat(43)),
  tables: [{ name: 'tenant', columns: ['tenant_id', 'name'], rows: 3 }],
};

const entriesOf = (given: Manifest): Entry[] => [
  { name: 'manifest.json', content: Buffer.from(JSON.stringify(given)) },
  { name: 'key.json', content: SEALED },
  { name: 'tables/tenant/000001', content: Buffer.from('1\tFirst\n2\tSecond\\nline\n') },
  { name: 'tables/tenant/000002', content: Buffer.from('3\tThird\n') },
  { name: 'sequences.json', content: Buffer.from('[]') },
];

async function write(name: string, entries: Entry[]): Promise<string> {
  const written = path.join(folder, name);
  const given = (async function* () {
    yield* entries;
  })();
  await pipeline(toArchive(given), createGzip(), createWriteStream(written));
  return written;
}

async function writeBytes(name: string, bytes: Buffer): Promise<string> {
  const written = path.join(folder, name);
  await writeFile(written, bytes);
  return written;
}

beforeAll(() => write('whole.tar.gz', entriesOf(manifest)));
afterAll(() => rmSync(folder, { recursive: true }));

test('a whole backup is read, and its key opens with its passphrase only', async () => {
  const backup = await checkBackup(file);
  expect(backup.manifest).toEqual(manifest);
  expect(await requireKey(backup, { askPassphrase: async () => PASSPHRASE })).toEqual(KEY);
  await expect(requireKey(backup, { askPassphrase: async () => 'another passphrase' })).rejects.toThrow(
    /key of the backup .* cannot be used: the passphrase is wrong\.$/,
  );
});

test('a backup that was cut off anywhere is refused', async () => {
  const bytes = await readFile(file);
  for (let length = 0; length < bytes.length; length += 29) {
    const cut = await writeBytes('cut', bytes.subarray(0, length));
    await expect(checkBackup(cut), `${length} bytes`).rejects.toThrow(
      /cannot be restored\. It is cut off\.$/,
    );
  }
});

test('a backup that was cut off before it was compressed is refused', async () => {
  const bytes = gunzipSync(await readFile(file));
  // Without the blocks of zeros that end it, and without each block before.
  for (let length = 0; length < bytes.length - 1024; length += 512) {
    const cut = await writeBytes('cut', gzipSync(bytes.subarray(0, length)));
    await expect(checkBackup(cut), `${length} bytes`).rejects.toThrow(
      /cannot be restored\. It is cut off\.$/,
    );
  }
});

test('a backup with a changed byte is refused', async () => {
  const bytes = await readFile(file);
  const whole = await checkBackup(file);
  const accepted: number[] = [];
  // The header's time and system say nothing about the contents.
  for (let at = 10; at < bytes.length; at += 37) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const read = checkBackup(await writeBytes('changed', changed));
    const outcome = await read.catch((error: Error) => error.message);
    if (typeof outcome === 'string') expect(outcome).toContain('cannot be restored. ');
    else {
      expect(outcome).toEqual({ ...whole, file: outcome.file });
      accepted.push(at);
    }
  }
  // The last byte of the compressed data has bits that mean nothing.
  expect(accepted.length).toBeLessThanOrEqual(1);
});

test.each<[string, (bytes: Buffer) => Buffer | Entry[], RegExp]>([
  ['is no backup', () => Buffer.from('hello'), /Its contents are damaged, or it is no backup\./],
  [
    'lacks a part',
    () => entriesOf(manifest).toSpliced(3, 1),
    /does not have the rows that its manifest names/,
  ],
  ['lacks its manifest', () => entriesOf(manifest).slice(1), /Its manifest is damaged/],
  [
    'is of another program',
    () => [{ name: 'manifest.json', content: Buffer.from('{}') }],
    /not one of this product/,
  ],
  [
    'has a newer format',
    () => entriesOf({ ...manifest, formatVersion: 2 }),
    /format 2, .* reads format 1: use a newer/,
  ],
  [
    'has a newer schema',
    () => entriesOf({ ...manifest, schemas: { traffic: 999 } }),
    /has version 999 of the schema "traffic"/,
  ],
  [
    'has an unknown schema',
    () => entriesOf({ ...manifest, schemas: { other: 1 } }),
    /schema "other", and .* knows none/,
  ],
])('a file that %s is refused with a sentence', async (_what, make, words) => {
  const made = make(await readFile(file));
  const refused = Array.isArray(made) ? await write('refused', made) : await writeBytes('refused', made);
  await expect(checkBackup(refused)).rejects.toThrow(words);
});

test('the key of another installation is refused', async () => {
  const other = await write('other', entriesOf({ ...manifest, keyIds: keyIdsOf('B'.repeat(43)) }));
  const opening = requireKey(await checkBackup(other), { askPassphrase: async () => PASSPHRASE });
  await expect(opening).rejects.toThrow(/it is the key of another installation\.$/);
});
