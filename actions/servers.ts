import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { InstallationList, Server, ServerDeleted, ServerList } from '../lib/answers/servers.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireSystemRight } from '../lib/caller.ts';
import { textField, urlField } from '../lib/fields.ts';
import { parseBody, parseId } from '../lib/request.ts';
import { listServerInstallations, removeApp, setApp } from '../lib/server-app.ts';
import { addServer, deleteServer, listServers, renameServer } from '../lib/servers.ts';

export const ServerRequest = z.strictObject({
  name: textField('githubServer', 'name'),
  /** The URL of the server's pages, https://HOST. It leads to the API's URL. */
  url: urlField('githubServer', 'webUrl', 'Give an address that begins with https://.'),
});
export type ServerRequest = z.infer<typeof ServerRequest>;

export const ServerUpdate = z.strictObject({ name: textField('githubServer', 'name') });
export type ServerUpdate = z.infer<typeof ServerUpdate>;

export const AppRequest = z.strictObject({
  /** The app's id or client id. */
  appId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.]{1,40}$/, 'Give the app’s id (a number) or its client id.'),
  /** The .pem file that GitHub generated for the app. */
  privateKey: z.string().min(1).max(10_000),
});
export type AppRequest = z.infer<typeof AppRequest>;

const app = createApp();

app.get('/', async (c) => {
  const { db } = await requireSystemRight(c, 'seeServers');
  return json<ServerList>({ servers: await listServers(db) });
});

app.post('/', async (c) => {
  const { db, by } = await requireSystemRight(c, 'changeServers');
  const request = await parseBody(c.req.raw, ServerRequest);
  const { server, added } = await addServer(db, request, { config: c.env.config, by });
  return json<Server>(server, added ? 201 : 200);
});

app.patch('/:serverId', async (c) => {
  const { db, by } = await requireSystemRight(c, 'changeServers');
  const serverId = parseId(c.req.param('serverId'), 'server');
  const { name } = await parseBody(c.req.raw, ServerUpdate);
  return json<Server>(await renameServer(db, serverId, name, by));
});

app.delete('/:serverId', async (c) => {
  const { db, by } = await requireSystemRight(c, 'changeServers');
  const serverId = parseId(c.req.param('serverId'), 'server');
  await deleteServer(db, serverId, by);
  return json<ServerDeleted>({ serverId });
});

app.put('/:serverId/app', async (c) => {
  const { services, by } = await requireSystemRight(c, 'changeServers');
  const serverId = parseId(c.req.param('serverId'), 'server');
  const request = await parseBody(c.req.raw, AppRequest);
  return json<Server>(await setApp(services, serverId, request, by));
});

app.delete('/:serverId/app', async (c) => {
  const { db, by } = await requireSystemRight(c, 'changeServers');
  return json<Server>(await removeApp(db, parseId(c.req.param('serverId'), 'server'), by));
});

app.get('/:serverId/installations', async (c) => {
  const { services } = await requireSystemRight(c, 'changeServers');
  const serverId = parseId(c.req.param('serverId'), 'server');
  return json<InstallationList>({ installations: await listServerInstallations(services, serverId) });
});

export const main = serve(app);
