import { toDay, toDayNumber, toMonday } from '../github/days.ts';
import type { Source, Story, StoryPath } from '../github/story.ts';

/** Day 0 is today; -30 is thirty days ago. */
export type OnDay = (offset: number) => string;

/** Where most repositories' visitors come from. */
const SEARCH: Source[] = [
  { referrer: 'Google', weight: 1.1 },
  { referrer: 'github.com', weight: 0.8 },
  { referrer: 'Bing', weight: 0.12 },
  { referrer: 'DuckDuckGo', weight: 0.16 },
];

/** Which pages they open. */
const PAGES: StoryPath[] = [
  { path: '', weight: 6 },
  { path: '/issues', weight: 0.9 },
  { path: '/pulls', weight: 0.5 },
  { path: '/releases', weight: 0.7 },
  { path: '/blob/main/README.md', weight: 0.6 },
  { path: '/tree/main/docs', weight: 0.5 },
  { path: '/blob/main/CHANGELOG.md', weight: 0.3 },
  { path: '/tree/main/examples', weight: 0.45 },
  { path: '/actions', weight: 0.25 },
  { path: '/discussions', weight: 0.35 },
  { path: '/wiki', weight: 0.15 },
  { path: '/security', weight: 0.08 },
];

/** A library that people find and keep using. */
export const STEADY: Story = {
  description: 'Dates and time zones without surprises',
  language: 'TypeScript',
  topics: ['dates', 'timezones', 'typescript'],
  views: 140,
  clones: 9,
  regulars: 45,
  weekend: 0.4,
  growthPerYear: 1.05,
  ciClones: 14,
  referrers: [
    ...SEARCH,
    { referrer: 'npmjs.com', weight: 0.9 },
    { referrer: 'stackoverflow.com', weight: 0.35 },
  ],
  paths: PAGES,
  starsPerDay: 0.8,
};

/** The day of burrow's launch: a Tuesday, as many are. */
export const launchDay = (on: OnDay) => toDay(toMonday(toDayNumber(on(-48))) + 1);

/** A launch on Hacker News, after which more people stay. */
export function toLaunched(on: OnDay): Story {
  const launch = launchDay(on);
  return {
    ...STEADY,
    description: 'A terminal file manager that never loses a file',
    language: 'Rust',
    topics: ['cli', 'tui', 'files'],
    views: 60,
    clones: 5,
    ciClones: 6,
    growthPerYear: 1.9,
    spikes: [
      { on: on(-201), views: 1900, halfLife: 1.2, referrer: 'lobste.rs', lasting: 25 },
      { on: launch, views: 11_800, halfLife: 1.4, referrer: 'news.ycombinator.com', lasting: 95 },
      { on: toDay(toDayNumber(launch) + 2), views: 2600, halfLife: 1.1, referrer: 'reddit.com' },
      { on: on(-9), views: 900, halfLife: 1.5, referrer: 't.co' },
    ],
    referrers: [
      ...SEARCH,
      { referrer: 'news.ycombinator.com', weight: 0.4, from: launch },
      { referrer: 'terminaltrove.com', weight: 0.5, from: on(-40) },
      { referrer: 'youtube.com', weight: 0.3, from: on(-33) },
      { referrer: 'lemmy.world', weight: 0.2, from: on(-44), until: on(-20) },
    ],
    starsPerDay: 1.4,
    releases: {
      everyDays: 27,
      downloads: 60,
      assets: ['burrow-TAG-linux.tar.gz', 'burrow-TAG-macos.tar.gz', 'burrow-TAG-windows.zip'],
    },
  };
}

/** Text that breaks code without escaping: markup, quotes, a formula, other scripts, an emoji, broken encodings, a newline. */
export function toAwkward(on: OnDay): Story {
  return {
    ...STEADY,
    description: '<script>alert("demo")</script> & "quotes", commas; 日本語 🦆 =1+1',
    views: 48,
    referrers: [
      ...SEARCH,
      { referrer: 'bücher.example', weight: 0.4 },
      { referrer: '"><img src=x onerror=alert(1)>', weight: 0.35 },
      { referrer: 'مثال.إختبار', weight: 0.3 },
      { referrer: '=HYPERLINK("http://evil.example";"click")', weight: 0.3 },
      { referrer: 'com.slack', weight: 0.25 },
      { referrer: 'a,b;c\td', weight: 0.2, from: on(-120) },
    ],
    paths: [
      { path: '', title: 'Duck & Cover 🦆: <b>bold</b>, "quoted", and so on', weight: 4 },
      { path: '/issues', title: 'Issues Â· quacks', weight: 1 },
      { path: '/blob/main/docs/日本語.md', title: 'docs/日本語.md at main · ダック', weight: 0.8 },
      { path: '/blob/main/a%20b,c.md', title: 'a b,c.md at main\nsecond line', weight: 0.7 },
      { path: '/issues/13', title: "=cmd|' /C calc'!A0 · Issue #13", weight: 0.6 },
      { path: '/issues/21', title: '\u202etxt.exe · مرحبا بالعالم · Issue #21', weight: 0.5 },
      { path: `/blob/main/${'deep/'.repeat(30)}file.md`, weight: 0.4 },
      { path: '/search?q=%3Cscript%3E', title: '', weight: 0.3 },
      ...PAGES.slice(2, 6),
    ],
    starsPerDay: 0.3,
    releases: {
      everyDays: 90,
      downloads: 3,
      prefix: '=',
      assets: ['quacks, "TAG" <b>.zip', '日本語 TAG.zip'],
    },
  };
}

/** Far more clones than views: workflow runs check it out hundreds of times a day. A newsletter named it two days ago. */
export function toCiTool(on: OnDay): Story {
  const spikes = [{ on: on(-2), views: 700, halfLife: 2.5, referrer: 'javascriptweekly.com' }];
  return { ...CI_TOOL, spikes };
}

const CI_TOOL: Story = {
  ...STEADY,
  description: 'Caches build outputs between CI runs',
  language: 'JavaScript',
  topics: ['ci', 'cache', 'actions'],
  views: 55,
  clones: 12,
  ciClones: 920,
  weekend: 0.3,
  growthPerYear: 1.3,
  referrers: [...SEARCH, { referrer: 'github.com/marketplace', weight: 0.8 }],
  starsPerDay: 0.2,
};

const CHARTS: Story = {
  ...STEADY,
  description: 'Helm charts for small clusters',
  language: 'Go',
  topics: ['helm', 'kubernetes'],
  views: 75,
  growthPerYear: 1.1,
  referrers: [...SEARCH, { referrer: 'artifacthub.io', weight: 0.7 }],
};

/** Bots visited it for two days; GitHub removes them from its figures a week later. */
export function toCharts(on: OnDay): Story {
  const since = on(-1);
  return {
    ...CHARTS,
    corrections: [
      { day: on(-8), since, share: 0.6 },
      { day: on(-7), since, share: 0.75 },
    ],
  };
}

/** Traffic more than triples every year. */
export function toGrowing(on: OnDay): Story {
  return {
    ...STEADY,
    description: 'Observability for people who run one server',
    language: 'Go',
    topics: ['monitoring', 'self-hosted'],
    views: 40,
    clones: 4,
    growthPerYear: 3.4,
    spikes: [{ on: on(-130), views: 2200, halfLife: 2, referrer: 'reddit.com', lasting: 20 }],
    referrers: [
      ...SEARCH,
      { referrer: 'chatgpt.com', weight: 0.6, from: on(-220) },
      { referrer: 'perplexity.ai', weight: 0.2, from: on(-150) },
    ],
    starsPerDay: 2.6,
  };
}

/** Busy before the exams in May, and on weekends. */
export function toSeasonal(on: OnDay): Story {
  return {
    ...STEADY,
    description: 'Flash cards that know when the exam is',
    language: 'Python',
    topics: ['education', 'spaced-repetition'],
    views: 110,
    weekend: 1.2,
    season: { peakOn: `${on(0).slice(0, 4)}-05-20`, swing: 0.85 },
    ciClones: 2,
    growthPerYear: 1.2,
    referrers: [...SEARCH, { referrer: 'reddit.com', weight: 0.5 }, { referrer: 'youtube.com', weight: 0.4 }],
  };
}

/** A few colleagues on weekdays, and nobody else. */
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
  ciClones: 60,
  referrers: [{ referrer: 'github.com', weight: 3 }],
  starsPerDay: 0,
};

/** A view now and then, then weeks without any. */
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

/** Nothing for two months, while GitHub keeps showing the last window with traffic. */
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
