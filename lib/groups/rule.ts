import { describeRule, matchesPattern, matchesRule, type RuleDefinition } from '../tracking/definition.ts';

/** Which of a tenant's repositories belong to a group, now and later. Patterns are those of tracking rules. */
export interface GroupRule extends Pick<RuleDefinition, 'owner' | 'namePattern' | 'visibility'> {
  /** A pattern that one of the repository's topics must match; null for any repository. */
  topic: string | null;
}

/** What a group's rule looks at. */
export interface GroupCandidate {
  owner: string;
  name: string;
  visibility: Exclude<RuleDefinition['visibility'], 'any'>;
  topics: readonly string[];
}

/** The characters of a pattern of topics. */
export const TOPIC_PATTERN = /^[A-Za-z0-9*?-]+$/;

const EVERYTHING_ELSE: Pick<RuleDefinition, 'exceptions' | 'forks' | 'archived'> = {
  exceptions: [],
  forks: 'included',
  archived: 'included',
};

/** Whether the rule takes a repository into its group. Forks and archived repositories belong to groups as others do. */
export function matchesGroupRule(
  { topic, ...rule }: GroupRule,
  { topics, ...repository }: GroupCandidate,
): boolean {
  if (topic !== null && !topics.some((one) => matchesPattern(topic, one))) return false;
  return matchesRule({ ...rule, ...EVERYTHING_ELSE }, { ...repository, fork: false, archived: false });
}

/** What a rule matches, in words: "all repositories of acme that are public and match sdk-*, with the topic ui". */
export function describeGroupRule({ topic, ...rule }: GroupRule): string {
  const words = describeRule({ ...rule, ...EVERYTHING_ELSE });
  return topic === null ? words : `${words}, with the topic ${topic}`;
}

/** Whether two rules match the same, whatever the case of their words. */
export function isSameGroupRule(one: GroupRule | null, other: GroupRule | null): boolean {
  return toKey(one) === toKey(other);
}

function toKey(rule: GroupRule | null): string {
  if (rule === null) return '';
  const { owner, namePattern, topic, visibility } = rule;
  return [owner, namePattern, topic ?? '', visibility].join(' ').toLowerCase();
}
