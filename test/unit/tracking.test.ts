import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../lib/failure.ts';
import type { ListedRepository } from '../../lib/github/answers.ts';
import {
  describeRule,
  isSameRule,
  matchesPattern,
  matchesRule,
  parseTrack,
  type RuleDefinition,
} from '../../lib/tracking/definition.ts';
import { MAX_TRACKED, planTracking, type TrackedRepository } from '../../lib/tracking/plan.ts';
import { SEED } from '../seed.ts';

const ALL: RuleDefinition = {
  owner: '*',
  namePattern: '*',
  exceptions: [],
  forks: 'included',
  archived: 'included',
  visibility: 'any',
};

function listed(fullName: string, change: Partial<ListedRepository> = {}): ListedRepository {
  const [owner = '', name = ''] = fullName.split('/');
  return {
    id: [...fullName].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 1),
    owner,
    name,
    fullName,
    visibility: 'public',
    topics: [],
    fork: false,
    archived: false,
    description: null,
    htmlUrl: '',
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
    stars: 0,
    forks: 0,
    openIssues: 0,
    createdAt: '2025-01-01T00:00:00Z',
    ...change,
  };
}

const matching = (rule: Partial<RuleDefinition>, repositories: ListedRepository[]) =>
  repositories.filter((one) => matchesRule({ ...ALL, ...rule }, one)).map(({ fullName }) => fullName);

test.each([
  ['*', 'anything', true],
  ['sdk-*', 'sdk-go', true],
  ['sdk-*', 'sdk-', true],
  ['sdk-*', 'my-sdk-go', false],
  ['SDK-*', 'sdk-Go', true],
  ['sdk-??', 'sdk-go', true],
  ['sdk-??', 'sdk-java', false],
  ['*.js', 'vue.js', true],
  ['*.js', 'vuexjs', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
])('the pattern %s and the name %s: %s', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});

test('patterns mean what the same regular expression means', () => {
  const letters = fc.constantFrom('a', 'b', '-', '.');
  const text = fc.array(letters, { maxLength: 10 }).map((all) => all.join(''));
  const pattern = fc
    .array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(pattern, text, (one, given) => {
      const source = one.replace(/[.-]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPattern(one, given)).toBe(new RegExp(`^${source}$`).test(given));
    }),
    { numRuns: 500, seed: SEED },
  );
});

test('a pattern of many stars is matched at once', () => {
  const begun = performance.now();
  expect(matchesPattern(`${'*a'.repeat(49)}*b`, 'a'.repeat(100))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(100);
});

test('a rule looks at owner, name, forks, archived ones, visibility and exceptions', () => {
  const repositories = [
    listed('acme/sdk-go'),
    listed('acme/sdk-java', { visibility: 'private' }),
    listed('acme/sdk-old', { archived: true }),
    listed('acme/sdk-fork', { fork: true }),
    listed('acme/site'),
    listed('other/sdk-go'),
  ];
  expect(matching({ owner: 'ACME', namePattern: 'sdk-*' }, repositories)).toHaveLength(4);
  expect(matching({ owner: 'acme', forks: 'excluded', archived: 'excluded' }, repositories)).toEqual([
    'acme/sdk-go',
    'acme/sdk-java',
    'acme/site',
  ]);
  expect(matching({ visibility: 'private' }, repositories)).toEqual(['acme/sdk-java']);
  expect(matching({ exceptions: ['acme/sdk-*', 'other/*'] }, repositories)).toEqual(['acme/site']);
});

test('a rule is described in words', () => {
  expect(describeRule({ ...ALL, owner: 'acme' })).toBe('all repositories of acme');
  const narrow = { owner: 'acme', forks: 'excluded', archived: 'excluded', visibility: 'public' } as const;
  expect(describeRule({ ...ALL, ...narrow, namePattern: 'sdk-*', exceptions: ['acme/sdk-x'] })).toBe(
    'all repositories of acme that are not forks, are not archived, are public and match sdk-*, except acme/sdk-x',
  );
});

test('rules are the same whatever the case of their names and the order of their exceptions', () => {
  expect(isSameRule({ ...ALL, owner: 'Acme' }, { ...ALL, owner: 'acme' })).toBe(true);
  expect(isSameRule({ ...ALL, exceptions: ['a/b', 'c/d'] }, { ...ALL, exceptions: ['c/d', 'a/b'] })).toBe(
    true,
  );
  expect(isSameRule(ALL, { ...ALL, forks: 'excluded' })).toBe(false);
});

/** What ghstats says of its words: https://github.com/vladkens/ghstats, README and src/helpers.rs. */
test.each([
  ['foo/bar', ['foo/bar']],
  ['foo/*', ['foo/bar', 'foo/fork', 'foo/old']],
  ['FOO/*', ['foo/bar', 'foo/fork', 'foo/old']],
  ['foo/*,abc/xyz', ['foo/bar', 'foo/fork', 'foo/old', 'abc/xyz']],
  ['foo/*,!foo/bar', ['foo/fork', 'foo/old']],
  ['*', ['foo/bar', 'foo/fork', 'foo/old', 'abc/xyz', 'fooo/bar']],
  ['*,!foo/*', ['abc/xyz', 'fooo/bar']],
  ['*,!foo/bar,!abc/xyz', ['foo/fork', 'foo/old', 'fooo/bar']],
  ['*,!fork', ['foo/bar', 'foo/old', 'abc/xyz', 'fooo/bar']],
  ['*,!fork,!archived', ['foo/bar', 'abc/xyz', 'fooo/bar']],
  ['foo/*,!fork', ['foo/bar', 'foo/old']],
  ['*,foo/fork,!fork', ['foo/bar', 'foo/fork', 'foo/old', 'abc/xyz', 'fooo/bar']],
  ['!fork', ['foo/bar', 'foo/old', 'abc/xyz', 'fooo/bar']],
])('TRACK=%s tracks what GHS_FILTER shows', (text, expected) => {
  const repositories = [
    listed('foo/bar'),
    listed('foo/fork', { fork: true }),
    listed('foo/old', { archived: true }),
    listed('abc/xyz'),
    listed('fooo/bar'),
  ];
  const rules = parseTrack(text);
  expect(
    repositories
      .filter((one) => rules.some((rule) => matchesRule(rule, one)))
      .map(({ fullName }) => fullName),
  ).toEqual(expected);
});

test('TRACK also knows patterns, */* and !private', () => {
  expect(parseTrack(' acme/sdk-* , !private,')).toEqual([
    { ...ALL, owner: 'acme', namePattern: 'sdk-*', visibility: 'public' },
  ]);
  expect(parseTrack('*/*,*')).toEqual([ALL]);
  expect(parseTrack('!acme/secret')).toEqual([{ ...ALL, exceptions: ['acme/secret'] }]);
});

test.each([
  ['', /names no repositories/],
  ['acme', /word 1, “acme”, is not understood/],
  ['acme/*, !forked', /word 2, “!forked”, is not understood/],
  ['acme/*,a/b/c', /word 2, “a\/b\/c”, is not understood/],
  ['ac me/*', /word 1, “ac me\/\*”, has no valid owner/],
  ['acme/', /word 1, “acme\/”, has no valid name/],
  ['acme/..', /has no valid name/],
  [Array.from({ length: 51 }, (_, index) => `o${index}/*`).join(','), /too many words/],
])('TRACK=%s is refused with the place', (text, message) => {
  expect(() => parseTrack(text)).toThrow(message);
  expect(() => parseTrack(text)).toThrow(Failure);
});

test('any TRACK is read or refused with a sentence', () => {
  const words = fc.array(fc.oneof(fc.string(), fc.constantFrom('a/*', '!fork', '*', '!a/b')), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(words, (all) => {
      try {
        for (const rule of parseTrack(all.join(','))) matchesRule(rule, listed('a/b'));
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
    { numRuns: 300, seed: SEED },
  );
});

const rule = (ruleId: number, change: Partial<RuleDefinition> = {}) => ({ ...ALL, ...change, ruleId });
const trackedAs = ({ id }: ListedRepository, change: Partial<TrackedRepository> = {}): TrackedRepository => ({
  repositoryId: id,
  githubId: id,
  ruleId: 1,
  unmatchedAt: null,
  ...change,
});
const situation = { listed: [], complete: true, tracked: [], excluded: new Set<number>() };
const one = listed('acme/one');
const two = listed('acme/two');

test('a plan says what is new, what is tracked, and what is skipped and why', () => {
  const hidden = listed('acme/hidden', { permissions: { ...one.permissions, push: false } });
  const gone = listed('acme/gone');
  const { matches, counts } = planTracking({
    ...situation,
    rules: [rule(1, { owner: 'acme' }), rule(2)],
    listed: [one, two, hidden, gone, listed('else/where')],
    tracked: [trackedAs(two, { ruleId: null })],
    excluded: new Set([gone.id]),
  });
  expect(matches.map(({ repository, ruleId, state }) => [repository.fullName, ruleId, state])).toEqual([
    ['acme/one', 1, 'new'],
    ['acme/two', 1, 'tracked'],
    ['acme/hidden', 1, 'no_push_access'],
    ['acme/gone', 1, 'removed'],
    ['else/where', 2, 'new'],
  ]);
  expect(counts.get(1)).toEqual({ matchCount: 4, unreadableCount: 1 });
  expect(counts.get(2)).toEqual({ matchCount: 5, unreadableCount: 1 });
});

test('what a rule added and no rule matches any more is noted, and forgotten when it matches again', () => {
  const rules = [rule(1, { namePattern: 'two' })];
  const before = [trackedAs(one), trackedAs(two, { unmatchedAt: '2026-01-01T00:00:00.000Z' })];
  const whole = planTracking({ ...situation, rules, listed: [one, two], tracked: before });
  expect([whole.unmatched, whole.matchedAgain]).toEqual([[one.id], [two.id]]);
  const byHand = [trackedAs(one, { ruleId: null })];
  expect(planTracking({ ...situation, rules, listed: [one], tracked: byHand }).unmatched).toEqual([]);
});

test('a list that is not complete proves nothing of what it lacks', () => {
  const tracked = [trackedAs(one), trackedAs(two)];
  const asked = { ...situation, rules: [rule(1, { namePattern: 'three' })], listed: [two], tracked };
  expect(planTracking({ ...asked, complete: false }).unmatched).toEqual([two.id]);
  expect(planTracking(asked).unmatched).toEqual([one.id, two.id]);
});

test('rules add repositories up to the limit, counting those they added before', () => {
  const many = Array.from({ length: MAX_TRACKED + 5 }, (_, index) =>
    listed(`acme/r${index}`, { id: index + 1 }),
  );
  const tracked = many.slice(0, 3).map((repository) => trackedAs(repository));
  const { matches } = planTracking({ ...situation, rules: [rule(1)], listed: many, tracked });
  const count = (wanted: string) => matches.filter(({ state }) => state === wanted).length;
  expect([count('tracked'), count('new'), count('over_limit')]).toEqual([3, MAX_TRACKED - 3, 5]);
});

test('what a plan adds is tracked by the next plan, which adds and takes back nothing', () => {
  const names = fc.uniqueArray(fc.constantFrom('a/x', 'a/y', 'b/x', 'b/sdk-1', 'c/sdk-2', 'c/z'), {
    minLength: 1,
  });
  const patterns = fc.constantFrom('*', 'x', 'sdk-*', '?', 'a*');
  const anyRule = fc.record({ owner: fc.constantFrom('*', 'a', 'b', 'c'), namePattern: patterns });
  fc.assert(
    fc.property(names, fc.array(anyRule, { maxLength: 3 }), fc.boolean(), (all, definitions, complete) => {
      const repositories = all.map((name) => listed(name));
      const rules = definitions.map((definition, index) => rule(index + 1, definition));
      const asked = { ...situation, rules, listed: repositories, complete };
      const first = planTracking(asked);
      const added = first.matches.filter(({ state }) => state === 'new');
      const tracked = added.map(({ repository, ruleId }) => trackedAs(repository, { ruleId }));
      const second = planTracking({ ...asked, tracked });
      expect(second.matches.every(({ state }) => state === 'tracked')).toBe(true);
      expect([second.unmatched, second.matchedAgain]).toEqual([[], []]);
      const none = planTracking({ ...asked, tracked, rules: [] });
      expect(none.unmatched.sort()).toEqual(tracked.map(({ repositoryId }) => repositoryId).sort());
    }),
    { numRuns: 200, seed: SEED },
  );
});
