import { expect, test } from 'vitest';
import { toPayload } from '../../lib/channels/message.ts';
import { toProblemMessage } from '../../lib/problems/notices.ts';
import {
  findProblems,
  foldConsequences,
  groupProblems,
  type WatchedRepository,
  type WatchedTenant,
} from '../../lib/problems/rules.ts';
import { findBlockKitError } from '../../local/webhooks/limits.ts';

const NOW = new Date('2026-03-10T08:00:00.000Z');
const day = (count: number) => new Date(NOW.getTime() - count * 86_400_000).toISOString();

const healthy: WatchedRepository = {
  repositoryId: 1,
  fullName: 'o/one',
  schedule: 'daily',
  addedAt: day(100),
  lastCoveredDate: '2026-03-10',
  publishedThrough: null,
  stalledThrough: null,
  oldCopyThrough: null,
  lastSuccessAt: day(0),
  failureCode: null,
  failureMessage: null,
  failureAt: null,
};
const fine: WatchedTenant = {
  tokenExpiresAt: null,
  lastSuccessAt: day(0),
  lastRunAt: day(0),
  repositories: [healthy],
  failingRules: [],
};
const failing = (failureCode: string, days: number): WatchedRepository => ({
  ...healthy,
  failureCode,
  failureMessage: `Because of ${failureCode}.`,
  failureAt: day(days),
});
const withOne = (repository: Partial<WatchedRepository>): WatchedTenant => ({
  ...fine,
  repositories: [{ ...healthy, ...repository }],
});
const found = (tenant: WatchedTenant) => findProblems(tenant, NOW).map(({ kind, code }) => `${kind} ${code}`);
const covered = (days: number) => ({ lastCoveredDate: day(days).slice(0, 10), lastSuccessAt: day(days) });

test('nothing needs action if everything is collected, paused or just added', () => {
  expect(found(fine)).toEqual([]);
  expect(found(withOne({ ...failing('not_found', 9), ...covered(9), schedule: 'paused' }))).toEqual([]);
  expect(found(withOne({ addedAt: day(1), lastCoveredDate: null, lastSuccessAt: null }))).toEqual([]);
  expect(found({ ...fine, repositories: [] })).toEqual([]);
});

test.each([
  ['no_push_access', 0.1, ['repository_failing no_push_access']],
  ['internal', 0.1, ['repository_failing internal']],
  ['github_down', 1, []],
  ['github_down', 1.1, ['repository_failing github_down']],
  ['rate_limited', 0.5, []],
  ['token_expired', 0.1, ['token_refused token_expired']],
  ['missing_scope', 0.1, ['token_refused missing_scope']],
])('a failure with %s since %f days is %j', (code, days, expected) => {
  expect(found(withOne(failing(code, days)))).toEqual(expected);
});

test('loss is near with a week left, or four days for a weekly repository', () => {
  expect(found(withOne(covered(5)))).toEqual([]);
  expect(found(withOne(covered(6)))).toEqual(['loss_near days_left']);
  expect(found(withOne({ ...covered(8), schedule: 'weekly' }))).toEqual([]);
  expect(found(withOne({ ...covered(9), schedule: 'weekly' }))).toEqual(['loss_near days_left']);
  const [problem] = findProblems(withOne(covered(6)), NOW);
  expect(problem).toMatchObject({
    message: 'Last collected on 2026-03-04. Fix this by 2026-03-17, or days are lost.',
    since: '2026-03-10T00:00:00.000Z',
    daysUntilLoss: 7,
  });
  const never = { addedAt: day(2), lastCoveredDate: null, lastSuccessAt: null };
  expect(found(withOne(never))).toEqual(['loss_near never_collected']);
});

test('a token’s expiry is reported fourteen, seven and one day before, as one line of a message', () => {
  const at = (days: number) => ({ ...fine, tokenExpiresAt: day(-days) });
  expect(found(at(15))).toEqual([]);
  expect(found(at(14))).toEqual(['token_expires within_14_days']);
  expect(found(at(7))).toEqual(['token_expires within_14_days', 'token_expires within_7_days']);
  expect(found(at(1)).length).toBe(3);
  expect(found(at(-3)).length).toBe(3);
  expect(groupProblems(findProblems(at(1), NOW))).toMatchObject([
    { kind: 'token_expires', code: 'within_1_days', repositoryCount: 0, repositories: [] },
  ]);
});

test('a standstill of collecting is noticed, even if no run ever began', () => {
  const still = (lastRunAt: string | null) => ({ ...withOne(covered(3)), lastSuccessAt: day(3), lastRunAt });
  expect(found(still(null))).toEqual(['not_running no_success']);
  const sentence = (tenant: WatchedTenant) => findProblems(tenant, NOW)[0]?.message;
  expect(sentence(still(null))).toBe(
    'Nothing has been collected since 2026-03-07. No collection has started since: check that the alarm fires.',
  );
  expect(sentence(still(day(0)))).toContain('The collection log says why.');
  expect(found({ ...still(null), lastSuccessAt: day(1.9) })).toEqual([]);
  const weekly = withOne({ ...covered(7), schedule: 'weekly' });
  expect(found({ ...weekly, lastSuccessAt: day(7) })).toEqual([]);
  expect(found({ ...weekly, lastSuccessAt: day(9) })).toEqual(['not_running no_success']);
});

test('the same facts give the same problems at any later moment of the day', () => {
  const tenant = { ...withOne(failing('not_found', 8)), tokenExpiresAt: day(-5), lastSuccessAt: day(3) };
  const later = new Date(NOW.getTime() + 3_600_000);
  expect(findProblems(tenant, later)).toEqual(findProblems(tenant, NOW));
});

test('the overview shows one line for each cause', () => {
  const shown = (tenant: WatchedTenant) =>
    groupProblems(foldConsequences(findProblems(tenant, NOW), tenant.repositories)).map(
      ({ kind, code, daysUntilLoss }) => `${kind} ${code} ${daysUntilLoss}`,
    );
  const near = { ...covered(8), repositoryId: 2, fullName: 'o/two' };
  expect(found(withOne({ ...failing('not_found', 8), ...covered(8) }))).toEqual([
    'repository_failing not_found',
    'loss_near days_left',
  ]);
  expect(shown(withOne({ ...failing('not_found', 8), ...covered(8) }))).toEqual([
    'repository_failing not_found 5',
  ]);
  const refused = { ...failing('token_invalid', 8), ...covered(8) };
  expect(shown({ ...withOne(refused), tokenExpiresAt: day(8) })).toEqual(['token_refused token_invalid 5']);
  // Another repository that is near a loss for a reason of its own stays.
  expect(shown({ ...fine, repositories: [failing('not_found', 8), { ...healthy, ...near }] })).toEqual([
    'loss_near days_left 5',
    'repository_failing not_found 13',
  ]);
  expect(shown({ ...withOne(covered(8)), lastSuccessAt: day(8) })).toEqual(['not_running no_success 5']);
});

test('three hundred repositories that fail for one reason are one line of a message within Slack’s limits', () => {
  const repositories = Array.from({ length: 300 }, (_, id) => ({
    ...failing(id === 0 ? 'not_found' : 'no_push_access', 1),
    repositoryId: id,
    fullName: `northwind-labs/repository-${String(id).padStart(3, '0')}`,
  }));
  const began = findProblems({ ...fine, repositories }, NOW);
  expect(began.length).toBe(300);
  const tenant = { tenantId: 1, name: 'Northwind' };
  const message = toProblemMessage({ tenant, began, over: [] }, 'https://pages.example');
  expect(message.sections.map(({ lines }) => lines.map(({ text }) => text))).toEqual([
    [
      'Collecting fails (northwind-labs/repository-000): Because of not_found.',
      'Collecting fails (northwind-labs/repository-001, northwind-labs/repository-002, northwind-labs/repository-003, and 296 more): Because of no_push_access.',
    ],
  ]);
  expect(findBlockKitError(toPayload('slack', message))).toBeNull();
  const dead = repositories.map((one) => ({ ...one, failureCode: 'token_invalid' }));
  expect(found({ ...fine, repositories: dead })).toEqual(['token_refused token_invalid']);
});

test('an old copy is a problem only when three days or fewer are left, and none while GitHub stands still', () => {
  const copy = (days: number, stalledThrough: string | null = null) => {
    const end = day(days).slice(0, 10);
    return withOne({ publishedThrough: end, oldCopyThrough: end, stalledThrough });
  };
  expect(found(copy(11))).toEqual([]);
  expect(found(copy(12))).toEqual(['loss_near old_copy']);
  expect(found(copy(20))).toEqual(['loss_near old_copy']);
  expect(found(copy(20, day(20).slice(0, 10)))).toEqual([]);
  expect(findProblems(copy(12), NOW)).toMatchObject([
    {
      message:
        'GitHub answers with an old copy that ends on 2026-02-26. It is asked again every hour. If nothing newer comes by 2026-03-13, days are lost.',
      since: '2026-03-10T00:00:00.000Z',
      daysUntilLoss: 3,
    },
  ]);
});

test('news from GitHub stands apart from what needs action', () => {
  const stall = {
    kind: 'github_stalled',
    code: 'public',
    repositoryId: null,
    fullName: null,
    message: 'GitHub has published no traffic of public repositories since 23 September.',
    since: day(2),
    daysUntilLoss: null,
  } as const;
  const tenant = { tenantId: 1, name: 'Ours' };
  const began = toProblemMessage({ tenant, began: [stall], over: [] }, null);
  expect(began.title).toBe('Ours: news from GitHub');
  expect(began.sections).toEqual([{ heading: 'From GitHub', lines: [{ text: stall.message }] }]);
  const over = toProblemMessage({ tenant, began: [], over: [stall] }, null);
  expect(over.sections).toEqual([
    { heading: 'From GitHub', lines: [{ text: 'GitHub publishes traffic of public repositories again.' }] },
  ]);
});
