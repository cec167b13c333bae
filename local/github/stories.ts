import type { GitHub } from '../github.ts';
import { toDay, toDayNumber, toMonday } from './days.ts';
import type { Source, Story, StoryPath } from './story.ts';
import type { Repository } from './world.ts';

/** The people and organizations of the demo: the first tenant is Northwind, the second Pinecone. */
export const DEMO_USERS = {
  octocat: 'demo-octocat',
  hubot: 'demo-hubot',
  reader: 'demo-reader',
  northwind: 'northwind-labs',
  pinecone: 'pinecone-tools',
  legacy: 'northwind-attic',
} as const;

/** Tokens that work, and one for each way in which a token does not. */
export const DEMO_TOKENS = {
  /** Maintains everything of Northwind. */
  octocat: 'ghp_demo_octocat_0000000000000000000000',
  /** Maintains everything of Pinecone; fine-grained, ends in a year. */
  hubot: 'github_pat_demo_hubot_000000000000000000000',
  /** A fine-grained token of octocat that ends in six days. */
  expiresSoon: 'github_pat_demo_expires_soon_00000000000000',
  /** Ended yesterday. */
  expired: 'ghp_demo_expired_0000000000000000000000',
  /** Its owner may read, but not push. */
  withoutPush: 'ghp_demo_without_push_00000000000000000',
  /** A classic token of octocat without the scope `repo`. */
  withoutScope: 'ghp_demo_without_scope_0000000000000000',
  /** A fine-grained token of octocat without Administration: read. */
  withoutPermission: 'github_pat_demo_without_permission_000000000',
  /** What Actions would use. */
  app: 'ghs_demo_app_00000000000000000000000000',
} as const;

const SEARCH: Source[] = [
  { referrer: 'Google', weight: 1.1 },
  { referrer: 'github.com', weight: 0.8 },
  { referrer: 'Bing', weight: 0.12 },
  { referrer: 'DuckDuckGo', weight: 0.16 },
];

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

const STEADY: Story = {
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

type Plan = Omit<Parameters<GitHub['addRepository']>[0], 'collaborators'>;

/** Day 0 is today; -30 is thirty days ago. */
type OnDay = (offset: number) => string;

function toLaunched(on: OnDay): Story {
  // A Tuesday, as launches are.
  const launch = toDay(toMonday(toDayNumber(on(-48))) + 1);
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
  };
}

/** Text that breaks what does not escape: markup, quotes, a formula, other scripts, an emoji, broken encodings, a newline. */
function toAwkward(on: OnDay): Story {
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
      { path: '/issues/21', title: '‮txt.exe · مرحبا بالعالم · Issue #21', weight: 0.5 },
      { path: `/blob/main/${'deep/'.repeat(30)}file.md`, weight: 0.4 },
      { path: '/search?q=%3Cscript%3E', title: '', weight: 0.3 },
      ...PAGES.slice(2, 6),
    ],
    starsPerDay: 0.3,
  };
}

function toNorthwindPlans(on: OnDay): Plan[] {
  const owner = DEMO_USERS.northwind;
  return [
    { owner, name: 'tidy-dates', createdOn: on(-1400), story: STEADY },
    { owner, name: 'burrow', createdOn: on(-320), story: toLaunched(on) },
    {
      owner,
      name: 'build-cache-action',
      createdOn: on(-900),
      story: {
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
      },
    },
    {
      owner,
      name: 'harbor-charts',
      createdOn: on(-1100),
      formerNames: [{ owner: DEMO_USERS.legacy, name: 'charts', until: on(-7) }],
      story: {
        ...STEADY,
        description: 'Helm charts for small clusters',
        language: 'Go',
        views: 75,
        growthPerYear: 1.1,
      },
    },
    {
      owner,
      name: 'payroll-service',
      private: true,
      createdOn: on(-700),
      story: {
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
      },
    },
    {
      owner,
      name: 'old-importer',
      archived: true,
      createdOn: on(-1300),
      story: {
        ...STEADY,
        description: 'Imports from systems nobody runs any more',
        views: 0.3,
        clones: 0.05,
        regulars: 0,
        ciClones: 0,
        idle: [{ from: on(-90), until: on(-22) }],
        starsPerDay: 0.01,
      },
    },
  ];
}

function toPineconePlans(on: OnDay, today: string): Plan[] {
  const owner = DEMO_USERS.pinecone;
  return [
    {
      owner,
      name: 'lantern',
      createdOn: on(-600),
      story: {
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
      },
    },
    {
      owner,
      name: 'exam-helper',
      createdOn: on(-800),
      story: {
        ...STEADY,
        description: 'Flash cards that know when the exam is',
        language: 'Python',
        views: 110,
        weekend: 1.2,
        season: { peakOn: `${today.slice(0, 4)}-05-20`, swing: 0.85 },
        ciClones: 2,
        growthPerYear: 1.2,
      },
    },
    { owner, name: 'quacks', createdOn: on(-500), story: toAwkward(on) },
    {
      owner,
      name: 'dotfiles',
      createdOn: on(-1000),
      story: {
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
      },
    },
  ];
}

function addDemoPeople(github: GitHub, today: string): void {
  const { octocat, hubot, reader, northwind, pinecone, legacy } = DEMO_USERS;
  github.addUser(octocat, { name: 'Mona Octocat' });
  github.addUser(hubot, { name: 'Hubot' });
  github.addUser(reader, { name: 'Rita Reader' });
  for (const organization of [northwind, pinecone, legacy])
    github.addUser(organization, { type: 'Organization' });
  const administration = { administration: 'read', metadata: 'read' } as const;
  const after = (days: number) => new Date(Date.parse(`${today}T12:00:00Z`) + days * 86_400_000);
  github.addToken({ token: DEMO_TOKENS.octocat, login: octocat, kind: 'classic', scopes: ['repo'] });
  for (const [token, login, days] of [
    [DEMO_TOKENS.hubot, hubot, 365],
    [DEMO_TOKENS.expiresSoon, octocat, 6],
  ] as const) {
    github.addToken({
      token,
      login,
      kind: 'fine-grained',
      permissions: administration,
      expiresAt: after(days),
    });
  }
  const expired = { login: octocat, kind: 'classic', scopes: ['repo'], expiresAt: after(-1) } as const;
  github.addToken({ token: DEMO_TOKENS.expired, ...expired, scopes: ['repo'] });
  github.addToken({ token: DEMO_TOKENS.withoutPush, login: reader, kind: 'classic', scopes: ['repo'] });
  github.addToken({
    token: DEMO_TOKENS.withoutScope,
    login: octocat,
    kind: 'classic',
    scopes: ['read:user'],
  });
  const metadata = { metadata: 'read' } as const;
  github.addToken({
    token: DEMO_TOKENS.withoutPermission,
    login: octocat,
    kind: 'fine-grained',
    permissions: metadata,
  });
  github.addToken({ token: DEMO_TOKENS.app, login: 'demo-actions[bot]', kind: 'app', permissions: metadata });
}

/**
 * Fills a simulated GitHub with the demo: two organizations with ten repositories whose stories end `today`
 * ('YYYY-MM-DD'), their people, and the tokens of {@link DEMO_TOKENS}. Days after `today` have traffic too.
 */
export function addDemoRepositories(
  github: GitHub,
  today: string,
): { northwind: Repository[]; pinecone: Repository[] } {
  addDemoPeople(github, today);
  const on: OnDay = (offset) => toDay(toDayNumber(today) + offset);
  const add = (plans: Plan[], maintainer: string) =>
    plans.map((plan) =>
      github.addRepository({
        ...plan,
        collaborators: { [maintainer]: 'admin', [DEMO_USERS.reader]: 'pull' },
      }),
    );
  return {
    northwind: add(toNorthwindPlans(on), DEMO_USERS.octocat),
    pinecone: add(toPineconePlans(on, today), DEMO_USERS.hubot),
  };
}
