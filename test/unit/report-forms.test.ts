import { expect, test } from 'vitest';
import { toHtmlFile } from '../../lib/reports/html.ts';
import { toMarkdown } from '../../lib/reports/markdown.ts';
import { toReportMessage } from '../../lib/reports/message.ts';
import { parsePeriod } from '../../lib/reports/period.ts';
import { sampleReport, sampleRepository } from '../sample-report.ts';

const pagesUrl = 'https://traffic.example.com';
const EVIL = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) | `x` *y*\n# z';

test('what people wrote has no markup in any form', () => {
  const report = sampleReport({
    tenant: { tenantId: 1, name: EVIL },
    group: { groupId: 2, name: EVIL },
    repositories: [sampleRepository(1, `acme/${EVIL}`)],
    referrers: [
      {
        referrer: EVIL,
        peak: { viewCount: 9, date: '2026-10-07' },
        repositories: [{ repositoryId: 1, fullName: EVIL, viewCount: 9, date: '2026-10-07' }],
      },
    ],
    events: [
      {
        date: '2026-10-07',
        to: '2026-10-07',
        kind: 'release',
        repositoryId: 1,
        fullName: EVIL,
        title: EVIL,
        subject: null,
        detail: EVIL,
        url: 'javascript:alert(1)',
        annotationId: null,
        author: null,
        alertId: null,
      },
    ],
  });
  const html = toHtmlFile(report, { pagesUrl });
  expect(html).not.toMatch(/<img|href="javascript|<script/);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain("default-src 'none'");
  const markdown = toMarkdown(report, { pagesUrl });
  expect(markdown).not.toMatch(/^# z/m);
  expect(markdown).not.toMatch(/(?<!\\)<img|(?<!\\)\[a\\?\]|\(<javascript/);
  expect(markdown.split('\n').filter((line) => line.includes('acme/'))).toMatchObject([
    expect.stringMatching(/^\| \[acme\/\\<img/),
  ]);
  const { sections } = toReportMessage(report, pagesUrl);
  expect(sections.flatMap(({ lines }) => lines).filter(({ href }) => href?.startsWith('javascript'))).toEqual(
    [],
  );
});

test('the HTML file asks no host for anything and has its charts inside', () => {
  const html = toHtmlFile(sampleReport(), { pagesUrl: null });
  expect(html).not.toMatch(/(src|href)=|@import|url\(/);
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html).toContain('prefers-color-scheme:dark');
  expect(html).toContain('@media print');
});

test('a report without a single known day says so in every form', () => {
  const unknown = { change: null, difference: null, reason: 'days_missing' } as const;
  const none = { count: null, perDay: null, previous: unknown, year: unknown };
  const people = { lower: null, upper: null, previous: unknown, year: unknown };
  const gains = { total: null, gained: null, previous: unknown, year: unknown };
  const { completeness, ...rest } = sampleReport();
  const report = sampleReport({
    headline: 'No views are known in October 2026: no day of it was collected.',
    totals: {
      viewCount: none,
      viewUniques: people,
      cloneCount: none,
      cloneUniques: people,
      stars: gains,
      downloads: gains,
    },
    series: { ...rest.series, viewCount: rest.buckets.map(() => null) },
    comparisonSeries: null,
    repositories: [],
    repositoryCount: 0,
    completeness: { ...completeness, knownDays: 0, lostDays: 31 },
  });
  for (const text of [toMarkdown(report, { pagesUrl }), toHtmlFile(report, { pagesUrl })]) {
    expect(text).toContain('No views are known in October 2026');
    expect(text).toContain('0 of 31 repository days are known');
    expect(text).not.toMatch(/NaN|undefined|null/);
  }
});

test.each([
  ['2026-10', '2026-10-01', '2026-10-31'],
  ['2024-02', '2024-02-01', '2024-02-29'],
  ['2026-W01', '2025-12-29', '2026-01-04'],
  ['2026-W53', '2026-12-28', '2027-01-03'],
])('%s is the days from %s to %s', (key, from, to) => {
  expect(parsePeriod(key)).toMatchObject({ key, from, to });
});

test('a year without a 53rd week has none', () => {
  expect(parsePeriod('2025-W53')).toBeNull();
});
