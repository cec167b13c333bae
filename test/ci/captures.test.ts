import { afterEach, beforeEach, expect, test } from 'vitest';
import { listEdges, toExpectedDays } from '../campaign/expected.ts';
import type { Said } from '../campaign/ledger.ts';
import { type Capture, countOldCopies, makeCaptures, readDays, replay, shuffle } from '../captures.ts';
import { type Collecting, openCollecting } from '../collecting.ts';
import { SEED } from '../seed.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting('2025-12-24T08:00:00.000Z');
});
afterEach(() => collecting.close());

const { captures, truth } = makeCaptures(SEED);
/** What is read, one list after the other. */
const ORDERS: Record<string, readonly (readonly Capture[])[]> = {
  'in order, and then once more,': [captures, captures],
  shuffled: [shuffle(captures, SEED)],
};

const toSaid = ({ at, body }: Capture): Said => ({
  at,
  answers: new Map([['clones', new Set([JSON.stringify(body)])]]),
  failures: 0,
});

test('the captures have fresh windows, old copies, both kinds of answers and days that none of them names', () => {
  const lengths = captures.map(({ body }) => body.clones.length);
  expect(captures.length).toBeGreaterThan(60);
  expect(countOldCopies(captures)).toBeGreaterThan(10);
  expect(lengths.filter((length) => length === 14).length).toBeGreaterThan(30);
  expect(lengths.filter((length) => length < 14).length).toBeGreaterThan(10);
});

async function expectWhatGitHubSaid(repositoryId: number, saids: readonly Said[]): Promise<void> {
  const expected = toExpectedDays(saids);
  const stored = await readDays(collecting, repositoryId);
  expect(Object.fromEntries(stored)).toEqual(
    Object.fromEntries(
      [...expected].map(([day, { state, figures }]) => [day, `${state} ${figures.join('/')}`]),
    ),
  );
  const edges = listEdges(saids);
  for (const [day, { state, figures }] of expected) {
    const { cloneCount, cloneUniques } = truth(day);
    if (state === 'provisional' || state === 'cut' || edges.has(day)) continue;
    expect([day, figures]).toEqual([day, [null, null, cloneCount, cloneUniques]]);
  }
  // What no answer named in the weeks without captures stays unknown.
  expect([...stored.keys()].filter((day) => day > '2026-01-07' && day < '2026-01-15')).toEqual([]);
}

test.each(Object.keys(ORDERS))(
  'kept answers that are read %s give what GitHub said, and no zero that it did not say',
  async (order) => {
    const repository = await collecting.add('kept', {}, '2025-01-01');
    const saids: Said[] = [];
    for (const replayed of ORDERS[order] ?? []) {
      await replay(collecting, repository, replayed);
      saids.push(...replayed.map(toSaid));
      await expectWhatGitHubSaid(repository.repositoryId, saids);
    }
  },
  300_000,
);
