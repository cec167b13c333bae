import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Secrets and facts that are created once and kept. */
export interface Kept {
  tokenKey: string;
  initSecret: string;
  apiKey: string;
  /** The UTC day of creation, 'YYYY-MM-DD'. */
  madeOn: string;
}

/** Reads them from the data folder, or creates them there. */
export function ensureKept(dataDir: string, today: string): Kept {
  const file = path.join(dataDir, 'installation.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url');
  const apiKey = `${randomUUID()}:${randomBytes(32).toString('hex')}`;
  const kept = { tokenKey: secret(32), initSecret: secret(18), apiKey, madeOn: today };
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  return kept;
}
