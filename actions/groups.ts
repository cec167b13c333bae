import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type { Group, GroupDeleted, GroupList, GroupPreview } from '../lib/answers/groups.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { textField } from '../lib/fields.ts';
import { GroupRuleFields } from '../lib/groups/fields.ts';
import { createGroup, deleteGroup, getGroup, listGroups, previewGroup, updateGroup } from '../lib/groups.ts';
import { MAX_ID, parseBody, parseId } from '../lib/request.ts';
import { startPublication } from '../lib/shares/start.ts';

/** A group has a rule, repositories that are chosen by hand, or both. */
export const GroupRequest = z
  .strictObject({
    name: textField('repositoryGroup', 'name'),
    rule: GroupRuleFields.nullable().default(null),
    repositoryIds: z.array(z.int().positive().max(MAX_ID)).max(5000).default([]),
  })
  .refine(({ rule, repositoryIds }) => rule !== null || repositoryIds.length > 0, {
    path: ['repositoryIds'],
    message: 'Choose at least one repository, or give a rule.',
  });
export type GroupRequest = z.input<typeof GroupRequest>;

export const GroupPreviewRequest = z.strictObject({ rule: GroupRuleFields });
export type GroupPreviewRequest = z.input<typeof GroupPreviewRequest>;

/** What a shared group shows is what it holds now. */
const publish = ({ db, config }: Services, tenantId: number) =>
  startPublication({ db, activations: openActivations(config.openwhisk) }, tenantId);

const app = createApp();

app.get('/:tenantId', async (c) => {
  const { db, access } = await requireAccess(c, 'seeTraffic');
  return json<GroupList>(await listGroups(db, access));
});

app.post('/:tenantId', async (c) => {
  const { db, access, tenantId, by } = await requireAccess(c, 'changeGroups');
  const definition = await parseBody(c.req.raw, GroupRequest);
  const { groupId, created } = await createGroup(db, tenantId, definition, by);
  return json<Group>(await getGroup(db, access, groupId), created ? 201 : 200);
});

app.post('/:tenantId/preview', async (c) => {
  const { db, access } = await requireAccess(c, 'changeGroups');
  const { rule } = await parseBody(c.req.raw, GroupPreviewRequest);
  return json<GroupPreview>(await previewGroup(db, access, rule));
});

app.get('/:tenantId/:groupId', async (c) => {
  const { db, access } = await requireAccess(c, 'seeTraffic');
  const groupId = parseId(c.req.param('groupId'), 'group');
  return json<Group>(await getGroup(db, access, groupId));
});

app.put('/:tenantId/:groupId', async (c) => {
  const { db, services, access, tenantId, by } = await requireAccess(c, 'changeGroups');
  const groupId = parseId(c.req.param('groupId'), 'group');
  await updateGroup(db, { tenantId, groupId }, await parseBody(c.req.raw, GroupRequest), by);
  await publish(services, tenantId);
  return json<Group>(await getGroup(db, access, groupId));
});

app.delete('/:tenantId/:groupId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeGroups');
  const groupId = parseId(c.req.param('groupId'), 'group');
  await deleteGroup(db, { tenantId, groupId }, by);
  await publish(services, tenantId);
  return json<GroupDeleted>({ groupId });
});

export const main = serve(app);
