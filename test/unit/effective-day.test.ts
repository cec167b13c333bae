import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ImportedDay, toEffectiveDay } from '../../lib/imports/effective.ts';
import { METRICS, maxOf } from '../../lib/traffic/figures.ts';
import type { TrafficDay } from '../../lib/traffic/merge.ts';
import { FINAL_STATES } from '../../lib/traffic/window.ts';

const DATE = '2026-01-14';
const AT = '2026-01-15T08:00:00.000Z';

const figure = fc.option(fc.constantFrom(0, 1, 2, 3, 10 ** 15));
const figures = { viewCount: figure, viewUniques: figure, cloneCount: figure, cloneUniques: figure };
const own = fc.record({
  ...figures,
  trafficDate: fc.constant(DATE),
  state: fc.constantFrom('measured', 'zero', 'provisional', 'cut', 'suspect'),
  observedAt: fc.constant(AT),
}) as fc.Arbitrary<TrafficDay>;
const imported = fc.record({
  ...figures,
  state: fc.constantFrom('measured', 'zero', 'provisional', 'cut', 'suspect', 'imported'),
  observedAt: fc.constant(AT),
  importId: fc.nat(),
}) as fc.Arbitrary<ImportedDay>;
const imports = fc.uniqueArray(imported, { maxLength: 4, selector: ({ importId }) => importId });

test('without imports, our own measurement counts as it is', () => {
  fc.assert(
    fc.property(own, (day) => {
      expect(toEffectiveDay(DATE, day, [])).toEqual({ ...day, importId: null });
    }),
  );
  expect(toEffectiveDay(DATE, undefined, [])).toBeUndefined();
});

test('the order of imports does not matter, and the same import twice changes nothing', () => {
  fc.assert(
    fc.property(fc.option(own, { nil: undefined }), imports, (day, given) => {
      const decided = toEffectiveDay(DATE, day, given);
      expect(toEffectiveDay(DATE, day, [...given].reverse())).toEqual(decided);
      const again = given.map((one) => ({ ...one, importId: one.importId + 2 ** 40 }));
      expect(toEffectiveDay(DATE, day, [...given, ...again])).toEqual(decided);
    }),
  );
});

test('our final figure wins, else the larger one, and an unknown one is filled in', () => {
  fc.assert(
    fc.property(own, imports, (day, given) => {
      const decided = toEffectiveDay(DATE, day, given);
      const isFinal = FINAL_STATES.includes(day.state);
      for (const metric of METRICS) {
        const largest = given.map((one) => one[metric]).reduce(maxOf, null);
        const known = isFinal && day[metric] !== null;
        expect(decided?.[metric]).toBe(known ? day[metric] : maxOf(day[metric], largest));
      }
      const isOurs = METRICS.every((metric) => decided?.[metric] === day[metric]);
      expect(decided?.importId === null).toBe(isOurs);
      // What we still read is not over because a file says so.
      if (day.state === 'provisional') expect(decided?.state).toBe('provisional');
    }),
  );
});

test('a day that only imports know is as certain as those that decide it', () => {
  const day = { viewCount: 5, viewUniques: 2, cloneCount: 1, cloneUniques: 1, observedAt: AT };
  const less = { viewCount: 3, viewUniques: null, cloneCount: null, cloneUniques: null, observedAt: AT };
  const state = (given: ImportedDay[]) => toEffectiveDay(DATE, undefined, given)?.state;
  expect(state([{ ...day, state: 'measured', importId: 1 }])).toBe('measured');
  expect(
    state([
      { ...day, state: 'measured', importId: 1 },
      { ...less, state: 'cut', importId: 2 },
    ]),
  ).toBe('measured');
  const higher: ImportedDay = { ...less, viewCount: 9, state: 'imported', importId: 2 };
  expect(state([{ ...day, state: 'measured', importId: 1 }, higher])).toBe('imported');
  expect(
    state([
      { ...day, state: 'measured', importId: 1 },
      { ...higher, state: 'cut' },
    ]),
  ).toBe('cut');
});
