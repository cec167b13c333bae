import { expect, test } from 'vitest';
import { isSameName } from '../../lib/names.ts';

test.each([
  ['Acme', 'ACME'],
  ['Acme', '\uFF21cme'],
  ['Acme Inc', ' acme   inc '],
  ['\u212Aim', 'kim'],
  ['Ärger', 'ärger'],
])('%j and %j are the same name', (one, other) => {
  expect(isSameName(one, other)).toBe(true);
});

test.each([
  ['Acme', 'Acne'],
  ['Acme', 'Ácme'],
  ['Acme Inc', 'AcmeInc'],
])('%j and %j are two names', (one, other) => {
  expect(isSameName(one, other)).toBe(false);
});
