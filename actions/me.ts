import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { Me, OwnTenantList, SignedOut } from '../lib/answers/me.ts';
import { createApp, serve } from '../lib/app.ts';
import { describeMe, listOwnTenants } from '../lib/me.ts';
import { MAX_ID, parseQuery } from '../lib/request.ts';

export const MeQuery = z.strictObject({
  /** Lists this tenant too, if you may see it. */
  tenant: z.coerce.number().int().positive().max(MAX_ID).optional(),
});

export const OwnTenantQuery = z.strictObject({
  /** A part of the name, whatever its case. */
  q: z.string().max(100).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const app = createApp();

app.get('/', async (c) => {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  const { tenant } = parseQuery(c.req.raw, MeQuery);
  return json<Me>(await describeMe(c.env, principal, tenant));
});

app.get('/tenants', async (c) => {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  const query = parseQuery(c.req.raw, OwnTenantQuery);
  return json<OwnTenantList>(await listOwnTenants(c.env, principal, query));
});

app.delete('/session', async (c) => {
  const { issuer, subject } = await c.env.identity.signOut(c.req.raw);
  return json<SignedOut>({ issuer, subject });
});

app.delete('/sessions', async (c) => {
  const { issuer, subject } = await c.env.identity.signOutEverywhere(c.req.raw);
  return json<SignedOut>({ issuer, subject });
});

export const main = serve(app);
