import { type Day, daysBetween } from '../day.ts';
import type { AlertKind, AlertMetric } from '../db/tables/alerts.ts';
import type { OverReason } from './detect.ts';

/** A figure of a repository or of a group that an alert is about. */
export interface NewChange {
  repositoryId: number | null;
  groupId: number | null;
  metric: AlertMetric;
  date: Day;
  noticedOn: Day;
  value: number;
  expected: number | null;
  people: number | null;
  expectedPeople: number | null;
  /** For one that ended before it was noticed. */
  over: { date: Day; reason: OverReason } | null;
}

/** A spike or drop of a repository. */
export interface RepositoryChange extends NewChange {
  kind: 'spike' | 'drop';
  repositoryId: number;
  /** The referrer that brought a large part of a spike; null where none did. */
  cause: string | null;
}

/** A spike or drop of a group. */
export interface GroupChange extends NewChange {
  kind: 'spike' | 'drop';
  groupId: number;
  memberIds: readonly number[];
}

/** A referrer that is new among the top three of a repository. */
export interface ReferrerChange extends NewChange {
  repositoryId: number;
  referrer: string;
}

/** A referrer that is new among the top three of a group's lists together. */
export interface GroupReferrerChange extends NewChange {
  groupId: number;
  memberIds: readonly number[];
  referrer: string;
}

/** A round number that a repository or a group reached. */
export interface MilestoneChange extends NewChange {
  /** The repository, or those of the group. */
  memberIds: readonly number[];
}

/** What was found in a tenant's traffic in one round. */
export interface Findings {
  changes: readonly RepositoryChange[];
  groups: readonly GroupChange[];
  referrers: readonly ReferrerChange[];
  groupReferrers: readonly GroupReferrerChange[];
  milestones: readonly MilestoneChange[];
}

type KnownChange = Pick<NewChange, 'repositoryId' | 'groupId' | 'metric' | 'date' | 'value'>;

/** An alert that is stored already, open or of the last days. */
export interface KnownAlert {
  alertId: number;
  kind: AlertKind;
  name: string | null;
  date: Day;
  isOpen: boolean;
  changes: readonly KnownChange[];
  /** The repositories that it is about, with those of groups. */
  memberIds: readonly number[];
}

/** An alert with what belongs to it; `alertId` is null for one that is new. */
export interface Cause {
  alertId: number | null;
  kind: AlertKind;
  /** The referrer that it is about, or that caused it. */
  name: string | null;
  date: Day;
  added: NewChange[];
  /** The repositories that it is about, with those of groups. */
  memberIds: Set<number>;
}

interface Draft extends Cause {
  isOpen: boolean;
  known: KnownAlert['changes'];
}

/** So many days apart, two spikes or drops of a repository are one. A drop takes some days to be certain. */
const SAME_DAYS = { spike: 3, drop: 7 } as const;
/** The same referrer on several repositories may come in over so many days. */
const REFERRER_DAYS = 14;

const near = (one: Day, other: Day, days: number) => Math.abs(daysBetween(one, other)) <= days;

/**
 * Groups findings by cause, so that each cause is one alert. Views and clones of a repository belong together, as do spikes that
 * the same referrer brought. A new referrer belongs to the spike that it came with; on several repositories it is one alert. A
 * group's change counts only if no repository of it explains it, and once for groups that share repositories. A round number that
 * a repository and its group reach on one day is one alert, as is that of groups that share repositories; each other number is its own.
 */
export function toCauses(found: Findings, known: readonly KnownAlert[]): Cause[] {
  const drafts: Draft[] = known.map(({ alertId, kind, name, date, isOpen, changes, memberIds }) => ({
    alertId,
    kind,
    name,
    date,
    isOpen,
    added: [],
    known: changes,
    memberIds: new Set(memberIds),
  }));
  for (const { kind, cause, ...change } of found.changes)
    addTo(drafts, { kind, name: cause }, change, (draft) => {
      if (draft.kind !== kind || !near(draft.date, change.date, SAME_DAYS[kind])) return false;
      return isAbout(draft, change.repositoryId) || (cause !== null && draft.name === cause);
    });
  for (const { referrer, ...change } of found.referrers) {
    const isExplained = drafts.some(
      (draft) =>
        draft.kind === 'spike' &&
        near(draft.date, change.date, SAME_DAYS.spike) &&
        (draft.name === referrer || isAbout(draft, change.repositoryId)),
    );
    if (isExplained) continue;
    addTo(drafts, { kind: 'referrer', name: referrer }, change, (draft) => {
      const isSame = draft.kind === 'referrer' && draft.name === referrer;
      return isSame && near(draft.date, change.date, REFERRER_DAYS);
    });
  }
  for (const { memberIds, ...change } of found.milestones) {
    const draft = addTo(drafts, { kind: 'milestone', name: null }, change, (one) => {
      const isSame = one.kind === 'milestone' && hasNumber(one, change);
      return isSame && isAboutAny(one, memberIds);
    });
    addAll(draft.memberIds, memberIds);
  }
  for (const { kind, memberIds, ...change } of found.groups) {
    const isExplained = drafts.some(
      (draft) =>
        draft.kind === kind &&
        (draft.isOpen || near(draft.date, change.date, SAME_DAYS[kind])) &&
        memberIds.some((id) => isAbout(draft, id)),
    );
    if (isExplained) continue;
    const draft = addTo(drafts, { kind, name: null }, change, (one) => {
      const isSame = one.kind === kind && near(one.date, change.date, SAME_DAYS[kind]);
      return isSame && isAboutAny(one, memberIds);
    });
    addAll(draft.memberIds, memberIds);
  }
  for (const { referrer, memberIds, ...change } of found.groupReferrers) {
    const isTold = drafts.some((draft) => {
      if (!isAboutAny(draft, memberIds)) return false;
      if (draft.kind === 'spike') return near(draft.date, change.date, SAME_DAYS.spike);
      const isSame = draft.kind === 'referrer' && draft.name === referrer;
      if (!isSame || !near(draft.date, change.date, REFERRER_DAYS)) return false;
      return isAboutGroup(draft, change.groupId) || memberIds.some((id) => isAbout(draft, id));
    });
    if (isTold) continue;
    const draft = addTo(drafts, { kind: 'referrer', name: referrer }, change, (one) => {
      const isSame = one.kind === 'referrer' && one.name === referrer;
      return isSame && near(one.date, change.date, REFERRER_DAYS);
    });
    addAll(draft.memberIds, memberIds);
  }
  return drafts
    .filter(({ added }) => added.length > 0)
    .map(({ alertId, kind, name, date, added, memberIds }) => ({
      alertId,
      kind,
      name,
      date,
      added,
      memberIds,
    }));
}

const changesOf = ({ known, added }: Draft): KnownChange[] => [...known, ...added];

function isAbout(draft: Draft, repositoryId: number): boolean {
  return changesOf(draft).some((change) => change.repositoryId === repositoryId);
}

function isAboutGroup(draft: Draft, groupId: number): boolean {
  return changesOf(draft).some((change) => change.groupId === groupId);
}

const isAboutAny = ({ memberIds }: Draft, repositoryIds: readonly number[]): boolean =>
  repositoryIds.some((id) => memberIds.has(id));

function hasNumber(draft: Draft, { metric, date, value }: NewChange): boolean {
  return changesOf(draft).some((one) => one.metric === metric && one.date === date && one.value === value);
}

function addAll(members: Set<number>, repositoryIds: readonly number[]): void {
  for (const id of repositoryIds) members.add(id);
}

/** Adds a change to the alert that it belongs to, or to a new one. */
function addTo(
  drafts: Draft[],
  { kind, name }: Pick<Cause, 'kind' | 'name'>,
  change: NewChange,
  isSame: (draft: Draft) => boolean,
): Draft {
  const found = drafts.find(isSame);
  const draft = found ?? {
    alertId: null,
    kind,
    name,
    date: change.date,
    isOpen: true,
    added: [],
    known: [],
    memberIds: new Set<number>(),
  };
  draft.added.push(change);
  if (change.repositoryId !== null) draft.memberIds.add(change.repositoryId);
  if (found) return found;
  drafts.push(draft);
  return draft;
}
