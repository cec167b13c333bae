import type { NamedBy, ProblemCode, ReadListRow, ReadQuestion } from '../history.ts';
import { type Draft, type DraftList, knowsSomething, mergeInto } from './drafts.ts';

/*
 * Which repository files are about: what names are, and how they are found by the hints of the files and by answers.
 */

/** Asks what the files do not say, and gives the answer if there is one. */
export type Ask = (
  path: string,
  code: ProblemCode,
  message: string,
  question: ReadQuestion,
  count?: number,
) => string | null;

/** How a file names a repository. */
export interface Naming {
  /** `owner/name` or a name; null if the file has none. */
  name: string | null;
  namedBy: NamedBy | null;
  githubId?: number;
  choices?: string[];
  /** What tells it from other repositories without a name in the same files. */
  place?: string;
}

const FULL_NAME = /^([a-z\d](?:[a-z\d-]{0,38}))\/([\w.-]{1,100})$/i;
const NAME = /^[\w.-]{1,100}$/;

/** Whether it is an owner and a repository's name. */
export function isFullName(text: string): boolean {
  return FULL_NAME.test(text);
}

/** Whether it is a full name, or a repository's name alone. */
export function isRepositoryName(text: string): boolean {
  return FULL_NAME.test(text) || NAME.test(text);
}

/** First segments of a path on GitHub that are no owner's name: tools leave out `/owner/name`. */
const NO_OWNER =
  /^(blob|tree|issues?|pulls?|releases|wiki|actions|commits?|network|graphs|security|projects|labels)$/i;

/** The full name with which all paths of a list begin; null if they do not. */
function nameInPaths(rows: Iterable<ReadListRow>): string | null {
  let common: string | null = null;
  for (const { name } of rows) {
    const [, owner = '', repository = ''] = name.split('/');
    const full = `${owner}/${repository}`;
    if (NO_OWNER.test(owner) || !isFullName(full)) return null;
    if (common !== null && common.toLowerCase() !== full.toLowerCase()) return null;
    common ??= full;
  }
  return common;
}

const newestFirst = (one: DraftList, other: DraftList) =>
  (one.capture?.at ?? one.capture?.date ?? '') < (other.capture?.at ?? other.capture?.date ?? '') ? 1 : -1;

/** The full names in a repository's lists of paths; the newest first. */
function namesInPaths(draft: Draft): string[] {
  const lists = [...draft.lists.values()].filter(({ kind, rows }) => kind === 'paths' && rows.size > 0);
  const names = lists.sort(newestFirst).map(({ rows }) => nameInPaths(rows.values()));
  return [...new Set(names.filter((name) => name !== null))];
}

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
/** A full name without the owner. */
export const nameAlone = (full: string) => full.slice(full.indexOf('/') + 1);
/** The owner of a full name; null of a name alone. */
export const ownerOf = (full: string | null) =>
  full?.includes('/') ? full.slice(0, full.indexOf('/')) : null;

/** Whether the repository has its full name. */
export const isFull = (draft: Draft) => draft.given?.includes('/') === true;

/** Finds each repository's name by the hints of the files and by answers, and merges what is one repository. */
export function nameDrafts(drafts: Draft[], ask: Ask): Draft[] {
  for (const draft of drafts) takePathsName(draft);
  let left = drafts;
  // The same repository: with and without its owner, or in files of the same folder that do not name it.
  left = mergeWhere(left, (draft, others) => {
    if (draft.githubId !== null || isFull(draft)) return null;
    const here = others.filter((other) => other.root === draft.root && other !== draft);
    const sameHere = here.filter((other) => {
      if (draft.given === null) return other.given !== null;
      return isFull(other) && sameName(nameAlone(other.given ?? ''), draft.given);
    });
    return sameHere.length === 1 ? (sameHere[0] ?? null) : null;
  });
  takeOwnerAnswers(left, ask);
  takeNameAnswers(left, ask);
  const firstOf = (draft: Draft, others: Draft[]) =>
    others.find((other) => {
      if (other === draft) return true;
      if (draft.githubId !== null && other.githubId !== null) return draft.githubId === other.githubId;
      return isFull(draft) && isFull(other) && sameName(draft.given ?? '', other.given ?? '');
    });
  return mergeWhere(left, (draft, others) => {
    const first = firstOf(draft, others);
    return first === draft ? null : (first ?? null);
  });
}

/** Values by a key, in their order. */
export function groupBy<Value>(
  values: readonly Value[],
  toKey: (value: Value) => string,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(toKey(value));
    if (group) group.push(value);
    else groups.set(toKey(value), [value]);
  }
  return groups;
}

/** Merges each draft into the one that `findTarget` gives for it. */
function mergeWhere(drafts: Draft[], findTarget: (draft: Draft, others: Draft[]) => Draft | null): Draft[] {
  let left = drafts;
  for (const draft of drafts) {
    const target = findTarget(draft, left);
    if (!target) continue;
    mergeInto(target, draft);
    left = left.filter((other) => other !== draft);
  }
  return left;
}

function takePathsName(draft: Draft) {
  const [newest, ...older] = namesInPaths(draft);
  if (newest === undefined) return;
  if (draft.given === null || (!isFull(draft) && sameName(nameAlone(newest), draft.given))) {
    draft.given = newest;
    draft.namedBy = 'paths';
  }
  for (const name of [newest, ...older])
    if (isFull(draft) && !sameName(name, draft.given ?? '')) draft.formerNames.add(name);
}

/** The most frequent first. */
function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]).map(([value]) => value);
}

function takeOwnerAnswers(drafts: Draft[], ask: Ask) {
  const lacking = drafts.filter(
    (draft) => draft.given !== null && !isFull(draft) && draft.choices.length === 0 && knowsSomething(draft),
  );
  const groups = groupBy(lacking, ({ root }) => topOf(root));
  const owners = drafts.flatMap(({ given }) => ownerOf(given) ?? []);
  for (const [top, group] of groups) {
    const names = group.map(({ given }) => given).slice(0, 3);
    const known = drafts.filter(
      (draft) =>
        isFull(draft) && group.some(({ given }) => sameName(nameAlone(draft.given ?? ''), given ?? '')),
    );
    const owner = ask(
      [...(group[0]?.files ?? [])][0] ?? top,
      'owner_unknown',
      `The files name ${names.join(', ')}${group.length > 3 ? ' and others' : ''} without an owner.`,
      {
        id: `owner:${top}`,
        kind: 'owner',
        choices: null,
        suggestions: byFrequency([...owners, ...known.flatMap(({ given }) => ownerOf(given) ?? [])]),
      },
      group.length,
    );
    if (owner === null) continue;
    for (const draft of group) {
      if (!isFullName(`${owner}/${draft.given}`)) continue;
      draft.given = `${owner}/${draft.given}`;
      draft.namedBy = 'answer';
    }
  }
}

/** The folders of one drop's repositories usually have one owner. */
const topOf = (root: string) => root.split('/')[0] ?? '';

/** What tells the repository from others, the same for the same files. */
export function keyOf(draft: Draft): string {
  if (draft.githubId !== null) return `#${draft.githubId}`;
  if (isFull(draft)) return (draft.given ?? '').toLowerCase();
  return `${draft.root}|${draft.given ?? draft.place}`;
}

function takeNameAnswers(drafts: Draft[], ask: Ask) {
  for (const draft of drafts) {
    if (!knowsSomething(draft) || isFull(draft) || (draft.given !== null && draft.choices.length === 0))
      continue;
    const [path = draft.root] = draft.files;
    const answer = ask(
      path,
      'repository_unknown',
      'The files do not say which repository they are about.',
      {
        id: `repository:${keyOf(draft)}`,
        kind: 'repository',
        choices: null,
        suggestions: draft.choices,
      },
      draft.files.size,
    );
    if (answer === null || !isFullName(answer)) continue;
    draft.given = answer;
    draft.namedBy = 'answer';
  }
}
