/** A repository's traffic, told in a few words. Days are UTC 'YYYY-MM-DD'; counts are per day unless said otherwise. */
export interface Story {
  description: string | null;
  language: string | null;
  topics?: string[];
  /** Views and clones by people on an ordinary weekday when the repository was created. */
  views: number;
  clones: number;
  /** Views by one visitor in a day; 2.5 unless told. */
  viewsPerVisitor?: number;
  /** People who come back again and again. */
  regulars: number;
  /** A weekend day's level as a part of a weekday's. */
  weekend: number;
  /** By how much the level is multiplied each year; 1 is steady. */
  growthPerYear: number;
  season?: { peakOn: string; swing: number };
  /** Checkouts by CI on a weekday: clones without views, of which each workflow run brings 3.5. */
  ciClones?: number;
  spikes?: Spike[];
  /** Days whose figures GitHub lowers afterwards. */
  corrections?: Correction[];
  idle?: { from: string; until: string }[];
  referrers: Source[];
  paths: StoryPath[];
  starsPerDay: number;
  releases?: {
    everyDays: number;
    /** Downloads of a new release's first asset on its first days, roughly. */
    downloads: number;
    /** Names of the assets; `TAG` stands for the release's tag. */
    assets: string[];
    /** What a tag begins with; `v` unless told. */
    prefix?: string;
  };
  /** What GitHub answers when there was nothing for 14 days: empty lists, or the last window that had something. */
  whenIdle?: 'empty' | 'old-window';
}

/** GitHub counts a day again: from an instant on it shows a part of what it showed before. */
interface Correction {
  day: string;
  /** The first day on which GitHub shows less. */
  since: string;
  /** What is left, of 1. */
  share: number;
}

/** A day on which many people came at once; the crowd halves every `halfLife` days. */
export interface Spike {
  on: string;
  views: number;
  halfLife: number;
  referrer: string;
  /** Views a day that stay when the crowd has gone. */
  lasting?: number;
}

/** A referrer, and how much of the ordinary traffic it brings compared with the others (direct visits weigh 1). */
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
