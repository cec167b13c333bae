import { expect, test } from 'vitest';
import { isSilent } from '../../lib/traffic/silence.ts';

test('a quiet day is silent when at least two repositories with usual traffic are zero, and nine of ten that were read', () => {
  expect(isSilent({ readCount: 2, zeroCount: 2 })).toBe(true);
  expect(isSilent({ readCount: 1, zeroCount: 1 })).toBe(false);
  expect(isSilent({ readCount: 3, zeroCount: 2 })).toBe(false);
  expect(isSilent({ readCount: 10, zeroCount: 9 })).toBe(true);
  expect(isSilent({ readCount: 10, zeroCount: 8 })).toBe(false);
  expect(isSilent({ readCount: 0, zeroCount: 0 })).toBe(false);
});
