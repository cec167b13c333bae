import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { MAX_PART_BYTES, MAX_PART_ROWS } from '../../lib/imports/limits.ts';
import { toHistoryToSend } from '../../lib/imports/merge.ts';
import { ImportPart, rowsOf } from '../../lib/imports/part.ts';
import { planParts } from '../../lib/imports/parts.ts';

const figure = fc.option(fc.nat({ max: 1_000_000 }));
const history = fc
  .record({
    repositoryId: fc.nat({ max: 1_000_000 }).map((id) => id + 1),
    days: fc.array(
      fc.record({
        viewCount: figure,
        viewUniques: figure,
        cloneCount: figure,
        cloneUniques: figure,
        lowerBound: fc.subarray(['viewCount', 'cloneCount'] as const),
      }),
      { maxLength: 40 },
    ),
    lists: fc.array(
      fc.record({
        kind: fc.constantFrom('referrers' as const, 'paths' as const),
        rows: fc.array(
          fc.record({
            name: fc.string({ maxLength: 30, unit: 'grapheme' }),
            title: fc.option(fc.string({ maxLength: 30 })),
            count: fc.nat(),
            uniques: figure,
          }),
          { maxLength: 10 },
        ),
      }),
      { maxLength: 10 },
    ),
    starDays: fc.array(fc.record({ gained: fc.nat() }), { maxLength: 10 }),
  })
  .map(({ days, lists, starDays, ...rest }) => ({
    ...rest,
    days: days.map((day, place) => ({ ...day, date: addDays('2024-01-01', place) })),
    lists: lists.map((list, place) => ({ ...list, date: addDays('2024-01-01', place) })),
    starDays: starDays.map((day, place) => ({ ...day, date: addDays('2024-01-01', place) })),
  }));
const histories = fc.uniqueArray(history, { maxLength: 8, selector: ({ repositoryId }) => repositoryId });

test('the parts of histories hold every row once, in order, and each is one that the API takes', () => {
  fc.assert(
    fc.property(histories, (given) => {
      const planned = planParts(given);
      const bodies = planned.map((part) => part.body());
      for (const [place, body] of bodies.entries()) {
        expect(ImportPart.parse(body)).toEqual(body);
        expect(rowsOf(body)).toBe(planned[place]?.rows);
      }
      for (const one of given) {
        const mine = bodies.flatMap(({ repositories }) =>
          repositories.filter(({ repositoryId }) => repositoryId === one.repositoryId),
        );
        expect(mine.flatMap(({ days }) => days?.date ?? [])).toEqual(one.days.map(({ date }) => date));
        expect(mine.flatMap(({ days }) => days?.viewCount ?? [])).toEqual(
          one.days.map(({ viewCount }) => viewCount),
        );
        for (const kind of ['referrers', 'paths'] as const)
          expect(mine.flatMap((part) => part[kind] ?? [])).toEqual(
            one.lists.filter((list) => list.kind === kind).map(({ kind: _, ...list }) => list),
          );
        expect(mine.flatMap(({ starDays }) => starDays ?? [])).toEqual(one.starDays);
      }
    }),
    { numRuns: 20 },
  );
});

const long = (repositoryId: number, length: number) => ({
  repositoryId,
  days: Array.from({ length }, (_, place) => ({
    date: addDays('1990-01-01', place),
    viewCount: 10 ** 15,
    viewUniques: 10 ** 15,
    cloneCount: null,
    cloneUniques: 0,
  })),
});

test('no part has more than 20,000 rows or 900,000 bytes, and the same histories give the same parts', () => {
  const given = [long(1, 7300), long(2, 7300), long(3, 9000)];
  const planned = planParts(given);
  for (const part of planned) {
    expect(part.rows).toBeLessThanOrEqual(MAX_PART_ROWS);
    expect(Buffer.byteLength(JSON.stringify(part.body()))).toBeLessThanOrEqual(MAX_PART_BYTES);
  }
  expect(planned.map(({ number }) => number)).toEqual(planned.map((_, place) => place + 1));
  expect(planned.reduce((sum, { rows }) => sum + rows, 0)).toBe(23_600);
  expect(planParts(given).map((part) => part.rows)).toEqual(planned.map((part) => part.rows));
});

test('a day with a figure that may be too small is sent as incomplete', () => {
  const day = { date: '2024-01-01', viewCount: 3, viewUniques: 1, cloneCount: null, cloneUniques: null };
  const [part] = planParts([
    {
      repositoryId: 1,
      days: [
        { ...day, lowerBound: ['viewCount'] },
        { ...day, date: '2024-01-02' },
      ],
    },
  ]);
  expect(part?.body().repositories[0]?.days?.state).toEqual(['cut', 'imported']);
});

test('the API takes as many rows as parts have at most, and not one more', () => {
  const isTaken = (rows: number) => {
    const figures = new Array<number>(rows).fill(1);
    const days = {
      date: Array.from({ length: rows }, (_, place) => addDays('1970-01-01', place)),
      viewCount: figures,
      viewUniques: figures,
      cloneCount: figures,
      cloneUniques: figures,
    };
    return ImportPart.safeParse({ repositories: [{ repositoryId: 1, days }] }).success;
  };
  expect([isTaken(MAX_PART_ROWS), isTaken(MAX_PART_ROWS + 1)]).toEqual([true, false]);
});

test('a zero of a day with other traffic is sent as the file has it: GitHub left days without any out', () => {
  const day = { date: '2024-01-01', viewCount: 3, viewUniques: 1, cloneCount: 0, cloneUniques: 0 };
  const read = { days: [{ ...day, lowerBound: [], provisional: [], doubtfulZero: ['clones'] }] };
  const others = { weeks: [], lists: [], undatedLists: [], facts: [], exported: null };
  const { days } = toHistoryToSend(1, [{ ...read, ...others } as never]);
  expect(days).toEqual([day]);
});
