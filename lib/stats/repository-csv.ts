import { toCsv } from '../csv.ts';
import type { Db } from '../db/database.ts';
import { listExtraStates } from '../extras/extra.ts';
import { listReleaseAssets, readReleaseDownloads } from '../extras/releases.ts';
import { readStarHistory } from '../extras/stars.ts';
import { readWorkflowRuns } from '../extras/workflow-runs.ts';
import type { RepositoryRow } from '../repositories/repository.ts';
import { listSnapshots } from '../snapshots.ts';
import { METRICS } from '../traffic/figures.ts';
import { bucketDays } from './buckets.ts';
import type { RangeRequest } from './range.ts';
import { readFigures, readRange } from './repository.ts';

interface CsvRequest {
  db: Db;
  row: RepositoryRow;
  query: RangeRequest;
  now: Date;
}

/** As many files as are ever read from a repository at once. */
const MAX_ASSETS = 5000;

/** What is shown of one repository, as CSV. Of releases' files it has those of the newest releases, 5,000 at most. */
export const toRepositoryCsv = {
  async traffic({ db, row, query, now }: CsvRequest) {
    const { range, buckets, series } = await readFigures(db, row, query, now);
    const columns = [...METRICS, 'state'] as const;
    const rows = buckets.map((bucket, place) => {
      const { from, to } = bucketDays(bucket, range);
      const figures = columns.map((column) => series[column][place] ?? null);
      return [bucket, ...figures, String(series.uniquesExact[place]), from, to];
    });
    return toCsv(['date', ...columns, 'uniquesExact', 'firstDate', 'lastDate'], rows);
  },
  async stars({ db, row, query, now }: CsvRequest) {
    const extras = await listExtraStates(db, row.tenantId, row.repositoryId);
    const history = await readStarHistory(db, row, extras, { now, by: query.by ?? 'day' });
    const { buckets, stars, starsGained } = history ?? { buckets: [], stars: [], starsGained: [] };
    const rows = buckets.map((bucket, place) => [bucket, stars[place] ?? null, starsGained[place] ?? null]);
    return toCsv(['date', 'stars', 'starsGained'], rows);
  },
  async downloads({ db, row, query, now }: CsvRequest) {
    const extras = await listExtraStates(db, row.tenantId, row.repositoryId);
    const { range, buckets } = await readFigures(db, row, query, now);
    const found = await readReleaseDownloads(db, row, extras, range);
    const rows = buckets.map((bucket, place) => [
      bucket,
      found?.downloads[place] ?? null,
      String(found?.spreadUnknown[place] ?? false),
      String(found?.complete === false),
    ]);
    return toCsv(['date', 'downloads', 'spreadUnknown', 'atLeast'], rows);
  },
  async assets({ db, row, query, now }: CsvRequest) {
    const { range } = await readFigures(db, row, query, now);
    const assets = await listReleaseAssets(db, row, range, MAX_ASSETS);
    const columns = ['tag', 'releaseName', 'assetName', 'publishedAt', 'removedDate'] as const;
    const rows = assets.map((asset) => [
      ...columns.map((column) => asset[column]),
      asset.downloadCount,
      asset.gained,
    ]);
    return toCsv([...columns, 'downloadCount', 'gained'], rows);
  },
  referrers: (request: CsvRequest) => toListCsv(request, 'referrers', 'referrer'),
  paths: (request: CsvRequest) => toListCsv(request, 'paths', 'path'),
  async 'workflow-runs'({ db, row, query, now }: CsvRequest) {
    const extras = await listExtraStates(db, row.tenantId, row.repositoryId);
    const { range, buckets, series } = await readFigures(db, row, query, now);
    const found = await readWorkflowRuns(db, row, extras, { range, now });
    const rows = buckets.map((bucket, place) => [
      bucket,
      series.cloneCount[place] ?? null,
      found?.runs[place] ?? null,
      found?.estimate?.ciClones[place] ?? null,
      String(found?.runsAtLeast[place] ?? false),
      found?.estimate?.ciUniques[place] ?? null,
    ]);
    return toCsv(
      ['date', 'cloneCount', 'workflowRuns', 'ciClonesEstimate', 'workflowRunsAtLeast', 'ciUniquesEstimate'],
      rows,
    );
  },
};

/** The lists as they were read on each day of the range: GitHub's views of the 14 days before. */
async function toListCsv(
  { db, row, query, now }: CsvRequest,
  of: 'referrers' | 'paths',
  head: string,
): Promise<string> {
  const { from, to } = await readRange(db, row, query, now);
  const rows = await listSnapshots(db, row, { of, from, to });
  return toCsv(
    ['date', 'rank', head, ...(of === 'paths' ? ['title'] : []), 'viewCount', 'viewUniques'],
    rows.map(({ snapshotDate, listRank, name, title, viewCount, viewUniques }) => [
      snapshotDate,
      listRank,
      name,
      ...(of === 'paths' ? [title] : []),
      viewCount,
      viewUniques,
    ]),
  );
}
