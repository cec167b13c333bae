/**
 * What a browser's e-mail field accepts: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address. ASCII only, so
 * no two addresses that differ look the same.
 */
export const EMAIL_PATTERN =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The text with A to Z in lower case. `toLowerCase` would also turn the Kelvin sign (U+212A) into a k. */
export function toLowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** An e-mail address as roles are given to it: in lower case. Null if the text is not an ASCII address. Trims nothing. */
export function parseEmail(text: string): string | null {
  return EMAIL_PATTERN.test(text) ? toLowerAscii(text) : null;
}

/** True for text that only a character outside of ASCII, or an unprintable one, could keep from being an address. */
export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
