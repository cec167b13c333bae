import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { Share, SharedPage, ShareList, SharePictures, ShareRevoked } from '../lib/answers/shares.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { Badge } from '../lib/badges/definition.ts';
import { badgeName } from '../lib/badges/names.ts';
import { requirePersonAccess } from '../lib/caller.ts';
import { choiceField, dayField } from '../lib/fields.ts';
import { openFiles } from '../lib/files.ts';
import { MAX_ID, parseBody, parseId } from '../lib/request.ts';
import { MAX_BADGES, MAX_PASSWORD, MIN_PASSWORD, SHORT_NAME, SHOWN } from '../lib/shares/choices.ts';
import {
  createShare,
  listShares,
  previewPictures,
  previewShare,
  publishAgain,
  revokeShare,
  updateShare,
} from '../lib/shares.ts';
import { RANGES } from '../lib/stats/range-names.ts';

const id = z.int().positive().max(MAX_ID);

/** An origin such as https://example.com, or `*` for any. */
const frameOrigin = z
  .string()
  .regex(
    /^(\*|https?:\/\/(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?)$/,
    'Give an origin such as https://example.com, without a path, or *.',
  )
  .max(200);

const contents = {
  /** What visitors read above it; empty: the name of what is shared. */
  title: z.string().trim().max(100).default(''),
  shown: z.array(z.enum(SHOWN)).max(SHOWN.length).default(['views', 'clones', 'stars']),
  /** A range that moves on. Give either this or `from` and `to`. */
  range: z.enum(RANGES).optional(),
  from: dayField.optional(),
  to: dayField.optional(),
  /** False: repositories are called "Repository 1", and no other text names them. */
  names: z.boolean().default(true),
  /** The last day on which it opens (UTC). */
  until: dayField.nullable().default(null),
  /** Origins whose pages may frame it. */
  frameOrigins: z.array(frameOrigin).max(4).default([]),
  badges: z
    .array(Badge)
    .max(MAX_BADGES)
    .refine((badges) => new Set(badges.map(badgeName)).size === badges.length, {
      message: 'Give each figure and number of days once.',
    })
    .default([]),
  /** It is encrypted with this password. Null: it has none. */
  password: z.string().min(MIN_PASSWORD).max(MAX_PASSWORD).nullable().optional(),
};

const subject = {
  subject: choiceField('share', 'subject'),
  repositoryId: id.optional(),
  groupId: id.optional(),
  /** A word for a built-in dashboard, a number for one of the tenant's own. */
  dashboardId: z
    .string()
    .regex(/^[a-z\d-]{1,60}$/)
    .optional(),
};

/** A subject has its own id, and no other. */
function hasItsId(share: {
  subject: string;
  repositoryId?: unknown;
  groupId?: unknown;
  dashboardId?: unknown;
}): boolean {
  const given = [
    share.repositoryId === undefined ? '' : 'repository',
    share.groupId === undefined ? '' : 'group',
    share.dashboardId === undefined ? '' : 'dashboard',
  ].filter(Boolean);
  return given.join() === (share.subject === 'portfolio' ? '' : share.subject);
}
const ITS_ID = {
  path: ['subject'],
  message: 'Give repositoryId, groupId or dashboardId, as the subject says; none for the portfolio.',
};

/** What may be shared, to be looked at before. */
export const SharePreviewRequest = z.strictObject({ ...subject, ...contents }).refine(hasItsId, ITS_ID);
export type SharePreviewRequest = z.input<typeof SharePreviewRequest>;

export const ShareRequest = z
  .strictObject({
    ...subject,
    ...contents,
    /** A UUID that you make. The same key again answers the same share, so you can repeat the request. */
    key: z.uuid(),
    /** `badge`: it has badges and charts, but no page. */
    kind: choiceField('share', 'kind').default('page'),
    /** A short address that search engines may list. Without it, the address is secret. */
    name: z
      .string()
      .regex(SHORT_NAME, 'Give 3 to 20 small letters, digits and -, such as our-traffic.')
      .optional(),
  })
  .refine(hasItsId, ITS_ID);
export type ShareRequest = z.input<typeof ShareRequest>;

/** Everything that can be changed, as it shall be. Without `password`, it stays as it is. */
export const ShareUpdate = z.strictObject(contents);
export type ShareUpdate = z.input<typeof ShareUpdate>;

const app = createApp();

const shareIdOf = (c: Call) => parseId(c.req.param('shareId'), 'share');

/** Who asks, and what shares are written with. What a share shows depends on its maker, so it takes a person. */
async function requireSharing(c: Call) {
  const found = await requirePersonAccess(c, 'changeShares');
  const { db, services, now } = found;
  const files = openFiles(services.config.files);
  return { ...found, publishing: { db, files, secrets: services.secrets, now } };
}

app.get('/:tenantId', async (c) => {
  const { publishing, tenantId } = await requireSharing(c);
  return json<ShareList>({ shares: await listShares(publishing, tenantId) });
});

app.post('/:tenantId', async (c) => {
  const { publishing, tenantId, principal: maker, by } = await requireSharing(c);
  const share = await parseBody(c.req.raw, ShareRequest);
  return json<Share>(await createShare(publishing, { tenantId, maker, by }, share), 201);
});

app.post('/:tenantId/preview', async (c) => {
  const { publishing, access, principal: maker } = await requireSharing(c);
  const share = await parseBody(c.req.raw, SharePreviewRequest);
  return json<SharedPage>(await previewShare(publishing, { access, maker }, share));
});

app.post('/:tenantId/pictures', async (c) => {
  const { publishing, access, principal: maker } = await requireSharing(c);
  const share = await parseBody(c.req.raw, SharePreviewRequest);
  return json<SharePictures>(await previewPictures(publishing, { access, maker }, share));
});

app.patch('/:tenantId/:shareId', async (c) => {
  const { publishing, tenantId, by } = await requireSharing(c);
  const shareId = shareIdOf(c);
  const change = await parseBody(c.req.raw, ShareUpdate);
  return json<Share>(await updateShare(publishing, { tenantId, shareId, by }, change));
});

app.delete('/:tenantId/:shareId', async (c) => {
  const { publishing, tenantId, by } = await requireSharing(c);
  const shareId = shareIdOf(c);
  await revokeShare(publishing, { tenantId, shareId, by });
  return json<ShareRevoked>({ shareId });
});

app.post('/:tenantId/:shareId/publish', async (c) => {
  const { publishing, tenantId } = await requireSharing(c);
  return json<Share>(await publishAgain(publishing, { tenantId, shareId: shareIdOf(c) }));
});

export const main = serve(app);
