import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Adapter, AdapterPayload } from 'oidc-provider';

export interface Person {
  email: string;
  name: string;
  /** Whether the provider vouches for the address; true when it is left out. */
  emailVerified?: boolean;
  /** The identity provider behind App ID; Cloud Directory when it is left out. */
  through?: 'cloud_directory' | 'google' | 'facebook' | 'saml';
}

type NewPerson = Omit<Person, 'name'> & Partial<Pick<Person, 'name'>>;

export interface Account extends Person {
  sub: string;
}

export interface IdentityStore {
  signingKey: JWK;
  cookieKey: string;
  /**
   * Makes the person known, and answers with the same `sub` for the same person at any time. Without a name they keep
   * the one they have, or are called by their address.
   */
  addPerson(person: NewPerson): Account;
  findAccount(sub: string): Account | undefined;
  artifacts: Artifacts;
}

/** JSON files of a folder, or of nowhere. */
function openFiles(folder: string | undefined) {
  if (folder) mkdirSync(folder, { recursive: true });
  return {
    read<T>(name: string): T | undefined {
      try {
        return folder ? JSON.parse(readFileSync(path.join(folder, name), 'utf8')) : undefined;
      } catch {
        return undefined;
      }
    },
    write(name: string, value: unknown): void {
      // Whoever removed the folder has no use for it any more.
      if (!folder || !existsSync(folder)) return;
      const file = path.join(folder, name);
      writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

type Files = ReturnType<typeof openFiles>;

interface Keys {
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
 * The provider's identifier of a person, shaped like a GUID; an address nobody vouches for is another person's, and so is
 * one at another identity provider.
 */
function subjectOf({ email, emailVerified = true, through }: NewPerson): string {
  const text = `${email.toLowerCase()} ${emailVerified}${through ?? ''}`;
  const digest = createHash('sha256').update(text).digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Read again when a person is not found: `npm run token` adds people beside a running provider. */
function openPeople(files: Files) {
  const accounts = new Map<string, Account>();
  const load = () => {
    for (const account of files.read<Account[]>('people.json') ?? []) accounts.set(account.sub, account);
  };
  load();
  return {
    addPerson(person: NewPerson): Account {
      const sub = subjectOf(person);
      if (!accounts.has(sub)) load();
      const known = accounts.get(sub);
      const name = person.name ?? known?.name ?? person.email;
      if (known?.name === name) return known;
      const account = { ...person, name, sub };
      accounts.set(sub, account);
      files.write('people.json', [...accounts.values()]);
      return account;
    },
    findAccount(sub: string): Account | undefined {
      if (!accounts.has(sub)) load();
      return accounts.get(sub);
    },
  };
}

/** What the provider must remember, in files of `folder` (mode 600) or, without one, in memory. */
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

/** What oidc-provider keeps: sessions, grants, codes and refresh tokens, by the name of their model. */
type Artifacts = (model: string) => Adapter;

const YEAR_SECONDS = 365 * 86_400;

/** Kept in a file so that pages opened before a restart stay signed in. */
function openArtifacts(files: Files): Artifacts {
  const all = new Map(Object.entries(files.read<Record<string, Artifact>>('artifacts.json') ?? {}));
  let writing = false;
  const save = () => {
    if (writing) return;
    writing = true;
    setImmediate(() => {
      writing = false;
      for (const [key, { expiresAt }] of all) if (expiresAt <= Date.now()) all.delete(key);
      files.write('artifacts.json', Object.fromEntries(all));
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
