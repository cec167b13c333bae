import { expect, test } from 'vitest';
import {
  describeGroupRule,
  type GroupCandidate,
  type GroupRule,
  isSameGroupRule,
  matchesGroupRule,
} from '../../lib/groups/rule.ts';
import { fromTopicsColumn, toTopicsColumn } from '../../lib/repositories/topics.ts';

const ANY: GroupRule = { owner: '*', namePattern: '*', topic: null, visibility: 'any' };
const SDK: GroupCandidate = { owner: 'Acme', name: 'sdk-js', visibility: 'public', topics: ['api', 'sdk'] };

test.each([
  [{}, true],
  [{ namePattern: 'SDK-*' }, true],
  [{ namePattern: 'sdk' }, false],
  [{ owner: 'acme' }, true],
  [{ owner: 'acm?' }, true],
  [{ owner: 'umbrella' }, false],
  [{ topic: 'sdk' }, true],
  [{ topic: 'SD?' }, true],
  [{ topic: 'sd' }, false],
  [{ visibility: 'private' }, false],
  [{ visibility: 'public', owner: 'acme', topic: 'api', namePattern: '*-js' }, true],
] satisfies [Partial<GroupRule>, boolean][])('a rule with %j takes in acme/sdk-js: %s', (part, isMatch) => {
  expect(matchesGroupRule({ ...ANY, ...part }, SDK)).toBe(isMatch);
});

test('a rule with a topic takes in no repository whose topics were never read', () => {
  const unread = { ...SDK, topics: fromTopicsColumn(null) };
  expect(matchesGroupRule({ ...ANY, topic: '*' }, unread)).toBe(false);
  expect(matchesGroupRule(ANY, unread)).toBe(true);
});

test('a rule says in words what it takes in', () => {
  expect(describeGroupRule(ANY)).toBe('all repositories of any owner');
  expect(describeGroupRule({ owner: 'acme', namePattern: 'sdk-*', topic: 'ui', visibility: 'public' })).toBe(
    'all repositories of acme that are public and match sdk-*, with the topic ui',
  );
});

test('rules are the same whatever the case of their words', () => {
  expect(isSameGroupRule({ ...ANY, owner: 'Acme' }, { ...ANY, owner: 'acme' })).toBe(true);
  expect(isSameGroupRule({ ...ANY, topic: 'ui' }, ANY)).toBe(false);
  expect(isSameGroupRule(null, ANY)).toBe(false);
});

test('topics are stored sorted, once each, and as many as there is room for', () => {
  expect(toTopicsColumn(['web', 'api', 'Web'])).toBe('api,web');
  expect(fromTopicsColumn('api,web')).toEqual(['api', 'web']);
  expect(fromTopicsColumn(toTopicsColumn([]))).toEqual([]);
  const many = Array.from({ length: 30 }, (_, index) => `${String(index).padStart(2, '0')}${'x'.repeat(48)}`);
  const stored = toTopicsColumn(many);
  expect(stored.length).toBeLessThanOrEqual(1100);
  expect(fromTopicsColumn(stored)).toEqual(many.slice(0, 21));
});
