/** A file's text. `isGuessed`: its bytes fit no encoding, so that some characters may be wrong. */
export interface DecodedText {
  text: string;
  isGuessed: boolean;
}

const decode = (encoding: string, bytes: Uint8Array) => new TextDecoder(encoding).decode(bytes);

/** A quarter of the first characters of European text in UTF-16 is enough to know it. */
function utf16WithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const start = bytes.subarray(0, 400);
  let even = 0;
  let odd = 0;
  for (const [index, byte] of start.entries()) if (byte === 0) index % 2 === 0 ? even++ : odd++;
  const enough = start.length / 8;
  if (odd > enough && even === 0) return 'utf-16le';
  if (even > enough && odd === 0) return 'utf-16be';
  return null;
}

/** The text of a file in UTF-8, UTF-16 or, if it is neither, what old spreadsheets write; null if it is no text. */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decode('utf-16le', bytes), isGuessed: false };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decode('utf-16be', bytes), isGuessed: false };
  const wide = utf16WithoutMark(bytes);
  if (wide) return { text: decode(wide, bytes), isGuessed: false };
  if (bytes.subarray(0, 4096).includes(0)) return null;
  const text = decode('utf-8', bytes);
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  if (broken === 0) return { text, isGuessed: false };
  const whole = text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0;
  return { text: whole >= broken ? text : decode('windows-1252', bytes), isGuessed: true };
}

/** The characters from 0x80 to 0x9f in windows-1252. */
const WINDOWS_1252 = new Map(
  [
    ...decode(
      'windows-1252',
      Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index),
    ),
  ].map((character, index) => [character, 0x80 + index]),
);

/** Text whose UTF-8 was taken for windows-1252, once or twice, as it was meant. Other text as it is. */
export function repairDoubleDecoding(text: string): string {
  if (!/[ÃÂâ]/.test(text)) return text;
  const bytes = [...text].map((character) => WINDOWS_1252.get(character) ?? character.codePointAt(0) ?? 0);
  if (bytes.some((byte) => byte > 0xff)) return text;
  try {
    const once = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    return repairDoubleDecoding(once);
  } catch {
    return text;
  }
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
