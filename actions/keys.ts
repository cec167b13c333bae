import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { ApiKey, KeyList, OwnKey } from '../lib/answers/keys.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireAnyKey, requirePersonAccess } from '../lib/caller.ts';
import { choiceField, textField } from '../lib/fields.ts';
import { createKey, describeKey, listKeys, revokeKey } from '../lib/keys.ts';
import { MAX_ID, parseBody, parseId } from '../lib/request.ts';

/**
 * You make the key and send its SHA-256: no answer holds a key, because the platform records answers. `docs/api.md` has the
 * key's form.
 */
export const KeyRequest = z
  .strictObject({
    name: textField('apiKey', 'name'),
    scope: choiceField('apiKey', 'scope'),
    /** Which repositories: `all` of the tenant, those of a `group`, or the `repositories` of `repositoryIds`. */
    reach: choiceField('apiKey', 'reach').default('all'),
    groupId: z.int().positive().max(MAX_ID).nullable().default(null),
    repositoryIds: z.array(z.int().positive().max(MAX_ID)).max(1000).default([]),
    /** For how many days it works. */
    days: z.int().min(1).max(366),
    /** SHA-256 of the key, in hexadecimal. */
    secretHash: z.string().regex(/^[0-9a-f]{64}$/, 'Give the SHA-256 of the key, in hexadecimal.'),
    /** The four characters of the key after `gta_`. */
    hint: z.string().regex(/^[0-9A-Za-z]{4}$/, 'Give the four characters of the key after gta_.'),
  })
  .refine(({ reach, groupId }) => (reach === 'group') === (groupId !== null), {
    path: ['groupId'],
    message: 'Give a group if, and only if, the key is for a group.',
  })
  .refine(({ reach, repositoryIds }) => (reach === 'repositories') === repositoryIds.length > 0, {
    path: ['repositoryIds'],
    message: 'Choose repositories if, and only if, the key is for some of them.',
  })
  .refine(({ scope, reach }) => reach === 'all' || !['import', 'manage'].includes(scope), {
    path: ['scope'],
    message: 'A key that imports or manages is for all repositories.',
  });
export type KeyRequest = z.input<typeof KeyRequest>;

const app = createApp();

// Must come before `/:tenantId`.
app.get('/current', async (c) => {
  const { db, key } = await requireAnyKey(c);
  return json<OwnKey>(await describeKey(db, key));
});

app.get('/:tenantId', async (c) => {
  const { db, tenantId, now } = await requirePersonAccess(c, 'changeKeys');
  return json<KeyList>({
    keys: await listKeys(db, tenantId, now),
    callsPerMinute: c.env.config.keyCallsPerMinute,
  });
});

app.post('/:tenantId', async (c) => {
  const { db, tenantId, by } = await requirePersonAccess(c, 'changeKeys');
  const request = await parseBody(c.req.raw, KeyRequest);
  const { key, created } = await createKey(db, tenantId, request, by);
  return json<ApiKey>(key, created ? 201 : 200);
});

app.delete('/:tenantId/:keyId', async (c) => {
  const { db, tenantId, by } = await requirePersonAccess(c, 'changeKeys');
  const keyId = parseId(c.req.param('keyId'), 'key');
  return json<ApiKey>(await revokeKey(db, tenantId, keyId, by));
});

export const main = serve(app);
