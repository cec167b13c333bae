import { hash, hashText } from './random.ts';
import type { Story } from './story.ts';
import { openTraffic, type Traffic } from './traffic.ts';

export type Permission = 'pull' | 'triage' | 'push' | 'maintain' | 'admin';

/** A person or an organization. */
export interface Account {
  id: number;
  login: string;
  name: string;
  type: 'User' | 'Organization';
  /** The organization requires single sign-on: classic tokens must be authorized for it. */
  saml: boolean;
}

type TokenKind = 'classic' | 'fine-grained' | 'app';

export interface TokenOptions {
  token: string;
  login: string;
  /** `app`: an installation token of a GitHub App, such as Actions' own. */
  kind: TokenKind;
  /** A classic token's scopes. */
  scopes?: string[];
  /** A fine-grained or app token's permissions on repositories. */
  permissions?: Record<string, 'read' | 'write'>;
  /** The repositories of a fine-grained or app token, by id. Default: all of the account's. */
  repositories?: number[];
  expiresAt?: Date;
  /** Requests an hour, counted per account. Default: 5,000. */
  quota?: number;
  /** The organizations for which the token is authorized by single sign-on. */
  samlAuthorizedFor?: string[];
  /** How many more requests are answered as if the token was unknown. Default: 0. */
  refusals?: number;
}

export interface RepositoryOptions {
  owner: string;
  name: string;
  id?: number;
  /** 'YYYY-MM-DD': the first day with traffic. */
  createdOn: string;
  story: Story;
  private?: boolean;
  /** Private, but visible to the owner's whole enterprise. */
  internal?: boolean;
  /** A fork of a repository that is not here. */
  fork?: boolean;
  /** 'YYYY-MM-DD': archived since the beginning of that day. */
  archivedOn?: string;
  /** The roles of people besides the owner. */
  collaborators?: Record<string, Permission>;
  /** Former names, oldest first, each valid until a day, exclusive. */
  formerNames?: { owner: string; name: string; until: string }[];
}

export interface Repository {
  id: number;
  owner: string;
  name: string;
  fullName: string;
}

interface Named {
  owner: string;
  name: string;
  /** Since when the name is valid, in milliseconds since 1970. */
  from: number;
}

export interface Entry {
  id: number;
  seed: number;
  createdOn: string;
  story: Story;
  traffic: Traffic;
  private: boolean;
  visibility: 'public' | 'private' | 'internal';
  fork: boolean;
  /** In milliseconds since 1970; null: it is not archived. */
  archivedAt: number | null;
  removed: boolean;
  collaborators: Map<string, Permission>;
  names: Named[];
}

/** The accounts, tokens and repositories. */
export interface World {
  addAccount(account: Partial<Account> & { login: string }): Account;
  account(login: string): Account;
  /** An account that was added, or that owns a repository. */
  findAccount(login: string): Account | undefined;
  removeAccount(login: string): void;
  addToken(token: TokenOptions): void;
  removeToken(token: string): void;
  token(token: string): TokenOptions | undefined;
  addRepository(repository: RepositoryOptions): Entry;
  entry(id: number): Entry | undefined;
  entries(): Iterable<Entry>;
  /** The repository that has the name now, or else one that once had it. */
  find(owner: string, name: string, now: Date): { entry: Entry; moved: boolean } | undefined;
  rename(id: number, name: { owner?: string; name?: string }, at: Date): void;
  /** Publishes nothing after a day; call the result to go on. */
  freeze(visibility: FrozenVisibility, after: string): () => void;
  /** The day after which nothing of a repository is published, if there is a freeze. */
  frozenAfter(entry: Entry): string | undefined;
}

/** Internal repositories are private ones here. */
export type FrozenVisibility = 'public' | 'private';

/** A repository's name at an instant. */
export function nameAt(entry: Entry, at: number): { owner: string; name: string } {
  const current = entry.names.findLast(({ from }) => from <= at) ?? entry.names[0];
  if (!current) throw new Error(`repository ${entry.id} has no name`);
  return current;
}

/** Whether a repository is archived at an instant. */
export function isArchived({ archivedAt }: Entry, now: Date): boolean {
  return archivedAt !== null && archivedAt <= now.getTime();
}

export function createWorld(seed: number): World {
  const accounts = new Map<string, Account>();
  const tokens = new Map<string, TokenOptions>();
  const entries = new Map<number, Entry>();
  const byName = new Map<string, Set<number>>();
  const freezes = new Set<{ visibility: FrozenVisibility; after: string }>();

  function addAccount({ login, ...rest }: Partial<Account> & { login: string }): Account {
    const id = 1000 + (hashText(login.toLowerCase()) % 90_000_000);
    const account: Account = { id, login, name: login, type: 'User', saml: false, ...rest };
    accounts.set(login.toLowerCase(), account);
    return account;
  }

  function account(login: string): Account {
    return accounts.get(login.toLowerCase()) ?? addAccount({ login, type: 'Organization' });
  }

  function indexName(id: number, owner: string, name: string): void {
    const key = toKey(owner, name);
    const ids = byName.get(key);
    if (ids) ids.add(id);
    else byName.set(key, new Set([id]));
  }

  function freeId(owner: string, name: string): number {
    let id = 10_000_000 + (hash(seed, hashText(toKey(owner, name))) % 900_000_000);
    while (entries.has(id)) id += 1;
    return id;
  }

  function addRepository(options: RepositoryOptions): Entry {
    const { owner, name, createdOn, story } = options;
    const id = options.id ?? freeId(owner, name);
    if (entries.has(id)) throw new Error(`repository id ${id} is taken`);
    const own = hash(seed, id);
    const isPrivate = Boolean(options.private || options.internal);
    const entry: Entry = {
      id,
      seed: own,
      createdOn,
      story,
      traffic: openTraffic(story, createdOn, own),
      private: isPrivate,
      visibility: options.internal ? 'internal' : isPrivate ? 'private' : 'public',
      fork: options.fork ?? false,
      archivedAt: options.archivedOn === undefined ? null : Date.parse(options.archivedOn),
      removed: false,
      collaborators: new Map(Object.entries(options.collaborators ?? {})),
      names: toNames(options),
    };
    account(owner);
    entries.set(id, entry);
    for (const known of entry.names) indexName(id, known.owner, known.name);
    return entry;
  }

  function find(owner: string, name: string, now: Date): { entry: Entry; moved: boolean } | undefined {
    const key = toKey(owner, name);
    let former: Entry | undefined;
    for (const id of byName.get(key) ?? []) {
      const entry = entries.get(id);
      if (!entry || entry.removed) continue;
      const current = nameAt(entry, now.getTime());
      if (toKey(current.owner, current.name) === key) return { entry, moved: false };
      if (entry.names.some((n) => n.from <= now.getTime() && toKey(n.owner, n.name) === key)) former = entry;
    }
    return former && { entry: former, moved: true };
  }

  return {
    addAccount,
    account,
    findAccount: (login) => accounts.get(login.toLowerCase()),
    removeAccount: (login) => void accounts.delete(login.toLowerCase()),
    addToken: (token) => void tokens.set(token.token, token),
    removeToken: (token) => void tokens.delete(token),
    token: (token) => tokens.get(token),
    addRepository,
    entry: (id) => entries.get(id),
    entries: () => entries.values(),
    find,
    freeze(visibility, after) {
      const freeze = { visibility, after };
      freezes.add(freeze);
      return () => void freezes.delete(freeze);
    },
    frozenAfter(entry) {
      const visibility = entry.private ? 'private' : 'public';
      const days = [...freezes].flatMap((freeze) => (freeze.visibility === visibility ? [freeze.after] : []));
      return days.sort()[0];
    },
    rename(id, change, at) {
      const entry = entries.get(id);
      if (!entry) throw new Error(`no repository ${id}`);
      const { owner, name } = { ...nameAt(entry, at.getTime()), ...change };
      account(owner);
      entry.names.push({ owner, name, from: at.getTime() });
      entry.names.sort((a, b) => a.from - b.from);
      indexName(id, owner, name);
    },
  };
}

function toKey(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}

function toNames({ owner, name, formerNames }: RepositoryOptions): Named[] {
  const names: Named[] = [];
  let from = 0;
  for (const former of formerNames ?? []) {
    names.push({ owner: former.owner, name: former.name, from });
    from = Date.parse(`${former.until}T00:00:00Z`);
  }
  return [...names, { owner, name, from }];
}
