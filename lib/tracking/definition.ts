import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { ListedRepository } from '../github/answers.ts';

type Row = Tables['trackingRule'];

/** Which repositories a rule tracks. Patterns may hold `*` (any characters) and `?` (one), and ignore case, as GitHub does. */
export interface RuleDefinition {
  /** A pattern of accounts; `*` for all that the token sees. */
  owner: string;
  namePattern: string;
  /** Patterns of full names that the rule leaves out. */
  exceptions: string[];
  forks: Row['forks'];
  archived: Row['archived'];
  visibility: Row['visibility'];
}

/** What a rule looks at. */
export type Candidate = Pick<ListedRepository, 'owner' | 'name' | 'fork' | 'archived' | 'visibility'>;

/** The characters of a pattern of accounts, and of names. */
export const OWNER_PATTERN = /^[A-Za-z0-9_*?-]+$/;
export const NAME_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._*?-]+$/;

/** Whether a text matches a pattern, in steps that grow with the product of their lengths at most. */
export function matchesPattern(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let place = 0; place < given.length; ) {
    if (wanted[at] === '*') {
      star = at;
      resume = place;
      at += 1;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else return false;
  }
  while (wanted[at] === '*') at += 1;
  return at === wanted.length;
}

/** Whether a pattern names one thing only. */
export function isExact(pattern: string): boolean {
  return !/[*?]/.test(pattern);
}

/** Whether the rule tracks a repository. */
export function matchesRule(
  { owner, namePattern, exceptions, forks, archived, visibility }: RuleDefinition,
  repository: Candidate,
): boolean {
  if (forks === 'excluded' && repository.fork) return false;
  if (archived === 'excluded' && repository.archived) return false;
  if (visibility !== 'any' && visibility !== repository.visibility) return false;
  if (!matchesPattern(owner, repository.owner) || !matchesPattern(namePattern, repository.name)) return false;
  return !exceptions.some((exception) => isException(exception, repository));
}

function isException(exception: string, { owner, name }: Candidate): boolean {
  const [ofOwner = '', ofName = ''] = exception.split('/');
  return matchesPattern(ofOwner, owner) && matchesPattern(ofName, name);
}

/** A rule's name: `acme/sdk-*`. */
export function toLabel({ owner, namePattern }: Pick<RuleDefinition, 'owner' | 'namePattern'>): string {
  return `${owner}/${namePattern}`;
}

/** What a rule tracks, in words: "all repositories of acme that are not forks, are public and match sdk-*". */
export function describeRule(rule: RuleDefinition): string {
  const { owner, namePattern, exceptions, forks, archived, visibility } = rule;
  const conditions = [
    forks === 'excluded' ? ['are not forks'] : [],
    archived === 'excluded' ? ['are not archived'] : [],
    visibility === 'any' ? [] : [`are ${visibility}`],
    namePattern === '*' ? [] : [`match ${namePattern}`],
  ].flat();
  const last = conditions.pop();
  const all = conditions.length === 0 ? last : `${conditions.join(', ')} and ${last}`;
  const which = owner === '*' ? 'all repositories of any owner' : `all repositories of ${owner}`;
  const without = exceptions.length === 0 ? '' : `, except ${exceptions.join(', ')}`;
  return `${which}${all === undefined ? '' : ` that ${all}`}${without}`;
}

/** Whether two rules track the same, whatever the case and order of their words. */
export function isSameRule(one: RuleDefinition, other: RuleDefinition): boolean {
  return toKey(one) === toKey(other);
}

function toKey({ owner, namePattern, exceptions, forks, archived, visibility }: RuleDefinition): string {
  return [owner, namePattern, ...[...exceptions].sort(), forks, archived, visibility].join(' ').toLowerCase();
}

/** The most rules of a tenant. */
export const MAX_RULES = 50;
/** The most exceptions of a rule. */
export const MAX_EXCEPTIONS = 50;

const WORDS = 'owner/*, owner/name, *, !owner/name, !owner/*, !fork, !archived, !private';

/**
 * The rules of TRACK: words separated by commas, those of ghstats' GHS_FILTER among them. `owner/*`, `owner/name` and `*` track;
 * `!owner/name`, `!fork`, `!archived` and `!private` leave out. Without a word that tracks, everything is tracked. A
 * repository that is named in full is tracked although it is a fork, archived or private. Throws `invalid_input`, which
 * names the word and its place.
 */
export function parseTrack(text: string): RuleDefinition[] {
  const included: [owner: string, namePattern: string][] = [];
  const exceptions: string[] = [];
  const meta = new Set<string>();
  for (const [index, word] of text
    .split(',')
    .map((part) => part.trim())
    .entries()) {
    if (word === '') continue;
    const isLeftOut = word.startsWith('!');
    const rest = isLeftOut ? word.slice(1).trim() : word;
    const refuse = (why: string) =>
      new Failure('invalid_input', `TRACK: word ${index + 1}, “${word}”, ${why}. Words are ${WORDS}.`);
    if (isLeftOut && META.has(rest.toLowerCase())) {
      meta.add(rest.toLowerCase().replace(/s$/, ''));
      continue;
    }
    const [owner = '', name, ...more] = rest === '*' ? ['*', '*'] : rest.split('/');
    if (name === undefined || more.length > 0) throw refuse('is not understood');
    if (!OWNER_PATTERN.test(owner) || owner.length > MAX_NAME) throw refuse('has no valid owner');
    if (!NAME_PATTERN.test(name) || name.length > MAX_NAME) throw refuse('has no valid name after the /');
    if (isLeftOut) exceptions.push(`${owner}/${name}`);
    else included.push([owner, name]);
  }
  if (included.length + exceptions.length + meta.size === 0)
    throw new Failure('invalid_input', `TRACK names no repositories. Words are ${WORDS}.`);
  if (included.length > MAX_RULES || exceptions.length > MAX_EXCEPTIONS)
    throw new Failure(
      'invalid_input',
      `TRACK has too many words: at most ${MAX_RULES} that track and ${MAX_EXCEPTIONS} that leave out.`,
    );
  const all: [string, string][] = included.length === 0 ? [['*', '*']] : included;
  const rules = all.map(([owner, namePattern]): RuleDefinition => {
    const isOne = isExact(owner) && isExact(namePattern);
    return {
      owner,
      namePattern,
      exceptions,
      forks: !isOne && meta.has('fork') ? 'excluded' : 'included',
      archived: !isOne && meta.has('archived') ? 'excluded' : 'included',
      visibility: !isOne && meta.has('private') ? 'public' : 'any',
    };
  });
  return rules.filter((rule, index) => rules.findIndex((other) => isSameRule(rule, other)) === index);
}

const META = new Set(['fork', 'forks', 'archived', 'private']);
const MAX_NAME = 100;
