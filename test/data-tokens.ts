import { createHash } from 'node:crypto';
import type { Call } from './installation.ts';

/** What the owner of a data token adds to it, and what it asks for the token with. */
export const SECRET = 'the-secret-of-whoever-asks-for-a-data-token';
export const CHALLENGE = createHash('sha256').update(SECRET).digest('base64url');

/** What to send as a bearer token to read the tenant's table. */
export async function openDataToken(call: Call, tenantId: number): Promise<string> {
  const { body } = await call('POST', `/dashboards/${tenantId}/data-token`, { challenge: CHALLENGE });
  return `${body.token}~${SECRET}`;
}
