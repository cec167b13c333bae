import type { Day } from '../day.ts';
import type { ExportedRepository, ExportedTenant, ExportRow } from '../exports/format.ts';

/** A file that somebody gives to read. */
export interface GivenFile {
  /** Its path inside what was dropped or named, with `/`. Folder names in it may tell the repository. */
  path: string;
  /** In bytes. */
  size: number;
  /** Called at most once at a time, so that one file is in memory, not all of them. */
  bytes(): Promise<Uint8Array>;
}

/** The tool that wrote a file. `raw` are saved answers of GitHub's endpoints. */
export const TOOLS = {
  ghrs: 'github-repo-stats',
  ghstats: 'ghstats',
  repohistory: 'repohistory',
  sangonzal: 'repository-traffic-action',
  nchah: 'nchah/github-traffic-stats',
  seladb: 'seladb/github-traffic-stats',
  'git-clone-stats': 'git-clone-stats',
  mtg: 'MTG/github-traffic',
  raw: 'answers of GitHub',
  djdarcy: 'github-traffic-tracker',
  'ibm-seed': 'IBM-Cloud/github-traffic-stats',
  homemade: 'a home-made file',
  export: 'our own export',
} as const;

export type ToolId = keyof typeof TOOLS;

export type TrafficMetric = 'views' | 'clones';

export interface ReadHistory {
  /** Every file, those inside ZIP archives too, in the order of their paths. */
  files: ReadFile[];
  /** Sorted by key. Without those of which no file knows anything. */
  repositories: ReadRepository[];
  /** What our own exports hold of their tenants, the newest export first. */
  tenants: ReadTenant[];
  problems: ReadProblem[];
}

/** Groups, annotations and dashboards of an export of ours. */
export interface ReadTenant extends ExportedTenant {
  exportedAt: string;
  /** The paths of its files. */
  files: string[];
}

export interface ReadFile {
  /** A file of a ZIP archive has the archive's path in front: `backup.zip/views.csv`. */
  path: string;
  size: number;
  /** Of the bytes, in hexadecimal digits. Empty for a file that is too large to read. */
  sha256: string;
  tool: ToolId | null;
  /** Why nothing was read from it, in a sentence; null if something was. */
  left: string | null;
}

/** What tells a repository's name. `paths`: the beginning that its popular paths share; say so, and let people change it. */
export type NamedBy = 'column' | 'folder' | 'paths' | 'file' | 'answer';

export interface ReadRepository {
  /** The same for the same files, so that answers and imports can refer to it. */
  key: string;
  /** What the files call it; the place of the files if they have no name for it. To show where there is no full name. */
  label: string;
  /** GitHub's number of it, if a file has it. */
  githubId: number | null;
  owner: string | null;
  name: string | null;
  namedBy: NamedBy | null;
  /** Other full names that the files have for it, such as those in paths from before a rename. */
  formerNames: string[];
  tools: ToolId[];
  /** The paths of its files. */
  files: string[];
  /** Sorted by date; one row for each date on which a file knows a number. A day that no file knows has no row. */
  days: ReadDay[];
  /** Weeks, from GitHub's weekly answers. Never turned into days. Sorted by date. */
  weeks: ReadWeek[];
  /** Sorted by date and kind. A day may have several, one for each time of capture; the last one is the day's newest. */
  lists: ReadList[];
  /** Lists of which no file says when they were captured. Answer the question of kind `date` to date them. */
  undatedLists: UndatedList[];
  /** Sorted by date; one row for each date. */
  facts: ReadFact[];
  /** What only our own exports have; null for all other files. */
  exported: ExportedRepository | null;
}

/** Numbers of one UTC day; null is unknown. Of several observations of a day, the largest number counts, each by itself. */
export interface ReadDay extends Counts {
  date: Day;
  /** Only seen as the oldest day of an answer, which GitHub cut at the hour of the request: the true number may be higher. */
  lowerBound: TrafficMetric[];
  /** Only seen on that day itself: it was not over. */
  provisional: TrafficMetric[];
  /**
   * A 0 beside a number above 0, which the tool may have filled in. It is most likely true, and counts: until 2026, GitHub left days
   * without traffic out. Zeros that most likely stand for "not measured" are unknown here.
   */
  doubtfulZero: TrafficMetric[];
  /** How the day is known, and when it was read. Only in our own exports. */
  state?: ExportRow<'traffic-days'>['state'];
  observedAt?: string;
}

export interface Counts {
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  cloneUniques: number | null;
}

export interface ReadWeek extends Counts {
  /** A Monday. */
  date: Day;
}

export type ListKind = 'referrers' | 'paths';

/** A whole list of 14 days, at most ten names at GitHub; no rows: nobody was named. */
export interface ReadList extends UndatedList {
  date: Day;
  /** The time of the capture as the file has it, 'YYYY-MM-DDTHH:MM:SS', if it has one. */
  capturedAt: string | null;
}

export interface UndatedList {
  kind: ListKind;
  /** The largest count first. */
  rows: ReadListRow[];
}

export interface ReadListRow {
  name: string;
  /** Of a path. */
  title: string | null;
  count: number;
  /** Null: the file has only the count. */
  uniques: number | null;
}

/** Numbers as of a day; null is unknown. A day without a row is unknown: carry the last one forward. */
export interface ReadFact {
  date: Day;
  stars: number | null;
  forks: number | null;
  subscribers: number | null;
  openIssues: number | null;
  /** Numbers of this row that were counted later, from people who still had a star or fork: those who took it back are missing. */
  rebuilt: ('stars' | 'forks')[];
  /** The stars as counted later, even where `stars` is what was measured that day. */
  starsRebuilt: number | null;
}

export interface ReadProblem {
  path: string;
  /** The first line that it concerns, from 1. */
  line: number | null;
  /** How many rows or places of the file it concerns. */
  count: number;
  /** Stable. */
  code: ProblemCode;
  weight: ProblemWeight;
  /** What it is, what became of it, and what to do. */
  message: string;
  /** Must be answered, or what it is about stays out. */
  question: ReadQuestion | null;
}

/** What a problem means. `error`: something cannot be read. `left`: something is left out on purpose. `note`: read, but know this. `question`: to be answered. */
export type ProblemWeight = 'error' | 'left' | 'note' | 'question';

/** What each code weighs. Codes are stable. */
export const PROBLEMS = {
  file_too_large: 'error',
  zip_too_large: 'error',
  zip_broken: 'error',
  zip_inside_zip: 'left',
  unreadable: 'error',
  not_text: 'left',
  encoding_guessed: 'note',
  json_broken: 'error',
  json_repaired: 'note',
  csv_broken: 'error',
  sqlite_broken: 'error',
  sqlite_not_known: 'error',
  sqlite_newer: 'note',
  sqlite_unwritten: 'note',
  date_impossible: 'error',
  date_order: 'question',
  date_in_future: 'error',
  number_negative: 'error',
  number_fractional: 'error',
  number_too_large: 'error',
  number_unreadable: 'error',
  name_missing: 'error',
  row_broken: 'error',
  sum_row: 'left',
  rolling_total: 'question',
  looks_rolling: 'question',
  weekly: 'left',
  monthly: 'left',
  failed_read: 'left',
  zero_not_measured: 'left',
  zero_doubtful: 'note',
  contradicting_rows: 'note',
  names_missing: 'note',
  stars_rebuilt: 'note',
  metric_unknown: 'question',
  repository_unknown: 'question',
  owner_unknown: 'question',
  list_undated: 'question',
  local_time: 'note',
  newer_export: 'error',
  missing_file: 'error',
  missing_column: 'error',
  bad_row: 'error',
  unknown_repository: 'error',
  count_differs: 'note',
} as const satisfies Record<string, ProblemWeight>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ReadQuestion {
  /** The same for the same files. */
  id: string;
  /**
   * `repository`: its full name. `owner`: the owner of all the repositories without one in a folder. `metric`: what a file counts.
   * `times`: whether rows with a time of day, or numbers that hardly change, are days. `dates`: how a file writes its dates.
   * `date`: as of which day a list is.
   */
  kind: 'repository' | 'owner' | 'metric' | 'times' | 'dates' | 'date';
  /** What may be answered; null: any full name, owner or day. */
  choices: { value: string; label: string }[] | null;
  /** Answers that the files hint at, the likeliest first. Nobody has confirmed them. */
  suggestions: string[];
}

/** Answers by the question's id. An answer that fits no question is ignored. */
export type ReadAnswers = Readonly<Record<string, string>>;
