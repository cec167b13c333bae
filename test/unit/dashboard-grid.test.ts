import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closeGaps,
  freeSpot,
  move,
  place,
  readingOrder,
  resize,
} from '../../static/dashboards/grid/layout.ts';

const spot = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });
const left = spot(0, 0, 6, 4);
const right = spot(6, 0, 6, 4);
const below = spot(0, 4, 12, 3);
const grid = [left, right, below];

test('a widget that moves up or down takes its neighbor’s place', () => {
  expect(move(grid, 2, { columns: 0, rows: -1 })).toEqual([
    spot(0, 3, 6, 4),
    spot(6, 3, 6, 4),
    spot(0, 0, 12, 3),
  ]);
  expect(move(grid, 0, { columns: 0, rows: 1 })).toEqual([spot(0, 7, 6, 4), right, below]);
  expect(move([left, spot(0, 4, 6, 2)], 0, { columns: 0, rows: 1 })).toEqual([
    spot(0, 2, 6, 4),
    spot(0, 0, 6, 2),
  ]);
});

test('a widget that moves to the side changes sides with its neighbor', () => {
  expect(move(grid, 0, { columns: 1, rows: 0 })).toEqual([right, left, below]);
  expect(move(grid, 1, { columns: -1, rows: 0 })).toEqual([right, left, below]);
  expect(move([spot(0, 0, 4, 4), spot(4, 0, 8, 4)], 0, { columns: 1, rows: 0 })).toEqual([
    spot(8, 0, 4, 4),
    spot(0, 0, 8, 4),
  ]);
  expect(move([spot(0, 0, 4, 4)], 0, { columns: 1, rows: 0 })).toEqual([spot(1, 0, 4, 4)]);
});

test('the edges of the grid stop a widget, and the smallest and largest size', () => {
  expect(move(grid, 0, { columns: -1, rows: 0 })).toBeUndefined();
  expect(move(grid, 0, { columns: 0, rows: -1 })).toBeUndefined();
  expect(move(grid, 2, { columns: 0, rows: 1 })).toBeUndefined();
  expect(resize(grid, 1, { columns: 1, rows: 0 })).toBeUndefined();
  expect(resize([spot(0, 0, 2, 2)], 0, { columns: -1, rows: 0 })).toBeUndefined();
  expect(resize([spot(0, 0, 2, 2)], 0, { columns: 0, rows: -1 })).toBeUndefined();
  expect(resize(grid, 0, { columns: 0, rows: 2 })).toEqual([spot(0, 0, 6, 6), right, spot(0, 6, 12, 3)]);
});

test('a new widget goes to the first free place, in the order of reading', () => {
  expect(freeSpot([], { w: 4, h: 5 })).toEqual(spot(0, 0, 4, 5));
  expect(freeSpot([spot(0, 0, 4, 5)], { w: 8, h: 5 })).toEqual(spot(4, 0, 8, 5));
  expect(freeSpot(grid, { w: 4, h: 2 })).toEqual(spot(0, 7, 4, 2));
  expect(readingOrder([below, right, left])).toEqual([2, 1, 0]);
});

const spots = fc.array(
  fc.record({ w: fc.integer({ min: 1, max: 12 }), h: fc.integer({ min: 1, max: 8 }) }).chain(({ w, h }) =>
    fc.record({
      x: fc.integer({ min: 0, max: 12 - w }),
      y: fc.integer({ min: 0, max: 20 }),
      w: fc.constant(w),
      h: fc.constant(h),
    }),
  ),
  { minLength: 1, maxLength: 8 },
);

test('wherever a widget is put, none overlap and none leave the grid', () => {
  fc.assert(
    fc.property(
      spots,
      fc.nat(7),
      fc.integer({ min: -3, max: 14 }),
      fc.integer({ min: -3, max: 30 }),
      (all, at, x, y) => {
        const index = at % all.length;
        const placed = place(closeGaps(all), index, { ...(all[index] ?? left), x, y });
        placed.forEach((one, first) => {
          expect(one.x >= 0 && one.x + one.w <= 12 && one.y >= 0).toBe(true);
          for (const other of placed.slice(first + 1))
            expect(
              one.x >= other.x + other.w ||
                other.x >= one.x + one.w ||
                one.y >= other.y + other.h ||
                other.y >= one.y + one.h,
            ).toBe(true);
        });
      },
    ),
  );
});
