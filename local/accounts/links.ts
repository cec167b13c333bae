import { randomBytes } from 'node:crypto';
import { digestOf } from './artifacts.ts';
import type { SignInDatabase, Sql } from './database.ts';
import { Refusal } from './refusal.ts';

export const LINK_KINDS = ['invitation', 'reset'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

const WEEK = '7 days';
/** A reset link opens an account that exists, so it lasts shorter. */
const LIFETIMES: Record<LinkKind, string> = { invitation: WEEK, reset: '1 day' };

/** A link that was made, and not used. */
export interface OpenLink {
  email: string;
  expiresAt: string;
}

export interface NewLink {
  kind: LinkKind;
  email: string;
  /** Null: a system role, or a reset. */
  tenantId: number | null;
  byAdministrator: boolean;
  madeBy: string;
}

interface LinkRow {
  kind: LinkKind;
  email: string;
  tenant_id: number | null;
  by_administrator: boolean;
  created_at: Date;
  used_at: Date | null;
  ended_at: Date | null;
  expired: boolean;
}

const REFUSALS: Record<LinkKind, Record<'unknown' | 'used' | 'expired' | 'ended', string>> = {
  invitation: {
    unknown: 'This invitation link is not valid. Check that you copied all of it.',
    used: 'This invitation was used already. If you used it, sign in. If not, tell the person who invited you at once.',
    expired: 'The week of this invitation is over. Ask the person who invited you for a new link.',
    ended:
      'This invitation no longer holds: a newer one was made, or your role was removed. Ask the person who invited you.',
  },
  reset: {
    unknown: 'This reset link is not valid. Check that you copied all of it.',
    used: 'This reset link was used already. If it was not you, tell an administrator at once.',
    expired: 'This reset link lasted one day, which is over. Ask an administrator for a new one.',
    ended:
      'This reset link no longer holds, because a newer one was made. Use the newest, or ask an administrator.',
  },
};

/** The roles that wait for, or belong to, an address. */
export interface RolesOf {
  system: boolean;
  tenants: { tenantId: number; addedAt: string }[];
}

const UNDEFINED_TABLE = '42P01';

/** The roles of an address, as the tables of the product have them. It has none before the installation is set up. */
export async function rolesOf(sql: SignInDatabase, email: string): Promise<RolesOf> {
  return sql
    .transaction(async (trx) => {
      // The tables show nothing to a statement that does not name its tenants.
      await trx.query(`select set_config('app.tenants', 'all', true)`);
      const members = await trx.query<{ tenant_id: number; added_at: Date | string }>(
        'select tenant_id, added_at from public.member where email = $1',
        [email],
      );
      const system = await trx.query('select from public.system_role where email = $1', [email]);
      return {
        system: system.rows.length > 0,
        tenants: members.rows.map(({ tenant_id, added_at }) => ({
          tenantId: tenant_id,
          addedAt: new Date(added_at).toISOString(),
        })),
      };
    })
    .catch((error: { code?: string }) => {
      if (error.code === UNDEFINED_TABLE) return { system: false, tenants: [] };
      throw error;
    });
}

/** Whether the address has another role than in that tenant (null: than a system role). */
export function hasOtherRole({ system, tenants }: RolesOf, tenantId: number | null): boolean {
  return (system && tenantId !== null) || tenants.some((one) => one.tenantId !== tenantId);
}

/** Links that let somebody in, once. Only their digests are stored. */
export function openLinks(sql: SignInDatabase) {
  /** Throws `link_unknown`, `link_used`, `link_expired`, `link_ended`, `link_needs_administrator`. */
  async function requireUsable(kind: LinkKind, secret: string): Promise<LinkRow> {
    const refuse = (why: keyof (typeof REFUSALS)[LinkKind]) =>
      new Refusal(why === 'unknown' ? 404 : 410, `link_${why}`, REFUSALS[kind][why]);
    const { rows } = await sql.query<LinkRow>(
      `select kind, email, tenant_id, by_administrator, created_at, used_at, ended_at, expires_at < now() as expired
       from link where secret_digest = $1 and kind = $2`,
      [digestOf(secret), kind],
    );
    const [link] = rows;
    if (!link) throw refuse('unknown');
    if (link.used_at) throw refuse('used');
    if (link.ended_at) throw refuse('ended');
    if (link.expired) throw refuse('expired');
    if (kind === 'invitation') await requireRole(link, refuse('ended'));
    return link;
  }

  /** The role must still be there, and be the same: somebody who was removed and added again needs a new link. */
  async function requireRole(
    { email, tenant_id: tenantId, by_administrator: byAdministrator, created_at: createdAt }: LinkRow,
    ended: Refusal,
  ): Promise<void> {
    const roles = await rolesOf(sql, email);
    const isThere =
      tenantId === null
        ? roles.system
        : roles.tenants.some((one) => one.tenantId === tenantId && new Date(one.addedAt) <= createdAt);
    if (!isThere) throw ended;
    if (!byAdministrator && hasOtherRole(roles, tenantId))
      throw new Refusal(
        410,
        'link_needs_administrator',
        'Your address has got another role since this invitation was made. Ask an administrator of the installation for a new link.',
      );
  }

  return {
    /** Makes a link; earlier ones of the same purpose end. Returns its secret. */
    async make({ kind, email, tenantId, byAdministrator, madeBy }: NewLink) {
      const secret = randomBytes(32).toString('base64url');
      return sql.transaction(async (trx) => {
        await trx.query(
          `update link set ended_at = now() where kind = $1 and email = $2 and tenant_id is not distinct from $3
             and used_at is null and ended_at is null`,
          [kind, email, tenantId],
        );
        const { rows } = await trx.query<{ expires_at: Date }>(
          `insert into link (secret_digest, kind, email, tenant_id, by_administrator, made_by, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, now(), now() + $7::interval) returning expires_at`,
          [digestOf(secret), kind, email, tenantId, byAdministrator, madeBy, LIFETIMES[kind]],
        );
        return { secret, expiresAt: rows[0]?.expires_at.toISOString() ?? '' };
      });
    },
    /** Whom the link is for. Throws as it says above. */
    findEmail: async (kind: LinkKind, secret: string) => (await requireUsable(kind, secret)).email,
    /** Uses the link up and does `work`, or neither. Of two at once, one is refused. */
    async use<T>(kind: LinkKind, secret: string, work: (trx: Sql) => Promise<T>): Promise<T> {
      await requireUsable(kind, secret);
      return sql.transaction(async (trx) => {
        const { rowCount } = await trx.query(
          'update link set used_at = now() where secret_digest = $1 and used_at is null and ended_at is null',
          [digestOf(secret)],
        );
        if (rowCount === 0) throw new Refusal(410, 'link_used', REFUSALS[kind].used);
        return work(trx);
      });
    },
    /** Invitations of a tenant (null: to system roles) that may still be used, unless a role has gone. */
    async listOpen(tenantId: number | null): Promise<OpenLink[]> {
      const { rows } = await sql.query<{ email: string; expires_at: Date }>(
        `select email, expires_at from link where kind = 'invitation' and tenant_id is not distinct from $1
           and used_at is null and ended_at is null and expires_at > now() order by email`,
        [tenantId],
      );
      return rows.map(({ email, expires_at }) => ({ email, expiresAt: expires_at.toISOString() }));
    },
  };
}

export type Links = ReturnType<typeof openLinks>;
