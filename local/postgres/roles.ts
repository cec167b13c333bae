import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { writeDurably } from '../folder.ts';

/** A database's addresses, each for another role. */
export interface DatabaseUrls {
  /** May do everything on the server, whatever the policies say. */
  admin: string;
  /** Owns the tables, and upgrades them. */
  owner: string;
  /** For people: owns nothing, and cannot drop anything. */
  web: string;
  /** For the alarms: owns nothing either. */
  collector: string;
}

/** The roles besides the admin, who made the cluster. */
const ROLES = { owner: 'traffic_owner', web: 'traffic_web', collector: 'traffic_collector' } as const;
type RoleName = keyof typeof ROLES;
const NAMES = Object.keys(ROLES) as RoleName[];

/** The passwords of the roles. */
export type Passwords = Record<RoleName, string>;

/** Reads the passwords from the data folder. A missing one is made anew: the next start gives it to the role. */
export function ensurePasswords(dataDir: string): Passwords {
  const read = (name: RoleName): string => {
    const file = path.join(dataDir, `${name}-password`);
    const password = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (password !== '') return password;
    const made = randomBytes(24).toString('base64url');
    writeDurably(file, made);
    return made;
  };
  return { owner: read('owner'), web: read('web'), collector: read('collector') };
}

/** The addresses of the same database for each role, from the admin's. */
export function toDatabaseUrls(admin: string, passwords: Passwords): DatabaseUrls {
  const urlOf = (name: RoleName): string => {
    const url = new URL(admin);
    url.username = ROLES[name];
    url.password = passwords[name];
    return url.href;
  };
  return { admin, owner: urlOf('owner'), web: urlOf('web'), collector: urlOf('collector') };
}

/** Makes the roles, which may log in and nothing else, with these passwords. Doing it again changes nothing. */
export async function ensureRoles(client: pg.Client, passwords: Passwords): Promise<void> {
  const { rows } = await client.query('select rolname from pg_roles');
  const there = new Set(rows.map(({ rolname }) => rolname));
  for (const name of NAMES) {
    const role = ROLES[name];
    const may = 'login nosuperuser nobypassrls nocreatedb nocreaterole noreplication';
    const command = there.has(role) ? 'alter' : 'create';
    await client.query(`${command} role ${role} with ${may} password ${pg.escapeLiteral(passwords[name])}`);
  }
}

/** SQL that makes a database the owner's. */
export function toOwner(database: string): string {
  return `alter database ${pg.escapeIdentifier(database)} owner to ${ROLES.owner}`;
}

/** SQL that gives the owner all tables of a database. Earlier versions made them as the admin. */
export const GIVE_TABLES = `do $$
  declare relation regclass;
  begin
    for relation in
      select oid from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner <> '${ROLES.owner}'::regrole
    loop
      execute format('alter table %s owner to ${ROLES.owner}', relation);
    end loop;
  end $$`;
