import { expect, test } from 'vitest';
import { SEED } from '../seed.ts';
import { conduct } from './conduct.ts';
import { readSize } from './size.ts';

/** A new seed each time, for new trouble. */
const seed = process.env.SEED ? SEED : Math.floor(Math.random() * 1_000_000);
const LONG = readSize({ seed, days: 240, repositories: 32, tenants: 4 });
const HOURS = 3_600_000;

test(
  'through hundreds of days of trouble, every day that a run could cover is what really happened',
  async () => {
    const summary = await conduct(LONG, console.log);
    expect(summary).toMatch(/days compared with what really happened: [1-9]/);
  },
  6 * HOURS,
);
