import { type OnDay, PAGES, SEARCH, STEADY } from './demo-stories.ts';
import type { Story } from './story.ts';

/** A handful of colleagues on weekdays, and nobody else. */
export const INTERNAL: Story = {
  ...STEADY,
  description: 'Internal: monthly payroll',
  topics: [],
  views: 26,
  viewsPerVisitor: 6,
  clones: 3,
  regulars: 9,
  weekend: 0.02,
  growthPerYear: 1,
  ciClones: 38,
  referrers: [{ referrer: 'github.com', weight: 3 }],
  starsPerDay: 0,
};

/** A view now and then, and weeks without any. */
export function toForgotten(on: OnDay): Story {
  return {
    ...STEADY,
    description: 'Imports from systems nobody runs any more',
    views: 0.3,
    clones: 0.05,
    regulars: 0,
    ciClones: 0,
    idle: [{ from: on(-90), until: on(-22) }],
    starsPerDay: 0.01,
  };
}

/** Nothing for two months, while GitHub keeps showing the last window that had something. */
export function toIdle(on: OnDay): Story {
  return {
    ...STEADY,
    description: null,
    language: null,
    topics: [],
    views: 1.1,
    clones: 0.2,
    regulars: 2,
    ciClones: 0,
    growthPerYear: 1,
    idle: [{ from: on(-60), until: on(20) }],
    whenIdle: 'old-window',
    referrers: SEARCH.slice(0, 2),
    paths: PAGES.slice(0, 4),
    starsPerDay: 0.02,
  };
}
