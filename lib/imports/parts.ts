import type { Day } from '../day.ts';
import type { Figures, Metric } from '../traffic/figures.ts';
import { MAX_PART_BYTES, MAX_PART_ROWS } from './limits.ts';
import type {
  ImportedAnnotation,
  ImportedDashboard,
  ImportedGroup,
  ImportedRepository,
  ImportPart,
} from './part.ts';

/** A day as readers of files give it. */
interface DayToSend extends Figures {
  date: Day;
  /** Figures that may be too small, such as those of a day that was seen only in part. */
  lowerBound?: readonly Metric[];
  /** Only our own exports know more. */
  state?: NonNullable<NonNullable<ImportedRepository['days']>['state']>[number] | null;
  observedAt?: string | null;
}

/** A whole 14-day list as of a day. */
interface ListToSend {
  kind: 'referrers' | 'paths';
  date: Day;
  rows: readonly { name: string; title: string | null; count: number; uniques: number | null }[];
}

type Other = Omit<ImportedRepository, 'repositoryId' | 'days' | 'referrers' | 'paths'>;

/** What is known of one repository, and where it goes: what `ReadRepository` of read.ts holds, with the repository's id. */
export type HistoryToSend = {
  repositoryId: number;
  days: readonly DayToSend[];
  lists?: readonly ListToSend[];
} & { [Section in keyof Other]?: Readonly<Other[Section]> | undefined };

/** What our own exports hold of a tenant besides its repositories. */
export interface TenantToSend {
  groups: readonly ImportedGroup[];
  dashboards: readonly ImportedDashboard[];
  annotations: readonly ImportedAnnotation[];
}

const NO_TENANT: TenantToSend = { groups: [], dashboards: [], annotations: [] };

/** The sections of a tenant, in the order in which they are sent. */
const TENANT_SECTIONS = ['groups', 'dashboards', 'annotations'] as const satisfies (keyof TenantToSend)[];

/** A part that can be made and sent. Its body is made when it is asked for, so that only one need be in memory. */
export interface PlannedPart {
  /** From 1. */
  number: number;
  rows: number;
  body(): ImportPart;
}

/** The sections that are sent as they are. */
const OTHERS = [
  'facts',
  'coverage',
  'revisions',
  'weeks',
  'windows',
  'starDays',
  'releases',
  'releaseFiles',
  'downloads',
  'workflowDays',
  'events',
] as const satisfies readonly (keyof Other)[];

/** A run of rows of one section. */
type Slice = Source & {
  from: number;
  to: number;
};

/** Whose rows they are. */
type Source =
  | { history: HistoryToSend; section: 'days' | 'lists' | (typeof OTHERS)[number] }
  | { history: null; section: keyof TenantToSend };

const encoder = new TextEncoder();
const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value)).length + 1;

/** A day in columns takes no more than the same day as an object. */
const sizeOfDay = (day: DayToSend): number => {
  const { date, viewCount, viewUniques, cloneCount, cloneUniques, observedAt } = day;
  const digits = [viewCount, viewUniques, cloneCount, cloneUniques].reduce<number>(
    (sum, figure) => sum + String(figure).length + 1,
    0,
  );
  return date.length + digits + 20 + (observedAt?.length ?? 4) + 3;
};

/** What surrounds the rows of a repository. */
const ENVELOPE = 400;

/**
 * Divides histories into parts that each fit into a call, in an order that depends on nothing but the input: the same input gives
 * the same parts, so that an import can be continued after a reload. Rows keep their order.
 */
export function planParts(
  histories: readonly HistoryToSend[],
  tenant: TenantToSend = NO_TENANT,
): PlannedPart[] {
  const plans: { slices: Slice[]; rows: number }[] = [];
  let slices: Slice[] = [];
  let rows = 0;
  let bytes = 0;
  const end = () => {
    if (rows > 0) plans.push({ slices, rows });
    slices = [];
    rows = 0;
    bytes = ENVELOPE;
  };
  end();
  const add = (slice: Source, at: number, size: number, count: number) => {
    if (rows + count > MAX_PART_ROWS || bytes + size + ENVELOPE > MAX_PART_BYTES) end();
    const last = slices.at(-1);
    if (last && last.history === slice.history && last.section === slice.section) last.to = at + 1;
    else {
      slices.push({ ...slice, from: at, to: at + 1 });
      bytes += ENVELOPE;
    }
    rows += count;
    bytes += size;
  };
  for (const history of histories) {
    for (const [at, day] of history.days.entries()) add({ history, section: 'days' }, at, sizeOfDay(day), 1);
    for (const [at, list] of (history.lists ?? []).entries())
      add({ history, section: 'lists' }, at, bytesOf(list), list.rows.length + 1);
    for (const section of OTHERS)
      for (const [at, row] of (history[section] ?? []).entries())
        add({ history, section }, at, bytesOf(row), 1);
  }
  for (const section of TENANT_SECTIONS)
    for (const [at, row] of tenant[section].entries())
      add({ history: null, section }, at, bytesOf(row), countOf(row));
  end();
  return plans.map(({ slices: planned, rows: count }, place) => ({
    number: place + 1,
    rows: count,
    body: () => toBody(planned, tenant),
  }));
}

/** A group counts its repositories too. */
const countOf = (row: TenantToSend[keyof TenantToSend][number]): number =>
  'rule' in row ? row.repositoryIds.length + 1 : 1;

function toBody(slices: readonly Slice[], tenant: TenantToSend): ImportPart {
  const part: ImportPart = { repositories: [] };
  for (const { history, section, from, to } of slices) {
    if (!history) {
      Object.assign(part, { [section]: tenant[section].slice(from, to) });
      continue;
    }
    const { repositoryId } = history;
    let target = part.repositories.find((one) => one.repositoryId === repositoryId);
    if (!target) {
      target = { repositoryId };
      part.repositories.push(target);
    }
    if (section === 'days') target.days = toColumns(history.days.slice(from, to));
    else if (section === 'lists') addLists(target, (history.lists ?? []).slice(from, to));
    else Object.assign(target, { [section]: (history[section] ?? []).slice(from, to) });
  }
  return part;
}

function toColumns(days: readonly DayToSend[]): NonNullable<ImportedRepository['days']> {
  const states = days.map(({ state, lowerBound }) => state ?? (lowerBound?.length ? 'cut' : 'imported'));
  const columns: NonNullable<ImportedRepository['days']> = {
    date: days.map(({ date }) => date),
    viewCount: days.map(({ viewCount }) => viewCount),
    viewUniques: days.map(({ viewUniques }) => viewUniques),
    cloneCount: days.map(({ cloneCount }) => cloneCount),
    cloneUniques: days.map(({ cloneUniques }) => cloneUniques),
  };
  if (states.some((state) => state !== 'imported')) columns.state = states;
  if (days.some(({ observedAt }) => observedAt))
    columns.observedAt = days.map(({ observedAt }) => observedAt ?? null);
  return columns;
}

function addLists(target: ImportedRepository, lists: readonly ListToSend[]): void {
  for (const kind of ['referrers', 'paths'] as const) {
    const ofKind = lists.filter((list) => list.kind === kind);
    if (ofKind.length > 0)
      target[kind] = ofKind.map(({ date, rows }) => ({ date, rows: rows.map((row) => ({ ...row })) }));
  }
}
