/** A figure or a state, explained where it stands on the pages. docs/figures.md lists the same texts. */
export interface Term {
  title: string;
  text: string;
}

const FIGURES = {
  views: {
    title: 'Views',
    text: 'Page views of the repository on github.com, as GitHub counts them per UTC day.',
  },
  visitors: {
    title: 'Visitors',
    text: 'People who viewed a page. GitHub counts each person once a day, so one day is exact. A sum over days or repositories counts people who return again: the true number is at most that sum, and at least the largest part of it.',
  },
  clones: {
    title: 'Clones',
    text: 'Full and partial clones over HTTP and SSH. Every checkout by CI is one.',
  },
  cloners: {
    title: 'Cloners',
    text: 'People and machines that cloned. GitHub counts each once a day, so a sum over days or repositories is an upper bound. All checkouts of a day with the same workflow token are one cloner.',
  },
  stars: {
    title: 'Stars',
    text: 'Stars at the last collection. Stars gained are counted on the day they were given. Removed stars stay counted.',
  },
  forks: { title: 'Forks', text: 'Forks at the last collection.' },
  watchers: {
    title: 'Watchers',
    text: 'People who get notifications of the repository; GitHub’s API calls them subscribers.',
  },
  downloads: {
    title: 'Downloads',
    text: 'Downloads of the files of releases, from one reading a day. Downloads between two distant readings belong to no single day.',
  },
  ci: {
    title: 'Clones by CI',
    text: 'An estimate: how many clones come with each workflow run, over at least 28 settled days. It is shown only where clones follow runs.',
  },
  referrers: {
    title: 'Referrers',
    text: 'The ten sites that most visitors came from, over GitHub’s rolling 14 days. A site that is not in the list may still have sent visitors.',
  },
  paths: {
    title: 'Paths',
    text: 'The ten pages of the repository with most views, over GitHub’s rolling 14 days.',
  },
  change: {
    title: 'Change',
    text: 'Against the days of the comparison, with as many settled days on both sides. Only repositories whose days are known on both sides are compared. It is rounded first: 0% has no direction.',
  },
  bounds: {
    title: 'At most, at least',
    text: 'Unique visitors and cloners do not add up. “At most” is the sum of the days and repositories; “at least” is the largest number that GitHub itself counted in them.',
  },
} satisfies Record<string, Term>;

const STATES = {
  measured: { title: 'Measured', text: 'GitHub reported the day, and its figures are final.' },
  zero: { title: 'Zero', text: 'GitHub reported that nobody came.' },
  notPublished: {
    title: 'Not published yet',
    text: 'GitHub has not published the day yet. It is neither zero nor lost.',
  },
  preliminary: {
    title: 'Preliminary',
    text: 'Read before the day was final, so it may still grow. Only servers that name just the days with traffic have such days. Comparisons leave them out.',
  },
  incomplete: {
    title: 'Incomplete',
    text: 'GitHub showed only a part of the day and has forgotten it. The figures are at least these. Comparisons leave the day out.',
  },
  suspect: {
    title: 'Suspect',
    text: 'Zero, but so was everything else on the server: GitHub may have failed. Comparisons leave the day out.',
  },
  lost: {
    title: 'Lost',
    text: 'The day was not collected before GitHub forgot it. It is a gap, not a zero, and cannot be recovered.',
  },
  imported: {
    title: 'Imported',
    text: 'Another tool’s file has the figures: we did not measure the day, or saw less of it. A click on the day names the file.',
  },
  partialWeek: {
    title: 'Partial week or month',
    text: 'The range holds only some of its days, so it is lower than its neighbors.',
  },
} satisfies Record<string, Term>;

export type TermName = keyof typeof FIGURES | keyof typeof STATES;

/** Every figure and state, in the order in which they are explained. */
export const GLOSSARY: Record<TermName, Term> = { ...FIGURES, ...STATES };

export const FIGURE_TERMS: Term[] = Object.values(FIGURES);
export const STATE_TERMS: Term[] = Object.values(STATES);
