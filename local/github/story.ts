/** A short description from which a repository's traffic is computed. Days are UTC, 'YYYY-MM-DD'; counts are per day. */
export interface Story {
  description: string | null;
  language: string | null;
  topics?: string[];
  /** People's views and clones on an ordinary weekday when the repository was created. */
  views: number;
  clones: number;
  /** Views by one visitor in a day. Default: 2.5. */
  viewsPerVisitor?: number;
  /** The number of people who keep coming back. */
  regulars: number;
  /** A weekend day's level, relative to a weekday's. */
  weekend: number;
  /** The factor by which the level grows each year; 1 is steady. */
  growthPerYear: number;
  season?: { peakOn: string; swing: number };
  /** CI's clones on a weekday, without views. Each workflow run brings 3.5. */
  ciClones?: number;
  spikes?: Spike[];
  /** Days whose figures GitHub lowers later. */
  corrections?: Correction[];
  idle?: { from: string; until: string }[];
  referrers: Source[];
  paths: StoryPath[];
  starsPerDay: number;
  releases?: {
    everyDays: number;
    /** Rough daily downloads of a new release's first asset. */
    downloads: number;
    /** The assets' names; `TAG` stands for the release's tag. */
    assets: string[];
    /** The prefix of tags. Default: `v`. */
    prefix?: string;
  };
  /** What GitHub answers after 14 days without traffic: empty lists, or the last window with traffic. Default: 'empty'. */
  whenIdle?: 'empty' | 'old-window';
}

/** GitHub counts a day again, and shows lower figures from then on. */
interface Correction {
  day: string;
  /** The first day on which GitHub shows less. */
  since: string;
  /** The share that is left, 0 to 1. */
  share: number;
}

/** A sudden crowd, which halves every `halfLife` days. */
export interface Spike {
  on: string;
  views: number;
  halfLife: number;
  referrer: string;
  /** Additional views a day that stay after the crowd has gone. */
  lasting?: number;
}

/** A referrer, and its weight in ordinary traffic; direct visits weigh 1. */
export interface Source {
  referrer: string;
  weight: number;
  from?: string;
  until?: string;
}

/** A page of the repository: `path` follows `/owner/name`, and is empty for the front page. */
export interface StoryPath {
  path: string;
  title?: string;
  weight: number;
  from?: string;
  until?: string;
}
