import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** For PBKDF2 with HMAC-SHA-256: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const ITERATIONS = 600_000;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** What a password gives: the salt, which visitors get, and the key, which they derive again. Both in base64. */
export interface PasswordKey {
  salt: string;
  key: string;
}

/** Derives the key of a password, with a salt of its own. */
export async function deriveKey(password: string): Promise<PasswordKey> {
  const salt = randomBytes(16);
  const key = await promisify(pbkdf2)(password.normalize('NFC'), salt, ITERATIONS, KEY_BYTES, 'sha256');
  return { salt: salt.toString('base64'), key: key.toString('base64') };
}

/** What visitors decrypt in their browser with WebCrypto: PBKDF2 and AES-GCM, everything in base64. */
export interface Sealed {
  kdf: 'PBKDF2-SHA-256';
  iterations: number;
  salt: string;
  cipher: 'AES-256-GCM';
  iv: string;
  /** The encrypted text with its tag at the end, as WebCrypto has it. */
  data: string;
}

/** Encrypts a text. Each time with another initialization vector. */
export function sealWith({ salt, key }: PasswordKey, text: string): Sealed {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    kdf: 'PBKDF2-SHA-256',
    iterations: ITERATIONS,
    salt,
    cipher: 'AES-256-GCM',
    iv: iv.toString('base64'),
    data: data.toString('base64'),
  };
}
