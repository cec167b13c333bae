import type { Instant } from '../../lib/instant.ts';

/** The requests about a repository. */
export type Asked =
  | 'repository'
  | 'views'
  | 'clones'
  | 'viewWeeks'
  | 'cloneWeeks'
  | 'referrers'
  | 'paths'
  | 'other';

/** GitHub's answers about one repository at one instant. */
export interface Said {
  at: Instant;
  /** The different complete answers to each request. */
  answers: Map<Asked, Set<string>>;
  /** Requests that were not answered properly. */
  failures: number;
}

/** GitHub's own record of its answers, by repository and instant. */
export interface Ledger {
  note(repository: number, at: Instant, asked: Asked, answer: string | null): void;
  /** Oldest first. */
  of(repository: number): Said[];
}

export function openLedger(): Ledger {
  const said = new Map<number, Map<Instant, Said>>();
  return {
    note(repository, at, asked, answer) {
      const instants = said.get(repository) ?? new Map<Instant, Said>();
      const entry = instants.get(at) ?? { at, answers: new Map(), failures: 0 };
      said.set(repository, instants.set(at, entry));
      if (answer === null) entry.failures += 1;
      else entry.answers.set(asked, (entry.answers.get(asked) ?? new Set()).add(answer));
    },
    of: (repository) =>
      [...(said.get(repository)?.values() ?? [])].sort((one, other) => (one.at < other.at ? -1 : 1)),
  };
}

/** Whether a repository's days could be collected: one of the two lists is enough. */
export function hasDays({ answers }: Said): boolean {
  return answers.has('repository') && (answers.has('views') || answers.has('clones'));
}

/** The answer to a request; undefined if there was none, or if answers differed. */
export function bodyOf({ answers }: Said, asked: Asked): unknown {
  const [answer, ...others] = answers.get(asked) ?? [];
  return answer === undefined || others.length > 0 ? undefined : JSON.parse(answer);
}
