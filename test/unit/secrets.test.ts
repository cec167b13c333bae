import { randomBytes } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { isTokenKeys, openSecrets } from '../../lib/secrets.ts';

const newKey = () => randomBytes(32).toString('base64url');
const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

test('sealed text opens again, and looks different every time', async () => {
  const secrets = openSecrets(newKey());
  const [one, two] = await Promise.all([secrets.seal(TOKEN), secrets.seal(TOKEN)]);
  expect(one).not.toBe(two);
  expect(one).not.toContain(TOKEN);
  expect(await secrets.open(one)).toBe(TOKEN);
  expect(decodeProtectedHeader(one)).toEqual({ alg: 'dir', enc: 'A256GCM', kid: expect.any(String) });
});

test('the longest accepted token fits its column when sealed', async () => {
  const sealed = await openSecrets(newKey()).seal('é'.repeat(400));
  expect(sealed.length).toBeLessThan(4000);
});

test('with a new key in front, old text still opens and new text is sealed with the new key', async () => {
  const old = newKey();
  const fresh = newKey();
  const sealed = await openSecrets(old).seal(TOKEN);
  const both = openSecrets(`${fresh} ${old}`);
  expect(await both.open(sealed)).toBe(TOKEN);
  expect(await openSecrets(fresh).open(await both.seal(TOKEN))).toBe(TOKEN);
  await expect(openSecrets(fresh).open(sealed)).rejects.toMatchObject({ code: 'token_unreadable' });
});

test('changed text does not open', async () => {
  const secrets = openSecrets(newKey());
  const parts = (await secrets.seal(TOKEN)).split('.');
  const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  for (const index of [0, 2, 3, 4]) {
    const changed = parts.map((part, at) => (at === index ? flip(part) : part)).join('.');
    await expect(secrets.open(changed), `part ${index}`).rejects.toMatchObject({ code: 'token_unreadable' });
  }
  await expect(secrets.open('')).rejects.toMatchObject({ code: 'token_unreadable' });
});

test('only 32 bytes in base64url are a key', () => {
  const key = newKey();
  expect([key, `${key}=`, `${key} ${newKey()}`, `  ${key}\n`].map(isTokenKeys)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['', ' ', 'short', `${key}A`, `${key} short`, key.replace(/.$/, '+')].some(isTokenKeys)).toBe(false);
});
