import type { ExportedTenant } from '../../exports/format.ts';
import { type ReadExportRepository, readExport } from '../../exports/reader.ts';
import type { GivenFile, ReadDay, ReadList, ReadListRow, ReadRepository } from '../history.ts';
import type { Gathering } from './gathering.ts';
import { baseOf, folderOf } from './values.ts';

const MANIFEST = 'datapackage.json';

/** What our own exports among the files hold. */
export interface OwnExports {
  /** The paths of their files: no other reader need look at them. */
  files: Set<string>;
  repositories: ReadRepository[];
  tenants: ExportedTenant[];
}

/** Reads the folders that are exports of this product. */
export async function readOwnExports(
  files: readonly GivenFile[],
  problem: Gathering['problem'],
): Promise<OwnExports> {
  const found: OwnExports = { files: new Set(), repositories: [], tenants: [] };
  for (const { path } of files.filter((file) => baseOf(file.path) === MANIFEST)) {
    const folder = folderOf(path);
    const own = files.filter((file) => folderOf(file.path) === folder);
    const read = await readExport(own);
    if (!read) continue;
    for (const file of own) found.files.add(file.path);
    for (const { path: of, line, code, message } of read.problems) problem(of, code, message, { line });
    found.tenants.push(read.tenant);
    const paths = own.map((file) => file.path);
    for (const one of read.repositories) found.repositories.push(toRepository(one, { folder, paths }));
  }
  return found;
}

const NONE: ReadDay['lowerBound'] = [];

function toRepository(
  one: ReadExportRepository,
  { folder, paths }: { folder: string; paths: string[] },
): ReadRepository {
  const days = one.days.map((day) => ({
    date: day.date,
    viewCount: day.viewCount,
    viewUniques: day.viewUniques,
    cloneCount: day.cloneCount,
    cloneUniques: day.cloneUniques,
    lowerBound: NONE,
    provisional: NONE,
    doubtfulZero: NONE,
    state: day.state,
    observedAt: day.observedAt,
  }));
  const referrers = one.referrers.map(({ date, referrer, viewCount, viewUniques }) => ({
    date,
    row: { name: referrer, title: null, count: viewCount, uniques: viewUniques },
  }));
  const pages = one.paths.map(({ date, path, title, viewCount, viewUniques }) => ({
    date,
    row: { name: path, title, count: viewCount, uniques: viewUniques },
  }));
  return {
    key: `${folder}#${one.githubId}`,
    label: `${one.owner}/${one.name}`,
    githubId: one.githubId,
    owner: one.owner,
    name: one.name,
    namedBy: 'column',
    formerNames: one.formerNames,
    tools: ['export'],
    files: paths,
    days,
    weeks: [],
    lists: [...toLists('referrers', referrers), ...toLists('paths', pages)].sort((a, b) =>
      a.date < b.date ? -1 : 1,
    ),
    undatedLists: [],
    facts: one.facts.map((fact) => ({
      date: fact.date,
      stars: fact.stars,
      forks: fact.forks,
      subscribers: fact.subscribers,
      openIssues: fact.openIssues,
      rebuilt: [],
      starsRebuilt: null,
    })),
    exported: one.exported,
  };
}

function toLists(kind: ReadList['kind'], rows: readonly { date: string; row: ReadListRow }[]): ReadList[] {
  const lists = new Map<string, ReadList>();
  for (const { date, row } of rows) {
    const list = lists.get(date) ?? { kind, date, capturedAt: null, rows: [] };
    lists.set(date, list);
    list.rows.push(row);
  }
  return [...lists.values()];
}
