import * as z from 'zod';
import { MAX_DOCUMENT_BYTES } from '../dashboards/rules.ts';
import { dayField, textField } from '../fields.ts';
import { METRICS } from '../traffic/figures.ts';
import { MAX_PART_ROWS } from './limits.ts';

/** A count that both databases and JavaScript hold exactly. */
const count = z.int().min(0);
const figure = count.nullable();
const instant = z.iso.datetime();
const name = z.string().max(4000);
const id = z.int().positive();

const column = z.array(figure).max(MAX_PART_ROWS);

/** Days in columns: the value at each place belongs to the date at that place. */
const ImportedDays = z
  .strictObject({
    date: z.array(dayField).min(1).max(MAX_PART_ROWS),
    /** Null is unknown, never zero. */
    viewCount: column,
    viewUniques: column,
    cloneCount: column,
    cloneUniques: column,
    /** How each day is known. Left out: `imported`. `cut`: the figures are lower bounds. The others are for our own exports. */
    state: z
      .array(z.enum(['measured', 'zero', 'provisional', 'cut', 'suspect', 'imported']))
      .max(MAX_PART_ROWS)
      .optional(),
    /** When each day was read; left out if that is not known. */
    observedAt: z.array(instant.nullable()).max(MAX_PART_ROWS).optional(),
  })
  .refine(({ date, state, observedAt, ...columns }) => {
    const lengths = METRICS.map((metric) => columns[metric].length);
    const others = [state, observedAt].flatMap((list) => list?.length ?? []);
    return [...lengths, ...others].every((length) => length === date.length);
  }, 'All columns must be as long as `date`.')
  .refine(({ date }) => new Set(date).size === date.length, 'Give each date once.');

/** GitHub's list over 14 days, as of a day. */
const ImportedList = z.strictObject({
  date: dayField,
  rows: z
    .array(z.strictObject({ name, title: z.string().max(4000).nullable(), count, uniques: figure }))
    .max(100),
});

const figures = { viewCount: figure, viewUniques: figure, cloneCount: figure, cloneUniques: figure };

/** What an import says of one repository. */
const ImportedRepository = z.strictObject({
  repositoryId: id,
  days: ImportedDays.optional(),
  referrers: z.array(ImportedList).optional(),
  paths: z.array(ImportedList).optional(),
  facts: z
    .array(
      z.strictObject({
        date: dayField,
        stars: figure,
        forks: figure,
        subscribers: figure,
        openIssues: figure,
      }),
    )
    .optional(),
  /** The rest is what our own exports hold, in their words. */
  coverage: z
    .array(z.strictObject({ firstCoveredDate: dayField }))
    .max(1)
    .optional(),
  revisions: z
    .array(
      z.strictObject({
        date: dayField,
        metric: z.enum(METRICS),
        kept: count,
        observed: count,
        observedAt: instant,
      }),
    )
    .optional(),
  weeks: z
    .array(z.strictObject({ weekStart: dayField, ...figures, observedAt: instant.nullable() }))
    .optional(),
  windows: z.array(z.strictObject({ date: dayField, ...figures })).optional(),
  starDays: z.array(z.strictObject({ date: dayField, gained: count })).optional(),
  releases: z.array(z.strictObject({ releaseId: id, tag: name, name, publishedAt: instant })).optional(),
  releaseFiles: z
    .array(
      z.strictObject({
        assetId: id,
        releaseId: id,
        tag: name,
        releaseName: name,
        name,
        sizeBytes: count,
        createdAt: instant,
        publishedAt: instant,
        downloadCount: count,
        removedDate: dayField.nullable(),
      }),
    )
    .optional(),
  downloads: z
    .array(
      z.strictObject({
        assetId: id,
        date: dayField,
        sinceDate: dayField.nullable(),
        gained: figure,
        downloadCount: count,
      }),
    )
    .optional(),
  workflowDays: z.array(z.strictObject({ date: dayField, runCount: count })).optional(),
  events: z
    .array(
      z.strictObject({
        occurredAt: instant,
        kind: z.enum(['renamed', 'transferred', 'archived', 'unarchived', 'tracked', 'visibility']),
        nameBefore: z.string().max(201).nullable(),
        nameAfter: z.string().max(201).nullable(),
      }),
    )
    .optional(),
});
/** What a part says of one repository. */
export type ImportedRepository = z.output<typeof ImportedRepository>;

const groupName = textField('repositoryGroup', 'name');

/** A group of our own export. A rule that no group may have is told when the group is to be made. */
const ImportedGroup = z.strictObject({
  name: groupName,
  rule: z
    .strictObject({
      owner: z.string().max(1000),
      namePattern: z.string().max(1000),
      topic: z.string().max(1000).nullable(),
      visibility: z.string().max(100),
    })
    .nullable(),
  /** Those that were chosen by hand. */
  repositoryIds: z.array(id).max(5000),
});
/** A group of our own export. */
export type ImportedGroup = z.output<typeof ImportedGroup>;

/** A dashboard of our own export. A document that no dashboard may have is told when the dashboard is to be made. */
const ImportedDashboard = z.strictObject({
  name: textField('dashboard', 'name'),
  /** The document as it was exported: it names repositories and groups by the numbers that they had there. */
  document: z.string().max(MAX_DOCUMENT_BYTES),
  /** Which repository each of these numbers stands for. One that is not here is shown as deleted. */
  repositories: z.array(z.strictObject({ number: id, repositoryId: id })).max(5000),
  /** Which group, by its name. */
  groups: z.array(z.strictObject({ number: id, name: groupName })).max(1000),
});
/** A dashboard of our own export. */
export type ImportedDashboard = z.output<typeof ImportedDashboard>;

const ImportedAnnotation = z.strictObject({
  key: z.uuid(),
  from: dayField,
  to: dayField,
  text: z.string().trim().min(1).max(500),
  link: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .nullable(),
  /** Null: it is about all repositories. */
  repositoryIds: z.array(id).max(1000).nullable(),
  /** The name of the group that it is about. Without a group of that name, it is about `repositoryIds`. */
  group: groupName.nullable().optional(),
  author: z.string().max(200),
  createdAt: instant,
});
/** An annotation of our own export. */
export type ImportedAnnotation = z.output<typeof ImportedAnnotation>;

/** The number of rows in a part, as `MAX_PART_ROWS` counts them. */
function countRows({
  repositories,
  groups = [],
  dashboards = [],
  annotations = [],
}: {
  repositories: ImportedRepository[];
  groups?: ImportedGroup[] | undefined;
  dashboards?: unknown[] | undefined;
  annotations?: unknown[] | undefined;
}) {
  const ofRepositories = repositories.map(
    ({ repositoryId: _, days, referrers = [], paths = [], ...rest }) => {
      const listed = [...referrers, ...paths].reduce((sum, { rows }) => sum + rows.length + 1, 0);
      const others = Object.values(rest).reduce((sum, rows) => sum + (rows?.length ?? 0), 0);
      return (days?.date.length ?? 0) + listed + others;
    },
  );
  const ofGroups = groups.map(({ repositoryIds }) => repositoryIds.length + 1);
  return [...ofRepositories, ...ofGroups].reduce(
    (sum, rows) => sum + rows,
    dashboards.length + annotations.length,
  );
}

/** A part of an import: at most 20,000 rows and 900,000 bytes. `planParts` of lib/imports/parts.ts makes them. */
export const ImportPart = z
  .strictObject({
    repositories: z.array(ImportedRepository).max(2000),
    groups: z.array(ImportedGroup).max(1000).optional(),
    dashboards: z.array(ImportedDashboard).max(1000).optional(),
    annotations: z.array(ImportedAnnotation).max(2000).optional(),
  })
  .refine((part) => countRows(part) <= MAX_PART_ROWS, `Send at most ${MAX_PART_ROWS} rows in a part.`);
export type ImportPart = z.output<typeof ImportPart>;

/** The rows of a part that was parsed. */
export const rowsOf = (part: ImportPart): number => countRows(part);
