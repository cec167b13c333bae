import { createHash, randomBytes } from 'node:crypto';
import type { KeyRequest } from '../actions/keys.ts';
import { KEY_BYTES, toHint, toKey } from '../lib/keys/secret.ts';
import type { Answer, Call } from './installation.ts';

/** A key that nobody knows yet, and what the API is told of it. */
export function makeSecret() {
  const key = toKey(randomBytes(KEY_BYTES));
  return { key, secretHash: createHash('sha256').update(key).digest('hex'), hint: toHint(key) };
}

/** Asks for a key as the pages do: by default one that reads, for all repositories and a year. */
export async function requestKey(
  call: Call,
  tenantId: number,
  fields: Partial<KeyRequest> = {},
): Promise<{ key: string; answer: Answer }> {
  const { key, secretHash, hint } = makeSecret();
  const request = { name: 'Test', scope: 'read', days: 365, secretHash, hint, ...fields };
  return { key, answer: await call('POST', `/keys/${tenantId}`, request) };
}

/** The same, when it must succeed. */
export async function createApiKey(
  call: Call,
  tenantId: number,
  fields: Partial<KeyRequest> = {},
): Promise<{ key: string; keyId: number }> {
  const { key, answer } = await requestKey(call, tenantId, fields);
  if (answer.status !== 201) throw new Error(`no key: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { key, keyId: answer.body.keyId };
}
