/**
 * The form of an API key: `gta_`, 43 characters that hold 256 random bits, and 6 characters of checksum, as GitHub's own
 * tokens have it. So scanners recognize a leaked key, and a mistyped one is refused without asking the database. This code runs
 * in pages too: they make the keys, so that no answer, which the platform records, ever holds one.
 */
const PREFIX = 'gta_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Random bytes of a key. */
export const KEY_BYTES = 32;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
/** Characters of a key that lists show, so that you know it again. The others still hold 232 random bits. */
const HINT_LENGTH = 4;

const KEY = /^gta_[0-9A-Za-z]{49}$/;
const KEYS = /gta_[0-9A-Za-z]{49}/g;

function toBase62(value: bigint, length: number): string {
  const base = BigInt(ALPHABET.length);
  let text = '';
  for (let rest = value; text.length < length; rest /= base)
    text = ALPHABET.charAt(Number(rest % base)) + text;
  return text;
}

/** CRC-32 of ASCII text, as in ISO 3309 and ZIP files. */
function crc32(text: string): number {
  let crc = 0xffff_ffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A key made of `KEY_BYTES` random bytes. Throws a `RangeError` for another number of them. */
export function toKey(random: Uint8Array): string {
  if (random.length !== KEY_BYTES) throw new RangeError(`A key is made of ${KEY_BYTES} bytes.`);
  const value = random.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const body = toBase62(value, RANDOM_LENGTH);
  return `${PREFIX}${body}${toBase62(BigInt(crc32(body)), CHECKSUM_LENGTH)}`;
}

/** True for a text in the form of a key whose checksum is right. It says nothing about whether the key is any good. */
export function isKey(text: string): boolean {
  if (!KEY.test(text)) return false;
  const body = text.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return text.endsWith(toBase62(BigInt(crc32(body)), CHECKSUM_LENGTH));
}

/** True for a text that begins as keys do: whoever sent it meant a key. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The first key within a text. */
export function findKey(text: string): string | undefined {
  return text.includes(PREFIX) ? text.match(KEYS)?.find(isKey) : undefined;
}

/** The beginning of the key's random part, by which people know it again. */
export function toHint(key: string): string {
  return key.slice(PREFIX.length, PREFIX.length + HINT_LENGTH);
}
