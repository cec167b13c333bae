import type { Day } from '../day.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import type { Instant } from '../instant.ts';

/**
 * The format of exports: the one list of its tables and columns. The API gives them, the files hold them, the documentation prints
 * them, and reading an export follows them.
 */

/** What a file says of itself, so that readers recognise it. */
export const EXPORT_FORMAT = 'github-traffic-analytics-export';
/** Raised when a reader of the last version would misread a file. */
export const EXPORT_VERSION = 1;

/** The file that says what an export is. */
export const MANIFEST_FILE = 'datapackage.json';

type ColumnType = 'integer' | 'text' | 'day' | 'instant';

interface ExportColumn<Value> {
  type: ColumnType;
  isOptional: boolean;
  /** Whether reading an export takes it. The others are for people to read. */
  isReadBack: boolean;
  /** Whether exports from before there was this column lack it. */
  isLater: boolean;
  /** What it means, in words for the documentation. */
  meaning: string;
  /** For the compiler only. */
  value: Value;
}

function column<Value>(type: ColumnType, meaning: string): ExportColumn<Value> {
  return { type, isOptional: false, isReadBack: true, isLater: false, meaning } as ExportColumn<Value>;
}

const integer = (meaning: string) => column<number>('integer', meaning);
const text = <Value extends string = string>(meaning: string) => column<Value>('text', meaning);
const day = (meaning: string) => column<Day>('day', meaning);
const instant = (meaning: string) => column<Instant>('instant', meaning);

function optional<Value>(of: ExportColumn<Value>): ExportColumn<Value | null> {
  return { ...of, isOptional: true };
}

/** A column that version 1 did not have from the beginning: readers take its cells for empty where it is not there. */
function later<Value>(of: ExportColumn<Value>): ExportColumn<Value | null> {
  return { ...of, isOptional: true, isLater: true };
}

function toldOnly<Value>(of: ExportColumn<Value>): ExportColumn<Value> {
  return { ...of, isReadBack: false };
}

const figures = {
  viewCount: optional(integer('Views; empty is unknown, never zero.')),
  viewUniques: optional(integer('Unique visitors.')),
  cloneCount: optional(integer('Clones.')),
  cloneUniques: optional(integer('Unique cloners.')),
};

const windowFigures = {
  viewCount: optional(integer('Views of the 14 days; empty is unknown.')),
  viewUniques: optional(integer('Unique visitors of the 14 days.')),
  cloneCount: optional(integer('Clones of the 14 days.')),
  cloneUniques: optional(integer('Unique cloners of the 14 days.')),
};

const listFigures = {
  viewCount: integer('Views over the 14 days before.'),
  viewUniques: optional(
    integer('Unique visitors over the 14 days before; empty if another tool did not keep them.'),
  ),
};

/** Where a row comes from. */
const provenance = {
  importId: optional(
    toldOnly(integer('The import in `imports` that it comes from; empty if we measured it.')),
  ),
};

/** The columns that each table about repositories begins with. */
export const REPOSITORY_COLUMNS = {
  githubId: integer('GitHub’s number of the repository, which never changes.'),
  repository: toldOnly(text('Its owner and name at the time of the export.')),
};

/**
 * The tables, in the order in which they are exported. `about: 'repository'`: each row begins with `REPOSITORY_COLUMNS`.
 */
export const EXPORT_TABLES = {
  repositories: {
    about: 'tenant',
    meaning: 'The repositories, with the names that they had.',
    columns: {
      githubId: integer('GitHub’s number of the repository, which never changes.'),
      owner: text('Its owner on GitHub.'),
      name: text('Its name.'),
      formerNames: optional(
        toldOnly(text('Full names that it had before, separated by spaces; `events` has their dates.')),
      ),
      visibility: toldOnly(text('public, private or internal.')),
      archivedAt: optional(toldOnly(instant('Since when it is archived.'))),
      topics: optional(toldOnly(text('Its topics on GitHub, separated by commas.'))),
      schedule: text('How often it is collected: daily, weekly or paused.'),
      addedAt: toldOnly(instant('When its tracking began.')),
      firstCoveredDate: optional(day('The first day that a collection covered.')),
      publishedThrough: optional(toldOnly(day('The newest day that GitHub has published.'))),
      repositoryId: later(integer('Its number in this installation, by which `dashboards` name it.')),
    },
  },
  'traffic-days': {
    about: 'repository',
    meaning: 'The figures of each day, and how it is known. A day without a row is unknown.',
    columns: {
      date: day('The UTC day.'),
      ...figures,
      state: text<'measured' | 'zero' | 'provisional' | 'cut' | 'suspect' | 'imported'>(
        'How the day is known: measured, zero, provisional, cut, suspect or imported.',
      ),
      observedAt: instant('When it was last read while it could still change.'),
      ...provenance,
    },
  },
  'traffic-revisions': {
    about: 'repository',
    meaning: 'Smaller figures that GitHub gave later for a final day. `traffic-days` keeps the larger one.',
    columns: {
      date: day('The UTC day.'),
      metric: text('viewCount, viewUniques, cloneCount or cloneUniques.'),
      kept: integer('The figure that was kept.'),
      observed: integer('The smaller one.'),
      observedAt: instant('When it was read.'),
      ...provenance,
    },
  },
  'traffic-weeks': {
    about: 'repository',
    meaning: 'GitHub’s own figures of whole weeks: the true weekly uniques.',
    columns: {
      weekStart: day('The Monday.'),
      ...figures,
      observedAt: instant('When it was read.'),
      ...provenance,
    },
  },
  'traffic-windows': {
    about: 'repository',
    meaning: 'GitHub’s totals of 14 days as of a day: the true 14-day uniques.',
    columns: { date: day('The UTC day on which it was read.'), ...windowFigures, ...provenance },
  },
  referrers: {
    about: 'repository',
    meaning: 'The list of referrers over 14 days, as of a day.',
    columns: {
      date: day('The UTC day of the list.'),
      rank: integer('Its place in the list, from 1.'),
      referrer: text('The site, by GitHub’s name for it.'),
      ...listFigures,
      ...provenance,
    },
  },
  paths: {
    about: 'repository',
    meaning: 'The list of viewed pages over 14 days, as of a day.',
    columns: {
      date: day('The UTC day of the list.'),
      rank: integer('Its place in the list, from 1.'),
      path: text('The page, below the repository.'),
      title: text('Its title.'),
      ...listFigures,
      ...provenance,
    },
  },
  facts: {
    about: 'repository',
    meaning: 'Stars, forks, subscribers and open issues, as of a day.',
    columns: {
      date: day('The UTC day.'),
      stars: optional(integer('Stars.')),
      forks: optional(integer('Forks.')),
      subscribers: optional(integer('Accounts that watch it.')),
      openIssues: optional(integer('Open issues and pull requests.')),
      ...provenance,
    },
  },
  stars: {
    about: 'repository',
    meaning: 'Stars gained by day. Days without any have no row.',
    columns: { date: day('The UTC day.'), gained: integer('Stars gained.'), ...provenance },
  },
  releases: {
    about: 'repository',
    meaning: 'Published releases.',
    columns: {
      releaseId: integer('GitHub’s number of the release.'),
      tag: text('Its tag.'),
      name: text('Its name.'),
      publishedAt: instant('When it was published.'),
      ...provenance,
    },
  },
  'release-files': {
    about: 'repository',
    meaning: 'The files of releases, and how often they were downloaded in all.',
    columns: {
      assetId: integer('GitHub’s number of the file.'),
      releaseId: integer('The release that it belongs to.'),
      tag: text('The release’s tag.'),
      releaseName: text('The release’s name.'),
      name: text('The file’s name.'),
      sizeBytes: integer('Its size in bytes.'),
      createdAt: instant('When it was created.'),
      publishedAt: instant('When the release was published.'),
      downloadCount: integer('Downloads in all, when it was last read.'),
      removedDate: optional(day('The day on which it was gone.')),
      ...provenance,
    },
  },
  downloads: {
    about: 'repository',
    meaning: 'Downloads of a release’s file, as of a day.',
    columns: {
      assetId: integer('The file in `release-files`.'),
      date: day('The UTC day on which it was read.'),
      sinceDate: optional(day('The day on which it was read before.')),
      gained: optional(integer('Downloads since then; empty if that is not known.')),
      downloadCount: integer('Downloads in all.'),
      ...provenance,
    },
  },
  'workflow-days': {
    about: 'repository',
    meaning: 'Runs of GitHub Actions by day.',
    columns: { date: day('The UTC day.'), runCount: integer('Runs that began on it.'), ...provenance },
  },
  events: {
    about: 'repository',
    meaning:
      'What happened to the repository: renamed, transferred, archived, made private, tracked by a rule.',
    columns: {
      occurredAt: instant('When it was noticed.'),
      kind: text<'renamed' | 'transferred' | 'archived' | 'unarchived' | 'tracked' | 'visibility'>(
        'renamed, transferred, archived, unarchived, tracked or visibility.',
      ),
      nameBefore: optional(text('The full name or visibility before.')),
      nameAfter: optional(text('The full name or visibility after; for tracked, the rule.')),
      ...provenance,
    },
  },
  groups: {
    about: 'tenant',
    meaning: 'Groups of repositories. The columns of the rule are empty without one.',
    columns: {
      name: text('The group’s name, once in a tenant.'),
      owner: optional(text('The rule: owners, with * and ?.')),
      namePattern: optional(text('The rule: names, with * and ?.')),
      topic: optional(text('The rule: a topic.')),
      visibility: optional(
        text<'any' | 'public' | 'private' | 'internal'>('The rule: any, public, private or internal.'),
      ),
      groupId: later(integer('Its number in this installation, by which `dashboards` name it.')),
    },
  },
  'group-repositories': {
    about: 'repository',
    meaning: 'The repositories of groups that were chosen by hand.',
    columns: { group: text('The group’s name.') },
  },
  annotations: {
    about: 'tenant',
    meaning: 'What people noted on days.',
    columns: {
      key: text('A UUID that tells annotations apart.'),
      from: day('The first UTC day.'),
      to: day('The last one.'),
      text: text('The note.'),
      link: optional(text('An address.')),
      scope: text<'all' | 'group' | 'repositories'>('What it is about: all, group or repositories.'),
      group: optional(text('The group’s name.')),
      repositories: optional(text('The repositories’ `githubId`, separated by spaces.')),
      author: text('The name of the person who wrote it.'),
      createdAt: instant('When it was written.'),
    },
  },
  dashboards: {
    about: 'tenant',
    meaning: 'The tenant’s own dashboards. The ZIP has them in `dashboards.json`.',
    columns: {
      name: text('The dashboard’s name, once in a tenant.'),
      document: text(
        'Its document, as it was written: JSON. It names repositories and groups by their numbers in this installation.',
      ),
    },
  },
  rules: {
    about: 'tenant',
    meaning: 'The rules that track repositories.',
    columns: {
      owner: toldOnly(text('The owner on GitHub.')),
      namePattern: toldOnly(text('Names, with * and ?.')),
      exceptions: optional(
        toldOnly(text('Full names that it leaves out, with * and ?, separated by commas.')),
      ),
      forks: toldOnly(text('included or excluded.')),
      archived: toldOnly(text('included or excluded.')),
      visibility: toldOnly(text('any, public, private or internal.')),
    },
  },
  exclusions: {
    about: 'tenant',
    meaning: 'Repositories that somebody removed, so that no rule adds them again.',
    columns: {
      githubId: toldOnly(integer('GitHub’s number of the repository, which never changes.')),
      owner: toldOnly(text('Its owner on GitHub.')),
      name: toldOnly(text('Its name.')),
    },
  },
  imports: {
    about: 'tenant',
    meaning: 'Imports: who brought figures from elsewhere, when, and with which tools they were made.',
    columns: {
      importId: toldOnly(integer('The import’s number.')),
      createdAt: toldOnly(instant('When it began.')),
      author: toldOnly(text('The name of the person or key.')),
      tools: toldOnly(text('The tools that wrote the files, separated by commas.')),
      status: toldOnly(text('open, completing, complete, taking back or taken back.')),
      firstDate: optional(toldOnly(day('The first day that it tells of.'))),
      lastDate: optional(toldOnly(day('The last one.'))),
    },
  },
  'import-files': {
    about: 'tenant',
    meaning: 'The files of imports.',
    columns: {
      importId: toldOnly(integer('The import in `imports`.')),
      fileNumber: toldOnly(integer('Its number in the import.')),
      path: toldOnly(text('The file’s path.')),
      size: toldOnly(integer('Its size in bytes.')),
      sha256: toldOnly(text('Its SHA-256, in hexadecimal.')),
      tool: optional(toldOnly(text('The tool that wrote it.'))),
    },
  },
  'import-repositories': {
    about: 'repository',
    meaning: 'Which files of an import told of a repository.',
    columns: {
      importId: toldOnly(integer('The import in `imports`.')),
      fileNumbers: toldOnly(text('The numbers of the files in `import-files`, separated by commas.')),
    },
  },
} as const satisfies Record<
  string,
  { about: 'tenant' | 'repository'; meaning: string; columns: Record<string, ExportColumn<unknown>> }
>;

/** The name of a table, which is also the name of its file. */
export type ExportTable = keyof typeof EXPORT_TABLES;

/** All tables, in the order in which they are exported. */
export const EXPORT_TABLE_NAMES = Object.keys(EXPORT_TABLES) as ExportTable[];

type ValuesOf<Columns> = {
  -readonly [Name in keyof Columns]: Columns[Name] extends ExportColumn<infer Value> ? Value : never;
};

/** A row of a table, without `REPOSITORY_COLUMNS`. */
export type ExportRow<Table extends ExportTable> = ValuesOf<(typeof EXPORT_TABLES)[Table]['columns']>;

/** What a cell may hold. */
export type ExportValue = string | number | null;

/** A column's name, and what it holds. */
export interface NamedColumn {
  name: string;
  type: ColumnType;
  isOptional: boolean;
  isReadBack: boolean;
  isLater: boolean;
  meaning: string;
}

/** All columns of a table's file, in their order. */
export function columnsOf(table: ExportTable): NamedColumn[] {
  const { about, columns } = EXPORT_TABLES[table];
  const all = { ...(about === 'repository' && REPOSITORY_COLUMNS), ...columns };
  return Object.entries<Omit<NamedColumn, 'name'>>(all).map(([name, one]) => ({
    name,
    type: one.type,
    isOptional: one.isOptional,
    isReadBack: one.isReadBack,
    isLater: one.isLater,
    meaning: one.meaning,
  }));
}

/** What an export leaves out, and why. */
export const LEFT_OUT = [
  'GitHub tokens, app keys and API keys: nothing secret leaves the installation',
  'members and their addresses: annotations and imports have people’s names only',
  'notification channels, subscriptions and alerts with their settings, and the messages that were sent: they have addresses',
  'shares and badges: their addresses are secrets',
  'the audit log and the log of collections, which have pages of their own',
  'built-in dashboards, which every installation has',
  'what is derived: first days of referrers, lost days, sums',
] as const;

/** A row of a table about repositories as an import stores it: it then has a provenance of its own. */
export type ImportedRow<Table extends ExportTable> = Omit<ExportRow<Table>, 'importId'>;

/** What our own export holds of a repository besides days, lists and facts. */
export interface ExportedRepository {
  /** Null for a word that is no schedule. */
  schedule: Schedule | null;
  firstCoveredDate: Day | null;
  revisions: ImportedRow<'traffic-revisions'>[];
  weeks: ImportedRow<'traffic-weeks'>[];
  windows: ImportedRow<'traffic-windows'>[];
  starDays: ImportedRow<'stars'>[];
  releases: ImportedRow<'releases'>[];
  releaseFiles: ImportedRow<'release-files'>[];
  downloads: ImportedRow<'downloads'>[];
  workflowDays: ImportedRow<'workflow-days'>[];
  events: ImportedRow<'events'>[];
}

/** What our own export holds of the tenant, besides its repositories. */
export interface ExportedTenant {
  /** The numbers that its dashboards name repositories by; null in exports that do not tell them. */
  repositoryIds: { githubId: number; repositoryId: number | null }[];
  groups: ExportRow<'groups'>[];
  groupRepositories: (ExportRow<'group-repositories'> & { githubId: number })[];
  annotations: (Omit<ExportRow<'annotations'>, 'repositories'> & { repositories: number[] })[];
  dashboards: ExportRow<'dashboards'>[];
  /** For provenance: an import does not store them again. */
  imports: ExportRow<'imports'>[];
  importFiles: ExportRow<'import-files'>[];
  importRepositories: (ExportRow<'import-repositories'> & { githubId: number })[];
}
