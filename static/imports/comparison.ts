import type {
  ImportedSetting,
  ImportPreview,
  LeftOutDays,
  RepositoryPreview,
} from '../../lib/answers/imports.ts';

/** What an import would change, over all of its parts. */
export interface Comparison {
  repositories: RepositoryPreview[];
  leftOut: LeftOutDays[];
  /** Groups and dashboards. */
  settings: ImportedSetting[];
  annotations: ImportPreview['annotations'];
}

export const NOTHING_COMPARED: Comparison = {
  repositories: [],
  leftOut: [],
  settings: [],
  annotations: { count: 0, known: 0 },
};

/** Conflicts of a repository that are listed. */
const MAX_CONFLICTS = 200;

/** Adds what was answered for another part. Rows of one repository may be in several. */
export function addPreview(before: Comparison, preview: ImportPreview): Comparison {
  const { repositories, leftOut, settings, annotations } = before;
  const byId = new Map(repositories.map((one) => [one.repositoryId, one]));
  for (const one of preview.repositories) {
    const known = byId.get(one.repositoryId);
    byId.set(one.repositoryId, known ? addRepository(known, one) : one);
  }
  return {
    repositories: [...byId.values()],
    leftOut: preview.leftOut.reduce(addLeftOut, leftOut),
    settings: [...settings, ...preview.settings],
    annotations: {
      count: annotations.count + preview.annotations.count,
      known: annotations.known + preview.annotations.known,
    },
  };
}

const addFigures = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : one + other;
const earlier = (one: string | null, other: string | null) => [one, other].filter(isKnown).sort()[0] ?? null;
const later = (one: string | null, other: string | null) =>
  [one, other].filter(isKnown).sort().at(-1) ?? null;
const isKnown = (day: string | null) => day !== null;

function addRepository(one: RepositoryPreview, other: RepositoryPreview): RepositoryPreview {
  return {
    ...one,
    dayCount: one.dayCount + other.dayCount,
    firstDate: earlier(one.firstDate, other.firstDate),
    lastDate: later(one.lastDate, other.lastDate),
    sums: {
      viewCount: addFigures(one.sums.viewCount, other.sums.viewCount),
      viewUniques: addFigures(one.sums.viewUniques, other.sums.viewUniques),
      cloneCount: addFigures(one.sums.cloneCount, other.sums.cloneCount),
      cloneUniques: addFigures(one.sums.cloneUniques, other.sums.cloneUniques),
    },
    newDays: one.newDays + other.newDays,
    changedDays: one.changedDays + other.changedDays,
    keptDays: one.keptDays + other.keptDays,
    sameDays: one.sameDays + other.sameDays,
    daysBeforeCreated: one.daysBeforeCreated + other.daysBeforeCreated,
    conflicts: [...one.conflicts, ...other.conflicts].slice(0, MAX_CONFLICTS),
    conflictCount: one.conflictCount + other.conflictCount,
    items: { count: one.items.count + other.items.count, known: one.items.known + other.items.known },
  };
}

function addLeftOut(known: LeftOutDays[], next: LeftOutDays): LeftOutDays[] {
  const isSame = (one: LeftOutDays) => one.repositoryId === next.repositoryId && one.reason === next.reason;
  const same = known.find(isSame);
  if (!same) return [...known, next];
  const first = earlier(same.first, next.first) ?? next.first;
  const last = later(same.last, next.last) ?? next.last;
  return known.map((one) => (isSame(one) ? { ...one, count: one.count + next.count, first, last } : one));
}

/** The sums over all repositories. */
export function totalsOf({ repositories, settings, annotations }: Comparison) {
  const sum = (of: (one: RepositoryPreview) => number) =>
    repositories.reduce((total, one) => total + of(one), 0);
  return {
    days: sum(({ dayCount }) => dayCount),
    newDays: sum(({ newDays }) => newDays),
    changedDays: sum(({ changedDays }) => changedDays),
    keptDays: sum(({ keptDays }) => keptDays),
    sameDays: sum(({ sameDays }) => sameDays),
    newItems: sum(({ items }) => items.count - items.known),
    newGroups: settings.filter(({ kind, outcome }) => kind === 'group' && outcome === 'made').length,
    newDashboards: settings.filter(({ kind, outcome }) => kind === 'dashboard' && outcome === 'made').length,
    newAnnotations: annotations.count - annotations.known,
  };
}
