import { expect, test } from 'vitest';
import { toCsv } from '../../lib/csv.ts';

const cellOf = (cell: string | number | null) => toCsv(['a'], [[cell]]).slice('a\r\n'.length, -'\r\n'.length);

test('every line ends with CRLF, and a table without rows is just its header', () => {
  expect(
    toCsv(
      ['name', 'count'],
      [
        ['x', 1],
        ['y', null],
      ],
    ),
  ).toBe('name,count\r\nx,1\r\ny,\r\n');
  expect(toCsv(['name', 'count'], [])).toBe('name,count\r\n');
  expect(toCsv(['=name', 'a,b'], [])).toBe('\'=name,"a,b"\r\n');
});

test('numbers and ordinary text are unchanged', () => {
  expect(cellOf(0)).toBe('0');
  expect(cellOf(-3)).toBe('-3');
  expect(cellOf('owner/name, it’s'.replace(',', ''))).toBe('owner/name it’s');
  expect(cellOf('')).toBe('');
});

test.each([
  ['a comma', 'a,b', '"a,b"'],
  ['a quotation mark', 'a"b"', '"a""b"""'],
  ['a line feed', 'a\nb', '"a\nb"'],
  ['a carriage return', 'a\rb', '"a\rb"'],
])('a text with %s is quoted', (_what, text, expected) => {
  expect(cellOf(text)).toBe(expected);
});

test.each(['-dash', '-dash/my-repo', '-x', '-_x', '-Dash/read me.md'])('the name %j is unchanged', (text) => {
  expect(cellOf(text)).toBe(text);
});

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\tx',
  '\nx',
  '\rx',
  '＝1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  '-.5',
  '- 1',
  '-(1)',
  '-A1',
  '-AB12',
  '-a+b',
  '-a/2',
  '-a-B7',
  '-SUM(A1)',
  "-cmd|' /C calc'!A0",
  '-a*b',
  '-"x"',
  '-a&b',
  '-a:b',
  '-$A$1',
  '-a!b',
  '-',
  '--1',
  '-R1C1',
  '=A1-b',
  '+a -b',
  '@x/-y',
])('%j would run as a formula and gets an apostrophe', (text) => {
  const cell = cellOf(text);
  expect(cell.startsWith("'") || cell.startsWith('"\'')).toBe(true);
});

test('a formula with a comma is made harmless and quoted', () => {
  expect(cellOf('=A(1,2)')).toBe('"\'=A(1,2)"');
  expect(cellOf('\r=1')).toBe('"\'\r=1"');
});

test('a sign within a text is harmless', () => {
  expect(cellOf('a=b')).toBe('a=b');
});
