import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What is made once, and kept. */
export interface Kept {
  tokenKey: string;
  initSecret: string;
  apiKey: string;
  /** The UTC day, 'YYYY-MM-DD', on which this was made. */
  madeOn: string;
}

/** What is kept in the data folder; made when there is nothing yet. */
export function ensureKept(dataDir: string, today: string): Kept {
  const file = path.join(dataDir, 'installation.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url');
  const apiKey = `${randomUUID()}:${randomBytes(32).toString('hex')}`;
  const kept = { tokenKey: secret(32), initSecret: secret(18), apiKey, madeOn: today };
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  return kept;
}
