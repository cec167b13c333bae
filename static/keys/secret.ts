import { KEY_BYTES, toHint, toKey } from '../../lib/keys/secret.ts';

/** A new key, and what the API is told of it. */
export interface Secret {
  key: string;
  secretHash: string;
  hint: string;
}

/** False where the page has no secure address: browsers then give it nothing to hash with. */
export const canMakeKeys = () => globalThis.crypto?.subtle !== undefined;

/** Makes a key in this browser. Nothing but its hash leaves it. */
export async function makeSecret(): Promise<Secret> {
  const key = toKey(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { key, secretHash: hex, hint: toHint(key) };
}
