import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Badge } from '../../lib/badges/definition.ts';
import type { BadgeFigures } from '../../lib/badges/figures.ts';
import { badgeHtml, badgeMarkdown, chartMarkdown, shieldsAddress } from '../../lib/badges/markdown.ts';
import { defaultLabel } from '../../lib/badges/names.ts';
import { badgeFiles, badgeMessage, chartFiles } from '../../lib/badges.ts';
import { CHART_COLORS } from '../../lib/charts/colors.ts';
import type { Traffic } from '../../lib/charts/traffic-model.ts';
import { addDays, daysFrom } from '../../lib/day.ts';

const FROM = '2026-10-27';

const figures: BadgeFigures = {
  totals: {
    viewCount: 12_940,
    viewUniquesLower: 310,
    viewUniquesUpper: 1_201,
    cloneCount: 0,
    cloneUniquesLower: 0,
    cloneUniquesUpper: 0,
    knownDays: 30,
    lostDays: 0,
  },
  exactUniques: null,
  stars: { total: 48_211, gained: 12 },
  downloads: { total: 1_500_000, gained: null },
};

const badge: Badge = { metric: 'views', days: 30, label: 'views', color: '#1d4fc4', style: 'flat' };
const withTotals = (totals: Partial<BadgeFigures['totals']>): BadgeFigures => ({
  ...figures,
  totals: { ...figures.totals, ...totals },
});
const messageOf = (metric: Badge['metric'], days: Badge['days'], from: BadgeFigures | undefined = figures) =>
  badgeMessage({ ...badge, metric, days }, from);

test('a badge is short, and says what it does not know', () => {
  expect(messageOf('views', 30)).toBe('12.9k');
  expect(messageOf('clones', 30)).toBe('0');
  expect(messageOf('views', 30, withTotals({ viewCount: null }))).toBe('unknown');
  expect(messageOf('downloads', 30)).toBe('unknown');
  expect(messageOf('downloads', 'all')).toBe('1.5M');
  expect(badgeMessage(badge, undefined)).toBe('unknown');
});

test('stars of some days are those that were gained, and of all time those that there are', () => {
  expect(messageOf('stars', 7)).toBe('+12');
  expect(messageOf('stars', 'all')).toBe('48.2k');
  expect(messageOf('stars', 7, { ...figures, stars: { total: 3, gained: 0 } })).toBe('0');
});

test('uniques of several days are at most their sum, unless GitHub counted them, and bounds stay bounds when rounded', () => {
  expect(messageOf('uniques', 30)).toBe('≤ 1.3k');
  expect(messageOf('uniques', 14, { ...figures, exactUniques: 940 })).toBe('940');
  expect(messageOf('uniques', 7, withTotals({ viewUniquesLower: 40, viewUniquesUpper: 40 }))).toBe('40');
});

test('a lost day is not zero: what is known is a minimum', () => {
  const lost = withTotals({ lostDays: 2, viewUniquesLower: 1_290 });
  expect(messageOf('views', 30, lost)).toBe('≥ 12.9k');
  expect(messageOf('uniques', 30, lost)).toBe('≥ 1.2k');
});

test('a badge is two files: a picture that names itself, and what shields.io reads', () => {
  const [picture, json] = badgeFiles(new Map([[30, figures]]), [badge]);
  expect(picture).toMatchObject({ name: 'views-30.svg', type: 'image/svg+xml; charset=utf-8' });
  expect(picture?.body).toContain('<title>views: 12.9k</title>');
  expect(json?.name).toBe('views-30.json');
  expect(JSON.parse(json?.body ?? '')).toEqual({
    schemaVersion: 1,
    label: 'views',
    message: '12.9k',
    labelColor: '#3d4450',
    color: '#1d4fc4',
    style: 'flat',
    cacheSeconds: 300,
  });
});

test('a label is text in the picture, the Markdown and the HTML, whatever it is', () => {
  const label = `"><script>alert(1)</script> [x](y) & 'z'`;
  for (const style of Badge.shape.style.options) {
    const [picture] = badgeFiles(new Map([[30, figures]]), [{ ...badge, label, style }]);
    expect(picture?.body).not.toMatch(/<(script|style|image|a)\b|style=|href|on\w+=/i);
    expect(picture?.body).toMatch(/&lt;script&gt;alert\(1\)&lt;\/script&gt;/i);
  }
  const shown = { address: 'https://x.example/a.svg', text: label, link: 'https://x.example/?a=1&b=2' };
  expect(badgeMarkdown(shown)).toBe(
    `[!["\\>\\<script\\>alert(1)\\</script\\> \\[x\\](y) \\& 'z'](https://x.example/a.svg)](https://x.example/?a=1&b=2)`,
  );
  expect(badgeHtml(shown)).not.toContain('<script');
  expect(badgeHtml({ ...shown, link: null })).toMatch(/^<img src="https:\/\/x\.example\/a\.svg" alt="&quot;/);
  expect(shieldsAddress('https://x.example/a.json')).toBe(
    'https://img.shields.io/endpoint?url=https%3A%2F%2Fx.example%2Fa.json',
  );
});

test('a badge needs a label without control characters and a color of six digits', () => {
  expect(Badge.safeParse({ ...badge, label: 'a\u0000b' }).success).toBe(false);
  expect(Badge.safeParse({ ...badge, label: '  ' }).success).toBe(false);
  expect(Badge.safeParse({ ...badge, color: 'red" onload="x' }).success).toBe(false);
  expect(Badge.safeParse({ ...badge, days: 15 }).success).toBe(false);
  expect(Badge.parse({ ...badge, days: 'all', label: ' stars ' })).toMatchObject({
    days: 'all',
    label: 'stars',
  });
  expect(defaultLabel({ metric: 'uniques', days: 7 })).toBe('unique visitors, 7 days');
  expect(defaultLabel({ metric: 'stars', days: 'all' })).toBe('stars');
});

function trafficOf(values: (number | null)[], lostDays: number[]): Traffic {
  const buckets = daysFrom(FROM, addDays(FROM, values.length - 1));
  const zeros = values.map(() => 0);
  return {
    range: { from: FROM, to: buckets.at(-1) ?? FROM, by: 'day', days: values.length },
    buckets,
    series: {
      viewCount: values,
      viewUniques: values,
      cloneCount: values,
      cloneUniques: values,
      lostDays,
      provisionalDays: zeros,
      suspectDays: zeros,
      pendingDays: zeros,
    },
    repositoryCount: 1,
  };
}

test('a chart for READMEs is drawn for light and dark pages, says in words what it shows, and needs nothing else', () => {
  const traffic = trafficOf([5, null, 9], [0, 1, 0]);
  const [light, dark] = chartFiles('a <b> & "c"', traffic, 'viewCount');
  expect([light?.name, dark?.name]).toEqual(['views-light.svg', 'views-dark.svg']);
  for (const { body } of [light, dark].filter((file) => file !== undefined)) {
    expect(body).toContain(
      '<title>Views of a &lt;b&gt; &amp; &quot;c&quot;, 27 Oct 2026 – 29 Oct 2026</title>',
    );
    expect(body).toContain('Views: 14 in total, highest 9 (29 Oct 2026). Visitors: highest 9');
    expect(body).toContain('1 day lost.</desc>');
    expect(body).not.toMatch(/<script|<image|<style|href|style=|url\(|@import|NaN|undefined|#888888/);
  }
  expect(light?.body).toContain('fill="#ffffff"');
  expect(dark?.body).toContain('fill="#0d1117"');
  expect(chartMarkdown({ text: '"x"', link: null, light: 'https://x/l.svg', dark: 'https://x/d.svg' })).toBe(
    '<picture>\n  <source media="(prefers-color-scheme: dark)" srcset="https://x/d.svg">\n  <img src="https://x/l.svg" alt="&quot;x&quot;">\n</picture>',
  );
});

test('charts without the pages’ styles have the pages’ colors, on GitHub’s ground', () => {
  const css = readFileSync(path.join(import.meta.dirname, '../../static/style/tokens.css'), 'utf8');
  const blocks = {
    light: css.slice(0, css.indexOf('@media')),
    dark: css.slice(css.indexOf('[data-theme="dark"]')),
  };
  const flat = (text: string) => text.replace(/\s+/g, ' ').trim();
  for (const scheme of ['light', 'dark'] as const)
    for (const [name, color] of Object.entries(CHART_COLORS[scheme])) {
      if (name === '--surface') continue;
      const block = name === '--font' ? blocks.light : blocks[scheme];
      expect(`${name}: ${color}`).toBe(`${name}: ${flat(block.match(`${name}:([^;]*);`)?.[1] ?? '')}`);
    }
});
