import { bigint, choice, day, generated, instant, integer, longText, optional, text } from '../columns.ts';

/**
 * How far an import is. `open`: parts may come, and nothing of it counts. `completing`: all parts have come and are being applied.
 * `complete`: its values count. `taking back`: they are being removed. `taken back`: nothing of it is left but its entry.
 */
const IMPORT_STATUSES = ['open', 'completing', 'complete', 'taking back', 'taken back'] as const;

const SETTING_KINDS = ['group', 'dashboard'] as const;

/** `waiting`: the import is not complete. `kept`: there was one of that name, and it stays as it is. `refused`: it could not be made. */
const SETTING_OUTCOMES = ['waiting', 'made', 'kept', 'refused'] as const;

/** How a day is known that a file tells of; only our own exports tell more than `imported` and `cut`. */
export type ImportedState = 'measured' | 'zero' | 'provisional' | 'cut' | 'suspect' | 'imported';

/** What an import may hold about a repository besides days. */
export type ItemKind =
  | 'coverage'
  | 'revision'
  | 'week'
  | 'window'
  | 'referrers'
  | 'paths'
  | 'fact'
  | 'starDay'
  | 'release'
  | 'releaseFile'
  | 'download'
  | 'workflowDay'
  | 'event';

/** Imports, and what each of them says. */
export const importTables = {
  import: {
    tenantId: integer,
    importId: generated(integer),
    /** Made by whoever imports, so that a request can be sent twice. */
    clientKey: text(36),
    /** The name of the person or key at the time. */
    author: text(200),
    createdAt: instant,
    createdBy: text(320),
    /** The tools that wrote the files, separated by commas. */
    tools: text(400),
    status: choice(IMPORT_STATUSES, 12),
    partCount: integer,
    repositoryCount: integer,
    /** Days of repositories, and their span. */
    dayCount: integer,
    firstDate: optional(day),
    lastDate: optional(day),
    /** When it was complete, or taken back. */
    finishedAt: optional(instant),
  },
  importFile: {
    tenantId: integer,
    importId: integer,
    fileNumber: integer,
    path: text(1000),
    sizeBytes: bigint,
    sha256: text(64),
    tool: optional(text(40)),
  },
  importRepository: {
    tenantId: integer,
    importId: integer,
    repositoryId: integer,
    /** Separated by commas. */
    fileNumbers: text(4000),
    /** Since when its values count. */
    appliedAt: optional(instant),
  },
  importPart: {
    tenantId: integer,
    importId: integer,
    partNumber: integer,
    checksum: text(64),
    rowCount: integer,
    storedAt: instant,
  },
  importedDay: {
    tenantId: integer,
    repositoryId: integer,
    trafficDate: day,
    importId: integer,
    viewCount: optional(bigint),
    viewUniques: optional(bigint),
    cloneCount: optional(bigint),
    cloneUniques: optional(bigint),
    state: text<ImportedState>(12),
    /** Null: when the file was read is not known. */
    observedAt: optional(instant),
  },
  importedItem: {
    tenantId: integer,
    repositoryId: integer,
    kind: text<ItemKind>(12),
    itemKey: text(100),
    importId: integer,
    content: longText,
  },
  importedAnnotation: {
    tenantId: integer,
    importId: integer,
    clientKey: text(36),
    content: longText,
  },
  importedSetting: {
    tenantId: integer,
    importId: integer,
    kind: choice(SETTING_KINDS, 10),
    name: text(100),
    content: longText,
    outcome: choice(SETTING_OUTCOMES, 10),
    /** Why it was not made, in a sentence. */
    reason: optional(text(500)),
  },
  /** Our own measurement of days whose row in `trafficDay` an import decided. */
  collectedDay: {
    tenantId: integer,
    repositoryId: integer,
    trafficDate: day,
    viewCount: optional(bigint),
    viewUniques: optional(bigint),
    cloneCount: optional(bigint),
    cloneUniques: optional(bigint),
    state: text<ImportedState>(12),
    observedAt: instant,
  },
};
