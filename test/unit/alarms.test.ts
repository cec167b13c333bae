import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type MissedTicks, openAlarms } from '../../local/openwhisk/alarms.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The alarms of manifest.yaml. */
const CRONS = { daily: '0 8 * * *', hourly: '30 * * * *', weekly: '0 12 * * 1' };

/** What the machine's clock shows. It and the timers move apart when the machine sleeps, or the clock is set. */
let present: number;
let fired: string[];
let close: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // A Thursday.
  present = Date.parse('2026-03-05T09:00:00Z');
  fired = [];
});

afterEach(() => {
  close();
  vi.useRealTimers();
});

function open(missed: MissedTicks, crons: Partial<typeof CRONS> = CRONS): void {
  const alarms = openAlarms({
    clock: () => new Date(present),
    version: '2.1.0',
    log: () => {},
    exists: () => true,
    fire: (trigger) => void fired.push(`${new Date(present).toISOString().slice(0, 16)} ${trigger}`),
    remove: () => {},
    retry: 1000,
    enabled: true,
    missed,
  });
  for (const [name, cron] of Object.entries(crons)) alarms.apply('alarm', name, 'CREATE', { cron });
  close = alarms.close;
}

/** The machine is awake for that long. */
function live(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 10_000) {
    present += 10_000;
    vi.advanceTimersByTime(10_000);
  }
}

test('after twelve days of sleep each alarm fires once within a minute of waking, and then at its times', () => {
  open('make up');
  live(5 * MINUTE_MS);
  expect(fired).toEqual([]);
  present += 12 * DAY_MS;
  const woke = present;
  live(MINUTE_MS);
  expect(fired.map((line) => line.slice(17)).sort()).toEqual(['daily', 'hourly', 'weekly']);
  expect(new Date(woke).toISOString()).toBe('2026-03-17T09:05:00.000Z');
  fired = [];
  live(DAY_MS);
  expect(fired.filter((line) => line.includes('hourly'))).toHaveLength(24);
  expect(fired.filter((line) => !line.includes('hourly'))).toEqual(['2026-03-18T08:00 daily']);
});

test('a sleep without a tick makes nothing up', () => {
  open('make up', { daily: CRONS.daily });
  present += 20 * HOUR_MS;
  live(5 * MINUTE_MS);
  expect(fired).toEqual([]);
});

test('the platform’s own provider skips what was missed', () => {
  open('skip');
  present += 12 * DAY_MS;
  live(MINUTE_MS);
  expect(fired).toEqual([]);
  live(DAY_MS);
  expect(fired).toContain('2026-03-18T08:00 daily');
});

test('a clock that was four years ahead for a while does not silence an alarm when it is right again', () => {
  open('make up');
  const ahead = 4 * 365 * DAY_MS;
  present += ahead;
  live(10 * MINUTE_MS);
  expect(fired.map((line) => line.slice(17)).sort()).toEqual(['daily', 'hourly', 'weekly']);
  present -= ahead;
  fired = [];
  live(DAY_MS);
  expect(fired.filter((line) => line.includes('hourly'))).toHaveLength(24);
  expect(fired).toContain('2026-03-06T08:00 daily');
});

test('a clock that is corrected back over a tick does not fire it twice', () => {
  open('make up', { hourly: CRONS.hourly });
  live(30 * MINUTE_MS + 10_000);
  expect(fired).toEqual(['2026-03-05T09:30 hourly']);
  present -= 2 * MINUTE_MS;
  live(10 * MINUTE_MS);
  expect(fired).toHaveLength(1);
  live(HOUR_MS);
  expect(fired).toEqual(['2026-03-05T09:30 hourly', '2026-03-05T10:30 hourly']);
});

test('a clock that is set back by a day goes on with the ticks of that day', () => {
  open('make up', { daily: CRONS.daily });
  present -= DAY_MS;
  live(MINUTE_MS);
  expect(fired).toEqual([]);
  live(DAY_MS);
  expect(fired).toEqual(['2026-03-05T08:00 daily']);
});
