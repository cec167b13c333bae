import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { toLowerAscii } from '../../lib/email.ts';

export interface Person {
  email: string;
  name: string;
  /** Whether the provider has verified the address. Default: true. */
  emailVerified?: boolean;
  /** The identity provider behind App ID. Default: Cloud Directory. */
  through?: 'cloud_directory' | 'google' | 'facebook' | 'saml';
}

type NewPerson = Omit<Person, 'name'> & Partial<Pick<Person, 'name'>>;

export interface Account extends Person {
  sub: string;
}

/** What oidc-provider needs of a store. */
export interface ProviderStore extends Keys {
  findAccount(sub: string): Account | undefined | Promise<Account | undefined>;
  artifacts: Artifacts;
}

export interface IdentityStore extends ProviderStore {
  /**
   * Adds or updates a person. The same person always has the same `sub`. Without a name, they keep theirs, or get their
   * address as a name.
   */
  addPerson(person: NewPerson): Account;
  /** Changes what the provider says about a person from now on; their `sub` stays. */
  changePerson(person: NewPerson, change: Partial<Pick<Person, 'email' | 'emailVerified'>>): void;
  findAccount(sub: string): Account | undefined;
}

/** JSON files in a folder. Without a folder, nothing is kept. */
function openFiles(folder: string | undefined) {
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    read<T>(name: string): T | undefined {
      try {
        return folder ? JSON.parse(readFileSync(path.join(folder, name), 'utf8')) : undefined;
      } catch {
        return undefined;
      }
    },
    write(name: string, value: unknown): void {
      // If the folder was removed, nobody needs its files any more.
      if (!folder || !existsSync(folder)) return;
      const file = path.join(folder, name);
      writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

type Files = ReturnType<typeof openFiles>;

export interface Keys {
  signingKey: JWK;
  cookieKey: string;
}

async function createKeys(): Promise<Keys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  const signingKey = { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
  return { signingKey, cookieKey: randomBytes(32).toString('base64url') };
}

async function ensureKeys(files: Files): Promise<Keys> {
  const kept = files.read<Keys>('keys.json');
  if (kept) return kept;
  const keys = await createKeys();
  files.write('keys.json', keys);
  return keys;
}

/**
 * The provider's identifier of a person, in the form of a GUID. The same address unverified, or at another identity
 * provider, is another person.
 */
function subjectOf({ email, emailVerified = true, through }: NewPerson): string {
  const text = `${toLowerAscii(email)} ${emailVerified}${through ?? ''}`;
  const digest = createHash('sha256').update(text).digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Reads the file again if a person is not found, because `npm run token` adds people while the provider runs. */
function openPeople(files: Files) {
  const accounts = new Map<string, Account>();
  const load = () => {
    for (const account of files.read<Account[]>('people.json') ?? []) accounts.set(account.sub, account);
  };
  load();
  const keep = (account: Account): Account => {
    accounts.set(account.sub, account);
    files.write('people.json', [...accounts.values()]);
    return account;
  };
  const addPerson = (person: NewPerson): Account => {
    const sub = subjectOf(person);
    if (!accounts.has(sub)) load();
    const known = accounts.get(sub);
    const name = person.name ?? known?.name ?? person.email;
    return known?.name === name ? known : keep({ ...person, name, sub });
  };
  return {
    addPerson,
    changePerson: (person: NewPerson, change: Partial<Person>) =>
      void keep({ ...addPerson(person), ...change }),
    findAccount(sub: string): Account | undefined {
      if (!accounts.has(sub)) load();
      return accounts.get(sub);
    },
  };
}

/** The provider's keys: in a file of `folder` (mode 600), made when there is none. */
export function openKeys(folder: string): Promise<Keys> {
  return ensureKeys(openFiles(folder));
}

/** Opens what the provider keeps: in files of `folder` (mode 600) or, without a folder, in memory. */
export async function openIdentityStore(folder: string | undefined): Promise<IdentityStore> {
  const files = openFiles(folder);
  const keys = await ensureKeys(files);
  return { ...keys, ...openPeople(files), artifacts: openArtifacts(files) };
}

interface Artifact {
  payload: AdapterPayload;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Creates oidc-provider's storage for a model: sessions, grants, codes or refresh tokens. */
export type Artifacts = (model: string) => Adapter;

const YEAR_SECONDS = 365 * 86_400;

/** Keeps them in a file, so that open pages stay signed in after a restart. */
function openArtifacts(files: Files): Artifacts {
  const all = new Map(Object.entries(files.read<Record<string, Artifact>>('artifacts.json') ?? {}));
  let writing = false;
  const save = () => {
    if (writing) return;
    writing = true;
    setImmediate(() => {
      writing = false;
      for (const [key, { expiresAt }] of all) if (expiresAt <= Date.now()) all.delete(key);
      try {
        files.write('artifacts.json', Object.fromEntries(all));
      } catch {
        // A full disk must not stop the server: they stay in memory, and the next change writes them.
      }
    });
  };
  const payloadOf = (artifact: Artifact | undefined) =>
    artifact && artifact.expiresAt > Date.now() ? artifact.payload : undefined;
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const findWhere = (name: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, { payload }]) => key.startsWith(`${model}:`) && payload[name] === value)?.[1];
    return {
      async upsert(id, payload, expiresIn) {
        all.set(keyOf(id), { payload, expiresAt: Date.now() + (expiresIn ?? YEAR_SECONDS) * 1000 });
        save();
      },
      find: async (id) => payloadOf(all.get(keyOf(id))),
      findByUid: async (uid) => payloadOf(findWhere('uid', uid)),
      findByUserCode: async (userCode) => payloadOf(findWhere('userCode', userCode)),
      async consume(id) {
        const artifact = all.get(keyOf(id));
        if (artifact) artifact.payload.consumed = Math.floor(Date.now() / 1000);
        save();
      },
      async destroy(id) {
        all.delete(keyOf(id));
        save();
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of all) if (payload.grantId === grantId) all.delete(key);
        save();
      },
    };
  };
}
