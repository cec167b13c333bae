import { expect, test } from 'vitest';
import { createGuesses, createRateLimiter } from '../../local/accounts/guesses.ts';
import { createPasswords, findWeakness } from '../../local/accounts/passwords.ts';
import { toDevice } from '../../local/accounts/sessions.ts';

const person = { email: 'ada.lovelace@example.com', host: 'traffic.example.org' };

test.each([
  ['short', 'elevenchars'],
  ['one character', 'aaaaaaaaaaaaaaaa'],
  ['few characters', 'abababababab1'],
  ['digits in order', '123456789012'],
  ['a row of the keyboard', 'qwertyuiop12'],
  ['the alphabet', 'abcdefghijklm'],
  ['a common word with digits', 'Password12345!'],
  ['a common word in disguise', 'P@ssw0rd!2024'],
  ['two common words', 'welcomeadmin1'],
  ['a season and a year', 'Summer2026!!'],
  ['words of a comic strip', 'correcthorsebatterystaple'],
  ['the own address', 'ada.lovelace@example.com'],
  ['a part of it, with digits', 'ada.lovelace1815'],
  ['the installation’s name', 'traffic.example.org1'],
  ['longer than 256 characters', 'lemons hum '.repeat(30)],
])('a password is refused: %s', (_what, password) => {
  expect(findWeakness(password, person)).toMatch(/\.$/);
});

test.each([
  'lemons hum at dusk',
  'kT9#vLq2!xZp',
  '8304 1957 2660 4713',
  'drei Elche auf Rädern',
  'ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ',
  'ada.lovelace and the lemons',
])('a password is accepted: %s', (password) => {
  expect(findWeakness(password, person)).toBeNull();
});

test('a password is right however it is composed, and nobody’s password is right', async () => {
  const passwords = createPasswords();
  const hash = await passwords.hash('R\u00e4der im Schnee');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.isRight('Ra\u0308der im Schnee', hash, 'unknown')).toBe(true);
  expect(await passwords.isRight('Rader im Schnee', hash, 'unknown')).toBe(false);
  expect(await passwords.isRight('nobody has this password', null, 'unknown')).toBe(false);
});

test('above what can wait, a password is refused unchecked; known addresses come before strangers', async () => {
  const passwords = createPasswords();
  const hash = await passwords.hash('lemons hum at dusk');
  const order: string[] = [];
  const strangers = Array.from({ length: 70 }, () =>
    passwords.isRight('guess', hash, 'unknown').then(
      () => order.push('stranger'),
      (error: { code: string }) => order.push(error.code),
    ),
  );
  const known = passwords.isRight('lemons hum at dusk', hash, 'known').then(() => order.push('known'));
  await Promise.all([...strangers, known]);
  expect(order.filter((one) => one === 'busy').length).toBeGreaterThan(0);
  expect(order.filter((one) => one === 'stranger').slice(0, 1)).toEqual(['stranger']);
  expect(order.filter((one) => one !== 'busy').indexOf('known')).toBeLessThan(6);
});

test('a bucket fills again with time', () => {
  let now = 0;
  const limiter = createRateLimiter({ burst: 2, refillMs: 1000, now: () => now });
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([
    0, 0, 1000, 0,
  ]);
  now = 600;
  expect(limiter.take('a')).toBe(400);
  now = 1000;
  expect(limiter.take('a')).toBe(0);
  limiter.giveBack('a');
  expect(limiter.take('a')).toBe(0);
});

test('guesses from elsewhere never keep somebody out at their known address, nor for ever elsewhere', () => {
  let now = 0;
  const guesses = createGuesses(() => now);
  const guess = (address: string, isKnown: boolean) => {
    try {
      guesses.count({ account: 'ada', address, isKnown });
      return 'counted';
    } catch (error) {
      return (error as { retryAfter: number }).retryAfter;
    }
  };
  for (let count = 0; count < 5000; count++) guess(`10.0.${count >> 8}.${count & 255}`, false);
  expect(guess('192.0.2.1', false)).toBe(60);
  expect(guess('192.0.2.1', true)).toBe('counted');
  now = 60_000;
  expect(guess('192.0.2.1', false)).toBe('counted');
  expect(guess('192.0.2.1', false)).toBe(60);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  ['curl/8.0', 'A browser'],
])('a session’s device: %s', (userAgent, device) => {
  expect(toDevice(userAgent)).toBe(device);
});
