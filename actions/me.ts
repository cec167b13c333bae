import { json } from '../lib/answer.ts';
import type { Me } from '../lib/answers/me.ts';
import { createApp, serve } from '../lib/app.ts';
import { describeMe } from '../lib/me.ts';

const app = createApp();

app.get('/', async (c) => {
  const { db, identity } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  return json<Me>(await describeMe(db, principal));
});

export const main = serve(app);
