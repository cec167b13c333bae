import type { SessionEntry } from '../../static/accounts.ts';
import type { IssuedFor } from '../identity/provider.ts';
import type { SignInDatabase, Sql } from './database.ts';

const BROWSERS: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Macintosh|Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** "Firefox on Linux": as much as a User-Agent header says. */
export function toDevice(userAgent: string): string {
  const nameIn = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = nameIn(BROWSERS) ?? 'A browser';
  const system = nameIn(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}

/** The sessions in browsers of one kind of sign-in. */
export function openSessions(sql: SignInDatabase, provider: string) {
  /** Ends the sessions whose artifacts `condition` names, with their codes and refresh tokens. */
  async function end(on: Sql, condition: string, values: unknown[]): Promise<number> {
    const { rows } = await on.query<{ uid: string }>(
      `delete from artifact where provider = $1 and model = 'Session' and ${condition} returning uid`,
      [provider, ...values],
    );
    const uids = rows.map(({ uid }) => uid);
    await on.query('delete from artifact where provider = $1 and session_uid = any ($2)', [provider, uids]);
    await on.query('delete from browser_session where provider = $1 and uid = any ($2)', [provider, uids]);
    return uids.length;
  }
  return {
    /** Notes that a session got an access token. */
    async touch({ subject, sessionUid, userAgent }: IssuedFor): Promise<void> {
      await sql.query(
        `insert into browser_session (provider, uid, subject, device, created_at, last_used_at)
         values ($1, $2, $3, $4, now(), now())
         on conflict (provider, uid) do update set last_used_at = now(), subject = excluded.subject`,
        [provider, sessionUid, subject, toDevice(userAgent)],
      );
    },
    /** When the account signed in to a session, in seconds since 1970; undefined if the session has ended. */
    async signedInAt(subject: string, uid: string): Promise<number | undefined> {
      const { rows } = await sql.query<{ at: number }>(
        `select (payload->>'loginTs')::float8 as at from artifact
         where provider = $1 and model = 'Session' and uid = $2 and account_id = $3 and expires_at > now()`,
        [provider, uid, subject],
      );
      return rows[0]?.at;
    },
    /** The one that was used last comes first. */
    async list(subject: string): Promise<SessionEntry[]> {
      const { rows } = await sql.query<{ uid: string; device: string; created_at: Date; last_used_at: Date }>(
        `select uid, device, created_at, last_used_at from browser_session b
         where provider = $1 and subject = $2 and exists (select from artifact a where a.provider = b.provider
           and a.model = 'Session' and a.uid = b.uid and a.account_id = b.subject and a.expires_at > now())
         order by last_used_at desc`,
        [provider, subject],
      );
      return rows.map((row) => ({
        id: row.uid,
        device: row.device,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.last_used_at.toISOString(),
      }));
    },
    /** Ends one session of the account, with its refresh tokens. Returns whether there was one. */
    end: async (subject: string, uid: string) =>
      (await sql.transaction((trx) => end(trx, 'account_id = $2 and uid = $3', [subject, uid]))) > 0,
    /** Ends all sessions of the account. */
    endAll: async (subject: string, on: Sql = sql) => void (await end(on, 'account_id = $2', [subject])),
    /** Ends all sessions of the account but one. */
    endOthers: async (subject: string, uid: string) =>
      void (await end(sql, 'account_id = $2 and uid <> $3', [subject, uid])),
  };
}

export type Sessions = ReturnType<typeof openSessions>;
