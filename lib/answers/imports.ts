import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Day, Figure, Instant, Page } from './figures.ts';

/** An import: who brought figures from elsewhere, when, and from which tools. */
export const Import = z.object({
  importId: z.int(),
  /** The UUID that whoever imported made for it. */
  key: z.string(),
  /** The name of the person or key. */
  author: z.string(),
  createdAt: Instant,
  tools: z.array(z.string()),
  /**
   * `open`: parts may come, and nothing of it counts. `completing`: all parts have come; ask for `complete` again until it is.
   * `taking back`: ask to delete it again until it is `taken back`.
   */
  status: choiceField('import', 'status'),
  repositoryCount: Count,
  /** Days of repositories, and their span. */
  dayCount: Count,
  firstDate: Day.nullable(),
  lastDate: Day.nullable(),
  fileCount: Count,
  partCount: Count,
  /** How many parts have come. */
  receivedCount: Count,
  /** When it was complete, or taken back. */
  finishedAt: Instant.nullable(),
});
export type Import = z.infer<typeof Import>;

export const ImportList = z.object({
  /** The newest first. */
  imports: z.array(Import),
  page: Page,
});
export type ImportList = z.infer<typeof ImportList>;

export const ImportFile = z.object({
  path: z.string(),
  /** In bytes. */
  size: Count,
  /** In hexadecimal. */
  sha256: z.string(),
  /** The tool that wrote it; null if nothing of it was imported. */
  tool: z.string().nullable(),
});
export type ImportFile = z.infer<typeof ImportFile>;

/** A group or dashboard of an import of our own export. */
export const ImportedSetting = z.object({
  kind: choiceField('importedSetting', 'kind'),
  name: z.string(),
  /**
   * `waiting`: the import is not complete. `made`: the import made it; in a preview, it would. `kept`: there is one of that name,
   * which stays as it is. `refused`: it cannot be made.
   */
  outcome: choiceField('importedSetting', 'outcome'),
  /** Why it is kept or refused, in a sentence. */
  reason: z.string().nullable(),
});
export type ImportedSetting = z.infer<typeof ImportedSetting>;

export const ImportDetail = Import.extend({
  /** At most 1000. */
  files: z.array(ImportFile),
  /** Empty once the import is taken back. */
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      /** Whether its values count. */
      applied: z.boolean(),
    }),
  ),
  /** Empty once the import is taken back. */
  settings: z.array(ImportedSetting),
  /** The numbers of the parts that have not come. */
  missingParts: z.array(z.int()),
});
export type ImportDetail = z.infer<typeof ImportDetail>;

/** Days of a part that are not stored, and why. */
const LeftOutDays = z.object({
  repositoryId: z.int(),
  /**
   * `future`: the day has not begun (UTC). `not_over`: it is today, so its figures are not whole. `before_created`: GitHub created
   * the repository later, and the file says zero.
   */
  reason: z.enum(['future', 'not_over', 'before_created']),
  count: Count,
  first: Day,
  last: Day,
});
export type LeftOutDays = z.infer<typeof LeftOutDays>;

export const ImportPartStored = z.object({
  importId: z.int(),
  number: z.int(),
  /** The rows of the part. */
  rows: Count,
  /** The same part had come before, so nothing changed. */
  alreadyStored: z.boolean(),
  leftOut: z.array(LeftOutDays),
  /** Repositories that were removed meanwhile. Their rows are not stored. */
  removedRepositoryIds: z.array(z.int()),
});
export type ImportPartStored = z.infer<typeof ImportPartStored>;

/** How far completing or taking back is. One call does what fits into its time. */
export const ImportProgress = z.object({
  import: Import,
  /** False: send the same request again. */
  done: z.boolean(),
  repositoriesLeft: Count,
  /** Once it is done. Completing: what became of groups and dashboards. Taking back: those that stay. */
  settings: z.array(ImportedSetting),
});
export type ImportProgress = z.infer<typeof ImportProgress>;

/** A figure of the file that differs from what is stored, and which of them would count. */
const ImportConflict = z.object({
  date: Day,
  metric: z.enum(['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques']),
  stored: Count,
  imported: Count,
  /** `imported`: we saw the day only in part, and the file has more. `stored`: our final figure, or another import's larger one. */
  winner: z.enum(['stored', 'imported']),
  /** How the stored day is known. */
  state: z.enum(['measured', 'zero', 'provisional', 'cut', 'suspect', 'imported']),
});
export type ImportConflict = z.infer<typeof ImportConflict>;

/** What an import would store of one repository. */
const RepositoryPreview = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  /** Days that can be stored, and their span. */
  dayCount: Count,
  firstDate: Day.nullable(),
  lastDate: Day.nullable(),
  /** Sums of what the file says; null if it says nothing. Uniques are an upper bound. */
  sums: z.object({ viewCount: Figure, viewUniques: Figure, cloneCount: Figure, cloneUniques: Figure }),
  /** Days of which nothing was known. */
  newDays: Count,
  /** Known days that would gain an unknown figure, or a larger one where we saw the day only in part. */
  changedDays: Count,
  /** Days on which what is stored stays, though the file says something else. */
  keptDays: Count,
  /** Days that are stored already as the file has them. */
  sameDays: Count,
  /** Days before GitHub created the repository, with traffic: are they of another repository? */
  daysBeforeCreated: Count,
  /** At most 50, the oldest first, and how many there are. */
  conflicts: z.array(ImportConflict),
  conflictCount: Count,
  /** Lists, facts and the rest: how many there are, and how many of them are there already. */
  items: z.object({ count: Count, known: Count }),
});
export type RepositoryPreview = z.infer<typeof RepositoryPreview>;

export const ImportPreview = z.object({
  repositories: z.array(RepositoryPreview),
  leftOut: z.array(LeftOutDays),
  settings: z.array(ImportedSetting),
  /** Annotations: how many there are, and how many of them are there already. */
  annotations: z.object({ count: Count, known: Count }),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

export const ImportMatches = z.object({
  repositories: z.array(
    z.object({
      /** As it was asked. */
      key: z.string(),
      /** Null: it is not tracked, or it is in doubt. */
      repositoryId: z.int().nullable(),
      fullName: z.string().nullable(),
      /** What they have in common. */
      by: z.enum(['id', 'name', 'former name']).nullable(),
      /** Where it is in doubt: tracked repositories of that name, at most ten. */
      candidates: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
    }),
  ),
});
export type ImportMatches = z.infer<typeof ImportMatches>;

/** An import that decided a figure. */
export const ImportMark = z.object({
  importId: z.int(),
  author: z.string(),
  createdAt: Instant,
  tools: z.array(z.string()),
  /** The files that tell of the repository: at most 20, and how many there are. */
  files: z.array(ImportFile),
  fileCount: Count,
});
export type ImportMark = z.infer<typeof ImportMark>;
