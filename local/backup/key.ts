import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { keyIdsOf } from '../../lib/secrets.ts';
import { makeFolder, writeDurably } from '../folder.ts';
import { DamagedArchive } from './archive.ts';

/** Files of the data folder that a backup keeps: the keys, and what the local sign-in and the demo know. */
const NAMES = [
  'installation.json',
  'accounts/keys.json',
  'identity/keys.json',
  'identity/people.json',
  'demo-is-made',
] as const;

const Key = z.object({ files: z.partialRecord(z.enum(NAMES), z.string()) });

/** What opens an installation: without it, the sealed secrets of a backup are lost. */
export type Key = z.infer<typeof Key>;

/** Another passphrase sealed it, or the key is of another installation. */
export class WrongKey extends Error {}

/** The key of the installation in a data folder. */
export function readKey(dataDir: string): Key {
  const found = NAMES.filter((name) => existsSync(path.join(dataDir, name)));
  return {
    files: Object.fromEntries(found.map((name) => [name, readFileSync(path.join(dataDir, name), 'utf8')])),
  };
}

/** Puts the key into a data folder. */
export function writeKey(dataDir: string, { files }: Key): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dataDir, name);
    makeFolder(path.dirname(file));
    writeDurably(file, text);
  }
}

/** The digests of the keys that seal the database's secrets. */
export function idsOf({ files }: Key): string[] {
  const { tokenKey = '' } = JSON.parse(files['installation.json'] ?? '{}');
  return keyIdsOf(tokenKey);
}

export const toText = (key: Key) => `${JSON.stringify(key)}\n`;

/** Throws `WrongKey` if the text is no key. */
export function parseKey(text: string): Key {
  try {
    return Key.parse(JSON.parse(text));
  } catch {
    throw new WrongKey('it is damaged');
  }
}

/** OWASP's parameters for scrypt with 32 MB of memory. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3 };
const MAX_COST = 2 ** 20;

const Sealed = z.object({
  scrypt: z.object({
    N: z.int().max(MAX_COST),
    r: z.int().max(64),
    p: z.int().max(64),
    salt: z.base64url(),
  }),
  iv: z.base64url(),
  tag: z.base64url(),
  sealed: z.base64url(),
});

const CIPHER = 'aes-256-gcm';
const decode = (text: string) => Buffer.from(text, 'base64url');
const encode = (bytes: Buffer) => bytes.toString('base64url');

function derive(passphrase: string, salt: Buffer, cost: typeof SCRYPT): Buffer {
  return scryptSync(passphrase.normalize('NFC'), salt, 32, { ...cost, maxmem: 256 * cost.N * cost.r });
}

/** The key under a passphrase: AES-256-GCM, with a key that scrypt makes of the passphrase. */
export function sealKey(key: Key, passphrase: string): Buffer {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, derive(passphrase, salt, SCRYPT), iv);
  const sealed = Buffer.concat([cipher.update(toText(key)), cipher.final()]);
  const document: z.infer<typeof Sealed> = {
    scrypt: { ...SCRYPT, salt: encode(salt) },
    iv: encode(iv),
    tag: encode(cipher.getAuthTag()),
    sealed: encode(sealed),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

function parseSealed(content: Buffer): z.infer<typeof Sealed> {
  try {
    return Sealed.parse(JSON.parse(content.toString()));
  } catch {
    throw new DamagedArchive('Its key is damaged.');
  }
}

/** Throws `WrongKey` if the passphrase is another one. */
export function openKey(content: Buffer, passphrase: string): Key {
  const { scrypt, iv, tag, sealed } = parseSealed(content);
  const { salt, ...cost } = scrypt;
  const decipher = createDecipheriv(CIPHER, derive(passphrase, decode(salt), cost), decode(iv));
  decipher.setAuthTag(decode(tag));
  try {
    return parseKey(Buffer.concat([decipher.update(decode(sealed)), decipher.final()]).toString());
  } catch {
    throw new WrongKey('the passphrase is wrong');
  }
}
