import { expect, test } from 'vitest';
import { type Findings, type KnownAlert, type NewChange, toCauses } from '../../lib/alerts/causes.ts';
import { addDays, type Day } from '../../lib/day.ts';

const DATE = '2026-03-10';
const HN = 'news.ycombinator.com';

const changed = (change: Partial<NewChange> = {}): NewChange => ({
  repositoryId: null,
  groupId: null,
  metric: 'views',
  date: DATE,
  noticedOn: DATE,
  value: 900,
  expected: 100,
  people: 400,
  expectedPeople: 40,
  over: null,
  ...change,
});

const ofRepository = (repositoryId: number, change: Partial<NewChange> = {}) => ({
  ...changed(change),
  repositoryId,
  kind: 'spike' as const,
  cause: null as string | null,
});

const ofGroup = (groupId: number, memberIds: number[], change: Partial<NewChange> = {}) => ({
  ...changed(change),
  groupId,
  memberIds,
  kind: 'spike' as const,
});

const cameFrom = (repositoryId: number, referrer: string, date: Day = DATE) => ({
  ...changed({ date }),
  repositoryId,
  referrer,
});

const cameToGroup = (groupId: number, memberIds: number[], referrer: string, date: Day = DATE) => ({
  ...changed({ date }),
  groupId,
  memberIds,
  referrer,
});

const reachedBy = (
  subject: { repositoryId: number } | { groupId: number },
  memberIds: number[],
  value: number,
) => ({
  ...changed({ ...subject, metric: 'stars', value, expected: null }),
  memberIds,
});

const knownAlert = (alert: Partial<KnownAlert>): KnownAlert => ({
  alertId: 7,
  kind: 'spike',
  name: null,
  date: DATE,
  isOpen: true,
  changes: [],
  memberIds: [],
  ...alert,
});

/** What each alert is about: repositories as numbers, groups as G and a number; with the alert that it joins. */
function causesOf(found: Partial<Findings>, known: KnownAlert[] = []) {
  const nothing = { changes: [], groups: [], referrers: [], groupReferrers: [], milestones: [] };
  return toCauses({ ...nothing, ...found }, known).map(({ alertId, kind, added }) => {
    const subjects = added.map(({ repositoryId, groupId }) => repositoryId ?? `G${groupId}`);
    return `${alertId === null ? '' : `#${alertId} `}${kind} ${subjects.join(' ')}`;
  });
}

test('views and clones of a repository are one alert, repositories without a shared referrer are several', () => {
  const changes = [
    ofRepository(1),
    ofRepository(1, { metric: 'clones', date: addDays(DATE, 2) }),
    ofRepository(2),
  ];
  expect(causesOf({ changes })).toEqual(['spike 1 1', 'spike 2']);
});

test('spikes that one referrer brought within three days are one', () => {
  const from = (repositoryId: number, days: number) => ({
    ...ofRepository(repositoryId, { date: addDays(DATE, days) }),
    cause: HN,
  });
  expect(causesOf({ changes: [from(1, 0), from(2, 3), from(3, 4)] })).toEqual(['spike 1 2', 'spike 3']);
});

test('a spike and a drop are never one', () => {
  const drop = { ...ofRepository(1), kind: 'drop' as const };
  expect(causesOf({ changes: [ofRepository(1), drop] })).toEqual(['spike 1', 'drop 1']);
});

test('a new referrer is a part of its spike, on other repositories too, and one alert on several without', () => {
  const referrers = [cameFrom(1, HN), cameFrom(2, 'lobste.rs'), cameFrom(3, 'lobste.rs', addDays(DATE, 14))];
  const changes = [{ ...ofRepository(1), cause: HN }];
  expect(causesOf({ changes, referrers: [...referrers, cameFrom(4, HN)] })).toEqual([
    'spike 1',
    'referrer 2 3',
  ]);
});

test('a group has its own alert only if no repository of it explains it', () => {
  const groups = [ofGroup(1, [1, 2]), ofGroup(2, [3, 4])];
  expect(causesOf({ changes: [ofRepository(1)], groups })).toEqual(['spike 1', 'spike G2']);
  const changes = [ofRepository(1)];
  expect(causesOf({ groups }, [knownAlert({ changes })])).toEqual(['spike G2']);
});

test('groups that share repositories are one alert, also when the other was told of in an earlier round', () => {
  const groups = [ofGroup(1, [1, 2]), ofGroup(2, [2, 3]), ofGroup(3, [4, 5])];
  expect(causesOf({ groups })).toEqual(['spike G1 G2', 'spike G3']);
  const known = knownAlert({ changes: [changed({ groupId: 9 })], memberIds: [5, 6] });
  expect(causesOf({ groups }, [known])).toEqual(['#7 spike G3', 'spike G1 G2']);
});

test('a referrer that is new to a group is told of only if no repository of it, and no spike, explains it', () => {
  const groupReferrers = [cameToGroup(1, [1, 2], HN), cameToGroup(2, [3, 4], HN)];
  expect(causesOf({ groupReferrers })).toEqual(['referrer G1 G2']);
  expect(causesOf({ groupReferrers, referrers: [cameFrom(1, HN)] })).toEqual(['referrer 1 G2']);
  expect(causesOf({ groupReferrers, groups: [ofGroup(1, [1, 2])] })).toEqual(['spike G1', 'referrer G2']);
  const changes = [changed({ groupId: 1 })];
  const told = knownAlert({ kind: 'referrer', name: HN, isOpen: false, changes, memberIds: [1, 2] });
  expect(causesOf({ groupReferrers: [cameToGroup(1, [1, 2], HN, addDays(DATE, 1))] }, [told])).toEqual([]);
});

test('a number that a repository and its groups reach on one day is one milestone, other numbers are others', () => {
  const milestones = [
    reachedBy({ repositoryId: 1 }, [1], 1000),
    reachedBy({ repositoryId: 4 }, [4], 1000),
    reachedBy({ groupId: 1 }, [1, 2], 1000),
    reachedBy({ groupId: 2 }, [1, 3], 2000),
  ];
  expect(causesOf({ milestones })).toEqual(['milestone 1 G1', 'milestone 4', 'milestone G2']);
  const known = knownAlert({
    kind: 'milestone',
    isOpen: false,
    changes: [changed({ repositoryId: 1, metric: 'stars', value: 1000 })],
    memberIds: [1],
  });
  expect(causesOf({ milestones: milestones.slice(2) }, [known])).toEqual(['#7 milestone G1', 'milestone G2']);
});

test('what belongs to a stored alert joins it while it is near, and is a new one later', () => {
  const known = knownAlert({ isOpen: false, changes: [changed({ repositoryId: 1 })], memberIds: [1] });
  const clones = (days: number) => ofRepository(1, { metric: 'clones', date: addDays(DATE, days) });
  expect(causesOf({ changes: [clones(3)] }, [known])).toEqual(['#7 spike 1']);
  expect(causesOf({ changes: [clones(4)] }, [known])).toEqual(['spike 1']);
  expect(causesOf({}, [known])).toEqual([]);
});
