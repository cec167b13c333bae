import { createHash } from 'node:crypto';
import { base64url, CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { Failure } from './failure.ts';

/** Seals texts for storage and opens them again. */
export interface Secrets {
  /** The text as a JWE (dir, A256GCM) that names the key that sealed it. */
  seal(text: string): Promise<string>;
  /** The sealed text. Throws `token_unreadable` when none of the keys sealed it or when it was changed. */
  open(sealed: string): Promise<string>;
  /** Whether the first key sealed it: then it does not need the others. */
  isCurrent(sealed: string): boolean;
}

const toKeys = (text: string) => text.split(/\s+/).filter(Boolean);

/** The bytes of the keys in TOKEN_KEY, the one that seals first. */
export function toTokenKeys(tokenKey: string): Uint8Array[] {
  return toKeys(tokenKey).map((key) => base64url.decode(key.replace(/=$/, '')));
}

/** True for one or more keys of 32 bytes in base64url, separated by spaces. */
export function isTokenKeys(text: string): boolean {
  const keys = toKeys(text);
  return keys.length > 0 && keys.every((key) => /^[\w-]{43}=?$/.test(key));
}

/** Says which key it is without saying anything about the key. */
const idOf = (key: Uint8Array) => createHash('sha256').update(key).digest('base64url').slice(0, 12);

/** The ids of the keys in TOKEN_KEY, as sealed texts name them. */
export function keyIdsOf(tokenKey: string): string[] {
  return toTokenKeys(tokenKey).map(idOf);
}

/** Takes keys as `isTokenKeys` accepts them: the first seals, each opens what it sealed, so that keys can be changed. */
export function openSecrets(tokenKey: string): Secrets {
  const keys = toTokenKeys(tokenKey);
  const [first = new Uint8Array()] = keys;
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  return {
    seal: (text) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: idOf(first) })
        .encrypt(first),
    open: async (sealed) => {
      const accepted = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
      const opened = await compactDecrypt(
        sealed,
        ({ kid = '' }) => byId.get(kid) ?? Promise.reject(new Error('unknown key')),
        accepted,
      ).catch(() => {
        throw new Failure('token_unreadable');
      });
      return new TextDecoder().decode(opened.plaintext);
    },
    isCurrent: (sealed) => decodeProtectedHeader(sealed).kid === idOf(first),
  };
}
