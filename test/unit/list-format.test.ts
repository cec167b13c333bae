import { expect, test } from 'vitest';
import { ListFormat } from '../../local/list-format.ts';

test.each(['conjunction', 'disjunction'] as const)('lists join their items as Node does: %s', (type) => {
  const ours = new ListFormat('en', { type });
  const theirs = new Intl.ListFormat('en', { type });
  for (const items of [[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']])
    expect(ours.format(items)).toBe(theirs.format(items));
});
