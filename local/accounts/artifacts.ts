import { createHash } from 'node:crypto';
import type { AdapterPayload } from 'oidc-provider';
import type { Artifacts } from '../identity/store.ts';
import type { SignInDatabase, Sql } from './database.ts';

/** What only its holder knows is stored as a digest: a copy of the database signs nobody in. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

const YEAR_SECONDS = 365 * 86_400;

interface Row {
  payload: AdapterPayload;
}

/** oidc-provider's storage in the table `artifact`. `provider` keeps the artifacts of two kinds of sign-in apart. */
export function openArtifacts(sql: SignInDatabase, provider: string): Artifacts {
  return (model) => {
    const findWhere = async (column: 'id_digest' | 'uid', value: string) => {
      const { rows } = await sql.query<Row>(
        `select payload from artifact where provider = $1 and model = $2 and ${column} = $3 and expires_at > now()`,
        [provider, model, value],
      );
      return rows[0]?.payload;
    };
    return {
      async upsert(id, { jti: _secret, ...payload }, expiresIn) {
        const { uid = null, grantId = null, sessionUid = null, accountId = null } = payload;
        await sql.query(
          `insert into artifact
             (provider, model, id_digest, payload, uid, grant_id, session_uid, account_id, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))
           on conflict (provider, model, id_digest) do update set payload = excluded.payload, uid = excluded.uid,
             grant_id = excluded.grant_id, session_uid = excluded.session_uid, account_id = excluded.account_id,
             expires_at = excluded.expires_at`,
          [
            provider,
            model,
            digestOf(id),
            payload,
            uid,
            grantId,
            sessionUid,
            accountId,
            expiresIn ?? YEAR_SECONDS,
          ],
        );
      },
      async find(id) {
        const payload = await findWhere('id_digest', digestOf(id));
        return payload && { ...payload, jti: id };
      },
      findByUid: (uid) => findWhere('uid', uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        await sql.query(
          `update artifact set payload = payload || jsonb_build_object('consumed', floor(extract(epoch from now())))
           where provider = $1 and model = $2 and id_digest = $3`,
          [provider, model, digestOf(id)],
        );
      },
      async destroy(id) {
        await sql.query('delete from artifact where provider = $1 and model = $2 and id_digest = $3', [
          provider,
          model,
          digestOf(id),
        ]);
      },
      async revokeByGrantId(grantId) {
        await sql.query('delete from artifact where provider = $1 and grant_id = $2', [provider, grantId]);
      },
    };
  };
}

async function deleteExpired(sql: Sql): Promise<void> {
  await sql.query('delete from artifact where expires_at < now()');
  await sql.query(
    `delete from browser_session b where not exists
       (select from artifact a where a.provider = b.provider and a.model = 'Session' and a.uid = b.uid)`,
  );
  await sql.query(`delete from known_address where last_used_at < now() - interval '180 days'`);
  await sql.query(`delete from link where expires_at < now() - interval '90 days'`);
}

const CLEANING_MS = 3_600_000;

/** Deletes what has expired, now and every hour. Returns a function that stops it. */
export function cleanUp(sql: Sql, log: (line: object) => void): () => void {
  const clean = () =>
    void deleteExpired(sql).catch((error: Error) =>
      log({ level: 'warn', event: 'sign-in-database', message: error.message }),
    );
  clean();
  const timer = setInterval(clean, CLEANING_MS).unref();
  return () => clearInterval(timer);
}
