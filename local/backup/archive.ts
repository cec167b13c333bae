import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** One file in the archive. */
export interface Entry {
  name: string;
  content: Buffer;
}

/** The last entry: the SHA-256 of every other one, as `sha256sum` writes and checks them. Without it, the archive is cut off. */
const SUMS = 'SHA256SUMS';
const BLOCK = 512;
/** No entry is larger: it is held in memory. */
const MAX_ENTRY_BYTES = 64 * 2 ** 20;

/** The archive is not what was written. The message is a sentence about it. */
export class DamagedArchive extends Error {}

const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;

/** The sum of a header's bytes, with spaces in place of the sum itself. */
function checksumOf(header: Buffer): number {
  const blank = Buffer.from(header);
  blank.fill(' ', 148, 156);
  return blank.reduce((sum, byte) => sum + byte, 0);
}

/** A header of POSIX's ustar format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
function toHeader({ name, content }: Entry): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write(octal(0o600, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

const toPadded = (size: number) => Math.ceil(size / BLOCK) * BLOCK;

function toBytes(entry: Entry): Buffer {
  const padding = Buffer.alloc(toPadded(entry.content.length) - entry.content.length);
  return Buffer.concat([toHeader(entry), entry.content, padding]);
}

const toLine = ({ name, content }: Entry) =>
  `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;

/** A tar archive of the entries, with their checksums last. */
export async function* toArchive(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  let sums = '';
  for await (const entry of entries) {
    sums += toLine(entry);
    yield toBytes(entry);
  }
  yield toBytes({ name: SUMS, content: Buffer.from(sums) });
  yield Buffer.alloc(2 * BLOCK);
}

/** Takes as many bytes as asked for from a stream. */
function openBytes(chunks: AsyncIterator<Buffer>) {
  let rest: Buffer = Buffer.alloc(0);
  return async (size: number): Promise<Buffer> => {
    const parts = [rest];
    let length = rest.length;
    while (length < size) {
      const { done, value } = await chunks.next();
      if (done) throw new DamagedArchive('It is cut off.');
      parts.push(value);
      length += value.length;
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts);
    rest = all.subarray(size);
    return all.subarray(0, size);
  };
}

const textOf = (header: Buffer, start: number, length: number) =>
  header.toString('utf8', start, start + length).replace(/\0.*$/s, '');

/** The entry's name and size. */
function parseHeader(header: Buffer): { name: string; size: number } {
  const size = Number.parseInt(textOf(header, 124, 12), 8);
  const isIntact = Number.parseInt(textOf(header, 148, 8), 8) === checksumOf(header);
  if (!isIntact || !(size <= MAX_ENTRY_BYTES)) throw new DamagedArchive('Its contents are damaged.');
  return { name: textOf(header, 0, 100), size };
}

async function* readEntries(chunks: AsyncIterator<Buffer>): AsyncGenerator<Entry> {
  const take = openBytes(chunks);
  let sums = '';
  for (;;) {
    const { name, size } = parseHeader(await take(BLOCK));
    const content = (await take(toPadded(size))).subarray(0, size);
    if (name === SUMS) {
      if (content.toString() !== sums) throw new DamagedArchive('Its checksums do not match its contents.');
      return;
    }
    sums += toLine({ name, content });
    yield { name, content };
  }
}

/**
 * The entries of a compressed archive. Throws `DamagedArchive` at its end, at the latest, unless every byte is as it was
 * written: read it once to the end before you trust any entry.
 */
export async function* readArchive(file: string): AsyncGenerator<Entry> {
  const unpacking = createGunzip();
  pipeline(createReadStream(file), unpacking, () => {});
  const chunks = unpacking[Symbol.asyncIterator]();
  try {
    yield* readEntries(chunks);
    // The compressed stream has a checksum and an end of its own.
    while (!(await chunks.next()).done);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new DamagedArchive('It is cut off.');
    if (code.startsWith('Z_')) throw new DamagedArchive('Its contents are damaged, or it is no backup.');
    throw error;
  } finally {
    unpacking.destroy();
  }
}
