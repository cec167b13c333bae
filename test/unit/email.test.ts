import { expect, test } from 'vitest';
import { isAscii, parseEmail } from '../../lib/email.ts';
import { LOOK_ALIKES } from '../look-alikes.ts';

test.each(LOOK_ALIKES.map((address) => [JSON.stringify(address), address]))(
  '%s is no address, although it looks like one',
  (_, address) => {
    expect([parseEmail(address), isAscii(address)]).toEqual([null, false]);
  },
);

test('only A to Z are put in lower case', () => {
  expect(parseEmail("Kim.O'Hara+Traffic@EXAMPLE.com")).toBe("kim.o'hara+traffic@example.com");
  expect(parseEmail('root@localhost')).toBe('root@localhost');
});

test.each([
  'a@b',
  'a@b.c',
  'kim@mail.example.com',
  'kim@my-mail.x-y.org',
  `kim@${'a'.repeat(63)}.${'b'.repeat(63)}`,
])('%j is an address', (text) => {
  expect(parseEmail(text)).toBe(text);
});

test.each([
  '',
  'kim',
  'kim@',
  '@example.com',
  'kim@example.com ',
  'kim@exa mple.com',
  'kim@a@b.c',
  'kim\n@example.com',
  '"kim"@example.com',
  'kim@example.',
  'kim@-example.com',
  'kim@example.com-',
  `kim@${'a'.repeat(64)}.com`,
  `kim@example.${'b'.repeat(64)}`,
])('%j is no address', (text) => {
  expect(parseEmail(text)).toBeNull();
});

test('an address of ASCII characters is told from one that has others, even if it is malformed', () => {
  expect([isAscii('no address'), isAscii('n\u0000'), isAscii('é')]).toEqual([true, false, false]);
});
