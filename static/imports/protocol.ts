import type { Schedule } from '../../lib/db/tables/repositories.ts';
import type {
  Counts,
  ReadAnswers,
  ReadFile,
  ReadProblem,
  ReadRepository,
} from '../../lib/imports/history.ts';
import type { Targets } from '../../lib/imports/merge.ts';
import type { ChosenFile } from './files.ts';

/** What a file knows of a repository, without its rows: those stay in the worker. */
export interface RepositorySummary
  extends Omit<ReadRepository, 'days' | 'weeks' | 'lists' | 'undatedLists' | 'facts' | 'exported'> {
  /** The first and the last day; of lists and facts where no day is known. */
  span: { from: string; to: string } | null;
  /** It has nothing that can be imported. */
  isEmpty: boolean;
  /** How our own export says that it is collected; null in other files. */
  schedule: Schedule | null;
  days: number;
  lists: number;
  facts: number;
  /** Weeks, which are not imported: they are no days. */
  weeks: number;
  /** Over all days; null where no day is known. */
  sums: Counts;
  /** How many days know each number. */
  known: Record<keyof Counts, number>;
  /** Days that were cut, or not over, when the file was written. */
  partialDays: number;
  course: Course;
}

/** The course of a number over the span, in equal steps. */
export interface Course {
  metric: 'viewCount' | 'cloneCount';
  /** The sum of each step; null where no day of it is known. */
  values: (number | null)[];
}

export interface ReadSummary {
  files: ReadFile[];
  repositories: RepositorySummary[];
  /** Groups, dashboards and annotations of our own exports: how many, and the files that have them. */
  settings: { count: number; files: string[] };
  problems: ReadProblem[];
}

/** How far reading has come. */
export interface ReadProgress {
  done: number;
  of: number;
}

/** The parts that an import is sent in. */
export interface Plan {
  parts: number;
  rows: number;
}

/** What the page asks the worker for. */
export type Request =
  | { kind: 'read'; files: ChosenFile[]; answers: ReadAnswers }
  /** Plans parts anew. */
  | { kind: 'plan'; targets: Targets }
  /** The text of a planned part, from 1. */
  | { kind: 'part'; number: number }
  /** Keeps all parts in the browser, so that a reload loses nothing. */
  | { kind: 'keep'; key: string };

export interface Answer {
  read: ReadSummary;
  plan: Plan;
  part: string;
  keep: null;
}

export type FromWorker =
  | ({ kind: 'progress' } & ReadProgress)
  | { kind: 'done'; id: number; answer: Answer[keyof Answer] }
  | { kind: 'failed'; id: number; message: string };
