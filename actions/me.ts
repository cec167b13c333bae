import { json } from '../lib/answer.ts';
import type { Me, SignedOut } from '../lib/answers/me.ts';
import { createApp, serve } from '../lib/app.ts';
import { describeMe } from '../lib/me.ts';

const app = createApp();

app.get('/', async (c) => {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  return json<Me>(await describeMe(c.env, principal));
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
