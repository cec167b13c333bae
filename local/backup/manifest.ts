import * as z from 'zod';
import { DamagedArchive } from './archive.ts';

/** The version of the format that this code writes, and the newest that it reads. docs/backup-format.md describes it. */
export const FORMAT_VERSION = 1;

const Table = z.object({
  /** Tables of other schemas than the product's main one have its name before them: `sign_in.account`. */
  name: z.string(),
  columns: z.array(z.string()),
  rows: z.int().min(0),
});

const Manifest = z.object({
  format: z.literal('github-traffic-analytics'),
  formatVersion: z.int(),
  productVersion: z.string(),
  createdAt: z.iso.datetime(),
  database: z.string(),
  /** The version of each schema, by its number of scripts. */
  schemas: z.record(z.string(), z.int()),
  /** The keys that opened the sealed secrets, by their digests. */
  keyIds: z.array(z.string()),
  tables: z.array(Table),
});

/** What a backup says of itself, before everything else. */
export type Manifest = z.infer<typeof Manifest>;
export type TableContents = z.infer<typeof Table>;

/** Throws a sentence if this code cannot read such a backup. */
export function parseManifest(content: Buffer): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(content.toString());
  } catch {
    throw new DamagedArchive('Its manifest is damaged.');
  }
  const version = (value as Partial<Manifest> | null)?.formatVersion;
  if (typeof version === 'number' && version > FORMAT_VERSION)
    throw new DamagedArchive(
      `It has format ${version}, and this version reads format ${FORMAT_VERSION}: use a newer version of the product.`,
    );
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) throw new DamagedArchive('Its manifest is not one of this product.');
  return parsed.data;
}
