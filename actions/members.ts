import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type {
  Member,
  MemberList,
  MemberRemoved,
  SystemMember,
  SystemMemberList,
} from '../lib/answers/members.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import { requirePersonAccess, requireSystemRight } from '../lib/caller.ts';
import { choiceField, emailField } from '../lib/fields.ts';
import {
  listMembers,
  listSystemMembers,
  putMember,
  putSystemMember,
  removeMember,
  removeSystemMember,
} from '../lib/members.ts';
import { MAX_ID, parseBody, parseValue } from '../lib/request.ts';
import { hasShares, startPublication, startPublicationOfAll } from '../lib/shares/start.ts';

export const MemberRequest = z
  .strictObject({
    role: choiceField('member', 'role'),
    /** The repositories that a repository viewer may see. */
    repositoryIds: z.array(z.int().positive().max(MAX_ID)).max(1000).default([]),
    /** The groups whose repositories a repository viewer may see too, as these are at each request. */
    groupIds: z.array(z.int().positive().max(MAX_ID)).max(200).default([]),
  })
  .refine(({ role, groupIds }) => role === 'repository viewer' || groupIds.length === 0, {
    path: ['groupIds'],
    message: 'Only a repository viewer can be limited to groups.',
  })
  .refine(({ role, repositoryIds }) => role === 'repository viewer' || repositoryIds.length === 0, {
    path: ['repositoryIds'],
    message: 'Only a repository viewer can be limited to repositories.',
  });
export type MemberRequest = z.input<typeof MemberRequest>;

export const SystemMemberRequest = z.strictObject({ role: choiceField('systemRole', 'role') });
export type SystemMemberRequest = z.infer<typeof SystemMemberRequest>;

const Email = z.object({ email: emailField('member', 'email') });

/** A share never shows more than its maker may see. */
const publish = ({ db, config }: Services, tenantId: number) =>
  startPublication({ db, activations: openActivations(config.openwhisk) }, tenantId);

const publishAll = async ({ db, config }: Services) =>
  (await hasShares(db)) && startPublicationOfAll(openActivations(config.openwhisk));

const app = createApp();

// Must come before `/:tenantId`.
app.get('/system', async (c) => {
  const { db, principal } = await requireSystemRight(c, 'seeSystemRoles');
  return json<SystemMemberList>({ members: await listSystemMembers(db, principal.issuer) });
});

app.put('/system/:email', async (c) => {
  const { db, services, principal, by } = await requireSystemRight(c, 'changeSystemRoles');
  const { email } = parseValue(c.req.param(), Email);
  const { role } = await parseBody(c.req.raw, SystemMemberRequest);
  const { member, added } = await putSystemMember(db, { email, role }, by, principal.issuer);
  await publishAll(services);
  return json<SystemMember>(member, added ? 201 : 200);
});

app.delete('/system/:email', async (c) => {
  const { db, services, by } = await requireSystemRight(c, 'changeSystemRoles');
  const { email } = parseValue(c.req.param(), Email);
  await removeSystemMember(db, email, by);
  await publishAll(services);
  return json<MemberRemoved>({ email });
});

app.get('/:tenantId', async (c) => {
  const { db, principal, tenantId } = await requirePersonAccess(c, 'seeMembers');
  return json<MemberList>(await listMembers(db, tenantId, principal.issuer));
});

app.put('/:tenantId/:email', async (c) => {
  const { db, services, principal, tenantId, by } = await requirePersonAccess(c, 'changeMembers');
  const { email } = parseValue(c.req.param(), Email);
  const request = await parseBody(c.req.raw, MemberRequest);
  const { member, added } = await putMember(db, tenantId, { email, ...request }, by, principal.issuer);
  await publish(services, tenantId);
  return json<Member>(member, added ? 201 : 200);
});

app.delete('/:tenantId/:email', async (c) => {
  const { db, services, tenantId, by } = await requirePersonAccess(c, 'changeMembers');
  const { email } = parseValue(c.req.param(), Email);
  await removeMember(db, tenantId, email, by);
  await publish(services, tenantId);
  return json<MemberRemoved>({ email });
});

export const main = serve(app);
