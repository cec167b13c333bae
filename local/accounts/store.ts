import { randomUUID } from 'node:crypto';
import type { PasskeyEntry } from '../../static/accounts.ts';
import { digestOf } from './artifacts.ts';
import type { SignInDatabase, Sql } from './database.ts';

/** An account of this installation. */
export interface LocalAccount {
  subject: string;
  email: string;
  name: string;
  passwordHash: string | null;
}

export interface Passkey {
  credentialId: string;
  subject: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: number;
  transports: string[];
}

interface AccountRow {
  subject: string;
  email: string;
  name: string;
  password_hash: string | null;
}

const toAccount = ({ subject, email, name, password_hash }: AccountRow): LocalAccount => ({
  subject,
  email,
  name,
  passwordHash: password_hash,
});

interface PasskeyRow {
  credential_id: string;
  subject: string;
  public_key: Buffer;
  counter: string;
  transports: string;
}

const toPasskey = (row: PasskeyRow): Passkey => ({
  credentialId: row.credential_id,
  subject: row.subject,
  publicKey: new Uint8Array(row.public_key),
  counter: Number(row.counter),
  transports: row.transports.split(',').filter(Boolean),
});

const COLUMNS = 'subject, email, name, password_hash';
const UNIQUE_VIOLATION = '23505';

/** How an account signs in, as it is set when it is made or reset. */
export interface Credentials {
  passwordHash: string | null;
  passkey: (Omit<Passkey, 'subject'> & { name: string }) | null;
}

async function insertPasskey(
  sql: Sql,
  subject: string,
  { credentialId, publicKey, counter, transports, name }: NonNullable<Credentials['passkey']>,
): Promise<void> {
  await sql.query(
    `insert into passkey (credential_id, subject, public_key, counter, transports, name, created_at)
     values ($1, $2, $3, $4, $5, $6, now())`,
    [credentialId, subject, Buffer.from(publicKey), counter, transports.join(','), name],
  );
}

/** The statements on accounts, their passkeys, and the addresses that they sign in from. */
export function openAccountStore(sql: SignInDatabase) {
  const findOne = async (condition: string, value: string): Promise<LocalAccount | undefined> => {
    const { rows } = await sql.query<AccountRow>(`select ${COLUMNS} from account where ${condition}`, [
      value,
    ]);
    return rows[0] && toAccount(rows[0]);
  };
  return {
    async hasAccounts(): Promise<boolean> {
      const { rows } = await sql.query<{ found: boolean }>('select exists (select from account) as found');
      return rows[0]?.found === true;
    },
    findBySubject: (subject: string) => findOne('subject = $1', subject),
    findByEmail: (email: string) => findOne('email = $1', email),
    /** The account with an address, and whether it signed in from there before. One statement, found or not. */
    async findForSignIn(email: string, address: string) {
      const { rows } = await sql.query<AccountRow & { is_known: boolean }>(
        `select ${COLUMNS}, exists (select from known_address k
           where k.subject = account.subject and k.address_digest = $2) as is_known
         from account where email = $1`,
        [email, digestOf(address)],
      );
      return rows[0] && { ...toAccount(rows[0]), isKnown: rows[0].is_known };
    },
    async rememberAddress(subject: string, address: string): Promise<void> {
      await sql.query(
        `insert into known_address (subject, address_digest, last_used_at) values ($1, $2, now())
         on conflict (subject, address_digest) do update set last_used_at = now()`,
        [subject, digestOf(address)],
      );
    },
    /** Makes an account; null if there is one with that address, or with `onlyFirst` any. Call it in a transaction. */
    async insertAccount(
      trx: Sql,
      {
        email,
        name,
        onlyFirst,
        passwordHash,
        passkey,
      }: Credentials & { email: string; name: string; onlyFirst: boolean },
    ): Promise<LocalAccount | null> {
      const subject = randomUUID();
      if (onlyFirst) await trx.query('lock table account in share row exclusive mode');
      const { rowCount } = await trx.query(
        `insert into account (${COLUMNS}, created_at) select $1, $2, $3, $4, now()
         where not $5 or not exists (select from account) on conflict (email) do nothing`,
        [subject, email, name, passwordHash, onlyFirst],
      );
      if (rowCount === 0) return null;
      if (passkey) await insertPasskey(trx, subject, passkey);
      return { subject, email, name, passwordHash };
    },
    /** Replaces everything that the account signs in with. */
    async replaceCredentials(
      trx: Sql,
      subject: string,
      { passwordHash, passkey }: Credentials,
    ): Promise<void> {
      await trx.query('delete from passkey where subject = $1', [subject]);
      await trx.query('delete from known_address where subject = $1', [subject]);
      await trx.query('update account set password_hash = $2 where subject = $1', [subject, passwordHash]);
      if (passkey) await insertPasskey(trx, subject, passkey);
    },
    async setPasswordHash(subject: string, passwordHash: string | null): Promise<void> {
      await sql.query('update account set password_hash = $2 where subject = $1', [subject, passwordHash]);
    },
    /** False if the passkey is known already. */
    async addPasskey(subject: string, passkey: NonNullable<Credentials['passkey']>): Promise<boolean> {
      return insertPasskey(sql, subject, passkey).then(
        () => true,
        (error: { code?: string }) => {
          if (error.code === UNIQUE_VIOLATION) return false;
          throw error;
        },
      );
    },
    async findPasskey(credentialId: string): Promise<Passkey | undefined> {
      const { rows } = await sql.query<PasskeyRow>(
        'select credential_id, subject, public_key, counter, transports from passkey where credential_id = $1',
        [credentialId],
      );
      return rows[0] && toPasskey(rows[0]);
    },
    async listPasskeys(subject: string): Promise<PasskeyEntry[]> {
      const { rows } = await sql.query<{
        credential_id: string;
        name: string;
        created_at: Date;
        last_used_at: Date | null;
      }>(
        'select credential_id, name, created_at, last_used_at from passkey where subject = $1 order by created_at',
        [subject],
      );
      return rows.map((row) => ({
        id: row.credential_id,
        name: row.name,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      }));
    },
    async usePasskey(credentialId: string, counter: number): Promise<void> {
      await sql.query('update passkey set counter = $2, last_used_at = now() where credential_id = $1', [
        credentialId,
        counter,
      ]);
    },
    /**
     * Removes the password or one passkey. False if that was the last way in, which stays; undefined if there is none such.
     */
    async removeCredential(
      subject: string,
      credential: { password: true } | { passkey: string },
    ): Promise<boolean | undefined> {
      return sql.transaction(async (trx) => {
        const { rows } = await trx.query<{ has_password: boolean; passkeys: string[] }>(
          `select password_hash is not null as has_password,
             array(select credential_id from passkey p where p.subject = account.subject) as passkeys
           from account where subject = $1 for update`,
          [subject],
        );
        const { has_password: hasPassword = false, passkeys = [] } = rows[0] ?? {};
        const isThere = 'password' in credential ? hasPassword : passkeys.includes(credential.passkey);
        if (!isThere) return undefined;
        if (passkeys.length + (hasPassword ? 1 : 0) < 2) return false;
        if ('password' in credential)
          await trx.query('update account set password_hash = null where subject = $1', [subject]);
        else await trx.query('delete from passkey where credential_id = $1', [credential.passkey]);
        return true;
      });
    },
  };
}

export type AccountStore = ReturnType<typeof openAccountStore>;
