import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { findKey, isKey, KEY_BYTES, looksLikeKey, toHint, toKey } from '../../lib/keys/secret.ts';

const bytes = (fill: number) => new Uint8Array(KEY_BYTES).fill(fill);
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

test('a key has 43 characters for 256 bits, and 6 for their CRC-32', () => {
  for (const fill of [0, 1, 127, 255]) {
    const key = toKey(bytes(fill));
    expect(key).toMatch(/^gta_[0-9A-Za-z]{49}$/);
    const sum = [...key.slice(-6)].reduce((value, character) => value * 62 + ALPHABET.indexOf(character), 0);
    expect(sum).toBe(crc32(key.slice(4, -6)));
  }
  expect(toKey(bytes(0)).slice(4, 47)).toBe('0'.repeat(43));
  expect(new Set([0, 1, 255].map((fill) => toKey(bytes(fill)))).size).toBe(3);
  expect(() => toKey(new Uint8Array(16))).toThrow(RangeError);
});

test('a text is a key only with the right checksum', () => {
  const key = toKey(bytes(7));
  expect(isKey(key)).toBe(true);
  for (const place of [4, 20, 46, 52]) {
    const other = key[place] === 'a' ? 'b' : 'a';
    expect(isKey(key.slice(0, place) + other + key.slice(place + 1)), String(place)).toBe(false);
  }
  for (const text of ['', 'gta_', key.slice(0, -1), `${key}a`, ` ${key}`, key.replace('gta_', 'ghp_')])
    expect(isKey(text)).toBe(false);
});

test('a key is found within a text, and told by its beginning', () => {
  const key = toKey(bytes(9));
  expect(findKey(`https://x/table.csv?key=${key}&range=30`)).toBe(key);
  expect(findKey(`https://x/?key=gta_${'a'.repeat(49)}`)).toBeUndefined();
  expect(findKey('https://x/')).toBeUndefined();
  expect(looksLikeKey('gta_x')).toBe(true);
  expect(looksLikeKey('eyJ')).toBe(false);
  expect(toHint(key)).toBe(key.slice(4, 8));
});
