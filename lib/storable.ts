/** Text as every database stores it: without U+0000, which PostgreSQL refuses, and cut to so many bytes of UTF-8. */
export function toStorable(text: string, mostBytes: number): string {
  const clean = text.replaceAll('\u0000', '');
  if (Buffer.byteLength(clean) <= mostBytes) return clean;
  const { read } = new TextEncoder().encodeInto(clean, new Uint8Array(mostBytes));
  return clean.slice(0, read);
}
