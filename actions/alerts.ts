import * as z from 'zod';
import { saveAlertKinds } from '../lib/alerts/settings.ts';
import { deleteSnooze, saveSnooze } from '../lib/alerts/snoozes.ts';
import { getAlert, listAlerts } from '../lib/alerts.ts';
import { json } from '../lib/answer.ts';
import type { Alert, AlertList, AlertSettings, AlertSnooze, SnoozeDeleted } from '../lib/answers/alerts.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { choiceField, dayField, groupParameter } from '../lib/fields.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';

const id = z.int().positive().max(MAX_ID);
const kind = choiceField('alert', 'kind');

export const AlertQuery = z.strictObject({
  /** `open`: the traffic is still unusual. */
  state: z.enum(['open', 'past']).optional(),
  kind: kind.optional(),
  /** Only alerts about this repository. */
  repository: z.coerce.number().int().min(1).max(MAX_ID).optional(),
  group: groupParameter,
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(20),
});

/** All kinds that the tenant wants; none turns alerts off. */
export const AlertSettingsRequest = z.strictObject({ kinds: z.array(kind).max(10) });
export type AlertSettingsRequest = z.infer<typeof AlertSettingsRequest>;

export const SnoozeRequest = z
  .strictObject({
    /** Only this kind of alerts. */
    kind: kind.nullable().default(null),
    /** Only alerts about this repository, or about this group. */
    repositoryId: id.nullable().default(null),
    groupId: id.nullable().default(null),
    /** The first day (UTC) on which alerts are sent again. */
    until: dayField,
  })
  .refine(
    ({ kind: only, repositoryId, groupId }) => only !== null || repositoryId !== null || groupId !== null,
    'Give kind, repositoryId or groupId.',
  )
  .refine(
    ({ repositoryId, groupId }) => repositoryId === null || groupId === null,
    'Give either repositoryId or groupId.',
  );
export type SnoozeRequest = z.input<typeof SnoozeRequest>;

const app = createApp();

app.get('/:tenantId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const { repository: repositoryId, group: groupId, ...request } = parseQuery(c.req.raw, AlertQuery);
  return json<AlertList>(await listAlerts(db, access, { ...request, repositoryId, groupId }, now));
});

app.put('/:tenantId/settings', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeAlerts');
  const { kinds } = await parseBody(c.req.raw, AlertSettingsRequest);
  return json<AlertSettings>({ kinds: await saveAlertKinds(db, { tenantId, by }, kinds) });
});

app.post('/:tenantId/snoozes', async (c) => {
  const { db, tenantId, by, displayName: author } = await requireAccess(c, 'changeAlerts');
  const request = await parseBody(c.req.raw, SnoozeRequest);
  return json<AlertSnooze>(await saveSnooze(db, { tenantId, by, author }, request), 201);
});

app.delete('/:tenantId/snoozes/:snoozeId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeAlerts');
  const snoozeId = parseId(c.req.param('snoozeId'), 'snooze');
  await deleteSnooze(db, { tenantId, by }, snoozeId);
  return json<SnoozeDeleted>({ snoozeId });
});

app.get('/:tenantId/:alertId', async (c) => {
  const { db, access } = await requireAccess(c, 'seeTraffic');
  return json<Alert>(await getAlert(db, access, parseId(c.req.param('alertId'), 'alert')));
});

export const main = serve(app);
