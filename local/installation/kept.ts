import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeDurably } from '../folder.ts';

/** Secrets and facts that are created once and kept. */
export interface Kept {
  tokenKey: string;
  initSecret: string;
  apiKey: string;
  /** The UTC day of creation, 'YYYY-MM-DD'. */
  madeOn: string;
}

const NAMES = ['tokenKey', 'initSecret', 'apiKey', 'madeOn'] as const;

/** What only a folder has in which an installation ran before. */
const TRACES = ['postgres/cluster', 'url'];

const ADVICE =
  'It has the key of the stored tokens, so it is not replaced: restore it from a backup, or choose another folder with DATA_DIR.';

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return NAMES.every((name) => typeof fields[name] === 'string' && fields[name] !== '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads them from the data folder, or creates them there. Throws a sentence if the file is damaged, or is missing where an
 * installation ran before: without its key, the stored tokens are lost.
 */
export function ensureKept(dataDir: string, today: string): Kept {
  const file = path.join(dataDir, 'installation.json');
  if (existsSync(file)) {
    const found = parse(readFileSync(file, 'utf8'));
    if (!isKept(found)) throw new Error(`${file} is damaged. ${ADVICE}`);
    return found;
  }
  const trace = TRACES.find((name) => existsSync(path.join(dataDir, name)));
  if (trace) throw new Error(`${file} is missing, although there is ${path.join(dataDir, trace)}. ${ADVICE}`);
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url');
  const apiKey = `${randomUUID()}:${randomBytes(32).toString('hex')}`;
  const kept = { tokenKey: secret(32), initSecret: secret(18), apiKey, madeOn: today };
  writeDurably(file, JSON.stringify(kept));
  return kept;
}
