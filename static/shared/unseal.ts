/** What `lib/shares/password.ts` makes of a page; everything is base64. */
export interface Sealed {
  iterations: number;
  salt: string;
  iv: string;
  data: string;
}

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The text that was sealed with this password; null with another. Needs a secure context. */
export async function unseal(
  { iterations, salt, iv, data }: Sealed,
  password: string,
): Promise<string | null> {
  const { subtle } = crypto;
  const secret = new TextEncoder().encode(password.normalize('NFC'));
  const material = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const key = await subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['decrypt'],
  );
  return subtle.decrypt({ name: 'AES-GCM', iv: bytesOf(iv) }, key, bytesOf(data)).then(
    (text) => new TextDecoder().decode(text),
    () => null,
  );
}
