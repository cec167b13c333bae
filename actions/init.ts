import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { InitAnswer, InitState } from '../lib/answers/init.ts';
import { createApp, serve } from '../lib/app.ts';
import type { Config } from '../lib/config.ts';
import { textField, urlField } from '../lib/fields.ts';
import { createInitSecretCheck } from '../lib/init-secret.ts';
import { claimInstallation, describeInstallation, initialize, requireWork } from '../lib/installation.ts';
import { refuseKeyInAddress } from '../lib/keys/use.ts';
import { parseBody } from '../lib/request.ts';
import { GITHUB, type ServerAddress, toDemoServer, toServerAddress } from '../lib/servers.ts';

/** The first tenant's GitHub server. `enterprise` is a GitHub Enterprise Server, with the URL of its pages. */
const ServerChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('github') }),
  z.strictObject({ kind: z.literal('enterprise'), url: urlField('githubServer', 'webUrl') }),
  z.strictObject({ kind: z.literal('demo') }),
]);

export const InitRequest = z.strictObject({
  secret: z.string().min(1).max(200),
  displayName: textField('installation', 'displayName'),
  tenantName: textField('tenant', 'name').optional(),
  server: ServerChoice,
  githubUser: textField('tenant', 'githubUser'),
  githubToken: z.string().trim().min(1).max(400),
});
export type InitRequest = z.infer<typeof InitRequest>;

/** Of an installation that the start set up: it only needs an administrator. */
export const ClaimRequest = z.strictObject({
  secret: z.string().min(1).max(200),
  displayName: textField('installation', 'displayName'),
});
export type ClaimRequest = z.infer<typeof ClaimRequest>;

export const InitBody = z.union([InitRequest, ClaimRequest]);

const requireInitSecret = createInitSecretCheck(sleep);

const app = createApp();

app.get('/', async (c) => {
  await refuseKeyInAddress(c.env.dbFor, c.req.raw, c.env.clock());
  return json<InitState>(await describeInstallation(c.env));
});

app.post('/', async (c) => {
  const { config, db, identity } = c.env;
  const principal = await identity.requireNewPrincipal(c.req.raw);
  if ((await describeInstallation(c.env)).provisioned) {
    const { secret, displayName } = await parseBody(c.req.raw, ClaimRequest);
    await requireInitSecret(secret, config.initSecret);
    return json<InitAnswer>(await claimInstallation(c.env, displayName, principal), 201);
  }
  const { secret, server, ...initialization } = await parseBody(c.req.raw, InitRequest);
  await requireWork(db);
  await requireInitSecret(secret, config.initSecret);
  const chosen = toServer(server, config);
  return json<InitAnswer>(await initialize(c.env, { ...initialization, server: chosen }, principal), 201);
});

function toServer(choice: InitRequest['server'], config: Config): ServerAddress {
  if (choice.kind === 'demo') return toDemoServer(config.demoGithubUrl);
  if (choice.kind === 'github') return GITHUB;
  return toServerAddress(choice.url, { allowHttp: config.allowPrivateAddresses });
}

export const main = serve(app, { as: 'owner' });
