import { daySeed, openHistory } from './activity.ts';
import { DAY_MS, HOUR_MS, toDay, toDayNumber, toMonday } from './days.ts';
import { unit } from './random.ts';
import type { Story } from './story.ts';
import { cutFlow, type Flow, toFigures, toRegulars } from './visitors.ts';

export interface Figures {
  count: number;
  uniques: number;
}

/** The real traffic of a whole day or week, whatever GitHub shows of it. */
export interface Truth {
  viewCount: number;
  viewUniques: number;
  cloneCount: number;
  cloneUniques: number;
}

type Kind = 'views' | 'clones';

/**
 * How GitHub answers. `published`, since 2026: exactly 14 days in a row, zeros written, never today. `sparse`, before, and as
 * older Enterprise Servers do: only days with traffic, in a window that moves by the hour and includes today.
 */
export type AnswerKind = 'published' | 'sparse';

/** What GitHub shows of traffic at a moment. */
export interface Showing {
  answers: AnswerKind;
  /** The present, or the earlier instant at which what GitHub shows was true. */
  at: Date;
  /** GitHub has published nothing after this day. */
  frozenAfter: string | undefined;
}

/** The window that GitHub shows, [from, to), in fractional days since 1970. */
interface Window {
  from: number;
  to: number;
}

export interface Traffic {
  /** The body of `/traffic/views` or `/traffic/clones`. */
  buckets(kind: Kind, per: 'day' | 'week', showing: Showing): Buckets;
  truth(day: string): Truth;
  truthOfWeek(monday: string): Truth;
  /** The views of a whole day, ordinary ones and those of each spike apart. */
  viewsOn(day: number): { ordinary: number; spikes: number[] };
  /** CI's clones on a whole day. */
  ciClonesOn(day: number): number;
  /** The real unique viewers over whole days. */
  uniquesOf(from: number, until: number): number;
  /** The day, as a number, up to which referrers and paths are published, exclusive. They change once a day. */
  listedUntil(showing: Showing): number;
}

interface Buckets extends Figures {
  days: (Figures & { timestamp: string })[];
}

const WINDOW_DAYS = 14;
const MAX_IDLE = 400;
/** Yesterday is published between these hours. */
const PUBLISHING_HOURS = { from: 3, to: 7 };

/** A repository's traffic, as it really is and as GitHub shows it. */
export function openTraffic(story: Story, createdOn: string, seed: number): Traffic {
  const history = openHistory(story, createdOn, seed);
  const groupSize = {
    views: toRegulars(story.regulars).groupSize,
    clones: toRegulars(Math.ceil(story.regulars / 3)).groupSize,
  };

  function flowsIn(kind: Kind, { from, to }: Window): { day: number; flow: Flow }[] {
    const flows = [];
    for (let day = Math.floor(from); day < to; day += 1) {
      const flow = cutFlow(history(day)[kind], daySeed(seed, day, kind), from - day, to - day);
      flows.push({ day, flow });
    }
    return flows;
  }

  function figuresOf(kind: Kind, window: Window): Figures {
    return toFigures(
      flowsIn(kind, window).map(({ flow }) => flow),
      groupSize[kind],
    );
  }

  function truthOf(window: Window): Truth {
    const views = figuresOf('views', window);
    const clones = figuresOf('clones', window);
    return {
      viewCount: views.count,
      viewUniques: views.uniques,
      cloneCount: clones.count,
      cloneUniques: clones.uniques,
    };
  }

  /** The end of the newest day that is published: yesterday's from an hour on that each day draws, else the day before's. */
  function publishedUntil(at: Date): number {
    const today = Math.floor(at.getTime() / DAY_MS);
    const { from, to } = PUBLISHING_HOURS;
    const hour = from + unit(seed, today, 7) * (to - from);
    return at.getTime() < today * DAY_MS + hour * HOUR_MS ? today - 1 : today;
  }

  /** The last hour that a sparse answer shows, or the last busy day of a repository that shows an old window. */
  function sparseUntil(at: Date): number {
    const until = Math.floor(at.getTime() / HOUR_MS) / 24;
    if (story.whenIdle !== 'old-window') return until;
    const today = Math.floor(until);
    for (let day = today; day > today - MAX_IDLE; day -= 1) {
      if (figuresOf('views', { from: day, to: Math.min(day + 1, until) }).count > 0) {
        return day > today - WINDOW_DAYS ? until : day + 1;
      }
    }
    return until;
  }

  function shownUntil({ answers, at, frozenAfter }: Showing): number {
    const until = answers === 'published' ? publishedUntil(at) : sparseUntil(at);
    return frozenAfter === undefined ? until : Math.min(until, toDayNumber(frozenAfter) + 1);
  }

  /** A sparse window moves by the hour, so its oldest day is cut. On some days it reaches back one day more. */
  function windowOf(showing: Showing): Window {
    const to = shownUntil(showing);
    const isLong = showing.answers === 'published' || unit(seed, Math.floor(to), 5) < 0.3;
    return { from: to - (isLong ? WINDOW_DAYS : WINDOW_DAYS - 1), to };
  }

  /** The figures that GitHub shows for a day at an instant, after any correction. */
  function correct({ count, uniques }: Figures, day: string, now: Date): Figures {
    const found = (story.corrections ?? []).find(
      (one) => one.day === day && one.since <= now.toISOString().slice(0, 10),
    );
    const share = found?.share ?? 1;
    return { count: Math.floor(count * share), uniques: Math.floor(uniques * share) };
  }

  return {
    buckets(kind, per, showing) {
      const window = windowOf(showing);
      const groups = new Map<number, Flow[]>();
      for (const { day, flow } of flowsIn(kind, window)) {
        const key = per === 'week' ? toMonday(day) : day;
        const group = groups.get(key);
        if (group) group.push(flow);
        else groups.set(key, [flow]);
      }
      const days = [];
      for (const [day, flows] of groups) {
        const figures = correct(
          toFigures(flows, groupSize[kind]),
          per === 'day' ? toDay(day) : '',
          showing.at,
        );
        if (figures.count > 0 || showing.answers === 'published')
          days.push({ timestamp: `${toDay(day)}T00:00:00Z`, ...figures });
      }
      return { ...figuresOf(kind, window), days };
    },
    truth: (day) => truthOf({ from: toDayNumber(day), to: toDayNumber(day) + 1 }),
    truthOfWeek: (monday) => truthOf({ from: toDayNumber(monday), to: toDayNumber(monday) + 7 }),
    viewsOn(day) {
      const { ordinaryViews, spikeViews } = history(day);
      return { ordinary: ordinaryViews, spikes: spikeViews };
    },
    ciClonesOn: (day) => history(day).ciClones,
    uniquesOf: (from, until) => figuresOf('views', { from, to: until }).uniques,
    listedUntil: (showing) => Math.floor(shownUntil(showing)),
  };
}
