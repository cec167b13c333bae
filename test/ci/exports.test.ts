import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { insertRows, inTransaction } from '../../lib/db/portable.ts';
import { planExport, readExportPart } from '../../lib/exports.ts';
import { at, openCollecting } from '../collecting.ts';
import { exportFiles, readFiles } from '../exported.ts';

const RANKS = 10;
const DAYS = 2600;

test('long lists come in parts below the platform’s limit, and no list is torn', {
  timeout: 300_000,
}, async () => {
  const collecting = await openCollecting(at('2026-03-10'));
  const { db, tenantId } = collecting;
  const { repositoryId } = await collecting.add('long');
  // Half of them cannot be compressed, so that the bytes end a part, and not the rows.
  const rows = Array.from({ length: DAYS * RANKS }, (_, place) => ({
    tenantId,
    repositoryId,
    snapshotDate: addDays('2018-01-01', Math.floor(place / RANKS)),
    listRank: (place % RANKS) + 1,
    path: `/${place}`,
    title: place < 13_000 ? randomBytes(120).toString('base64') : 'The same',
    viewCount: place,
    viewUniques: 1,
  }));
  for (let from = 0; from < rows.length; from += 200)
    await inTransaction(db, (trx) => insertRows(trx, 'pathSnapshot', rows.slice(from, from + 200)));
  const access = { tenantId, repositoryIds: null };
  const ends: number[] = [];
  const { files } = await exportFiles({
    plan: () => planExport(db, access, new Date()),
    part: async (table, cursor) => {
      const part = await readExportPart(db, access, { table, cursor });
      expect(part.data.length).toBeLessThan(950_000);
      if (table === 'paths') ends.push(part.rows);
      return part;
    },
  });
  expect(ends.length).toBeGreaterThan(2);
  for (const count of ends) expect(count % RANKS).toBe(0);
  const read = await readFiles(files);
  expect(read.problems).toEqual([]);
  const paths = read.repositories[0]?.paths ?? [];
  expect(paths.map(({ date, rank, path, title }) => [date, rank, path, title])).toEqual(
    rows.map(({ snapshotDate, listRank, path, title }) => [snapshotDate, listRank, path, title]),
  );
  await collecting.close();
});
