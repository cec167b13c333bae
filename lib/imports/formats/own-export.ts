import { type ReadExportRepository, readExport } from '../../exports/reader.ts';
import type { GivenFile, ReadDay, ReadList, ReadListRow, ReadRepository, ReadTenant } from '../history.ts';
import type { Gathering } from './gathering.ts';
import { baseOf, folderOf } from './values.ts';

const MANIFEST = 'datapackage.json';

/** What our own exports among the files hold. */
export interface OwnExports {
  /** The paths of their files: no other reader need look at them. */
  files: Set<string>;
  repositories: ReadRepository[];
  tenants: ReadTenant[];
}

/** Reads the folders that are exports of this product. The newest export comes first: it wins where two say something else. */
export async function readOwnExports(
  files: readonly GivenFile[],
  problem: Gathering['problem'],
): Promise<OwnExports> {
  const found: (ReadTenant & { repositories: ReadRepository[] })[] = [];
  for (const { path } of files.filter((file) => baseOf(file.path) === MANIFEST)) {
    const folder = folderOf(path);
    const own = files.filter((file) => folderOf(file.path) === folder);
    const read = await readExport(own);
    if (!read) continue;
    for (const { path: of, line, code, message } of read.problems) problem(of, code, message, { line });
    const paths = own.map((file) => file.path);
    found.push({
      ...read.tenant,
      exportedAt: read.exportedAt,
      files: paths,
      repositories: read.repositories.map((one) => toRepository(one, { folder, paths })),
    });
  }
  found.sort((one, other) => (one.exportedAt > other.exportedAt ? -1 : 1));
  return {
    files: new Set(found.flatMap((one) => one.files)),
    repositories: found.flatMap((one) => one.repositories),
    tenants: found,
  };
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
