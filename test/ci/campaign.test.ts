import { expect, test } from 'vitest';
import { conduct } from '../campaign/conduct.ts';
import { readSize } from '../campaign/size.ts';
import { SEED } from '../seed.ts';

const SHORT = readSize({ seed: SEED, days: 26, repositories: 6, tenants: 3 });

test('through killed workers, database restarts, cut connections, faults of GitHub and missed or doubled alarms every day that a run could cover is what really happened', async () => {
  const summary = await conduct(SHORT, console.log);
  expect(summary).toMatch(/days compared with what really happened: [1-9]/);
}, 600_000);
