import { type Answer, notFound, refuse, samlRequired, trafficDocs } from './answer.ts';
import {
  type Account,
  type Entry,
  isArchived,
  nameAt,
  type Permission,
  type TokenOptions,
  type World,
} from './world.ts';

/** The account and token of a request. */
export interface Caller {
  token: TokenOptions;
  account: Account;
}

const RANKS: Permission[] = ['pull', 'triage', 'push', 'maintain', 'admin'];

/** An account's role in a repository; undefined: none. */
export function permissionOf(entry: Entry, login: string, now: Date): Permission | undefined {
  const { owner } = nameAt(entry, now.getTime());
  if (owner.toLowerCase() === login.toLowerCase()) return 'admin';
  return entry.collaborators.get(login) ?? (entry.private ? undefined : 'pull');
}

/** The `permissions` in a repository's document. */
export function toPermissions(permission: Permission): Record<Permission, boolean> {
  const rank = RANKS.indexOf(permission);
  return { admin: rank >= 4, maintain: rank >= 3, push: rank >= 2, triage: rank >= 1, pull: true };
}

function canPush(permission: Permission | undefined): boolean {
  return permission !== undefined && RANKS.indexOf(permission) >= 2;
}

/** Whether the token reaches the repository, whatever its owner may do there. */
export function tokenReaches({ token }: Caller, entry: Entry): boolean {
  if (token.kind === 'classic') return !entry.private || (token.scopes ?? []).includes('repo');
  return token.repositories === undefined || token.repositories.includes(entry.id);
}

/** The organization that requires the token to be authorized for single sign-on first. */
export function samlOrganization({ token }: Caller, owner: Account): Account | undefined {
  if (!owner.saml || token.kind !== 'classic') return undefined;
  return (token.samlAuthorizedFor ?? []).includes(owner.login) ? undefined : owner;
}

export interface Question {
  world: World;
  caller: Caller | undefined;
  entry: Entry;
  now: Date;
  htmlUrl: string;
}

/** The refusal of the repository's document; undefined: it is allowed. What the caller may not see is not found. */
export function refuseRepository({ world, caller, entry, now, htmlUrl }: Question): Answer | undefined {
  const docs = '/rest/repos/repos#get-a-repository';
  if (!caller) return entry.private ? notFound(docs) : undefined;
  if (!permissionOf(entry, caller.account.login, now)) return notFound(docs);
  const organization = samlOrganization(caller, world.account(nameAt(entry, now.getTime()).owner));
  if (organization) return samlRequired(htmlUrl, organization.login);
  return entry.private && !tokenReaches(caller, entry) ? notFound(docs) : undefined;
}

/** The refusal of the repository's traffic; undefined: it is allowed. */
export function refuseTraffic(question: Question, figure: string): Answer | undefined {
  const { caller, entry, now } = question;
  const docs = trafficDocs(figure);
  const hidden = refuseRepository(question);
  if (hidden) return hidden.status === 404 ? notFound(docs) : hidden;
  if (!caller) return refuse(401, 'Requires authentication', docs);
  const needed = { 'x-accepted-github-permissions': 'administration=read' };
  if (caller.token.kind !== 'classic') {
    const by = caller.token.kind === 'app' ? 'integration' : 'personal access token';
    const allowed = tokenReaches(caller, entry) && caller.token.permissions?.administration !== undefined;
    if (!allowed) return refuse(403, `Resource not accessible by ${by}`, docs, needed);
  } else if (!hasRepositoryScope(caller.token, entry)) {
    return refuse(403, 'Must have push access to repository', docs);
  }
  const mayRead = caller.token.kind === 'app' || canPush(permissionOf(entry, caller.account.login, now));
  if (!mayRead) return refuse(403, 'Must have push access to repository', docs);
  return isArchived(entry, now) ? refuse(403, 'Repository was archived so is read-only.', docs) : undefined;
}

function hasRepositoryScope({ scopes = [] }: TokenOptions, entry: Entry): boolean {
  return scopes.includes('repo') || (!entry.private && scopes.includes('public_repo'));
}

/** The headers about the token in every answer. */
export function toTokenHeaders({ token }: Caller, accepted: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token.kind === 'classic') {
    headers['x-oauth-scopes'] = (token.scopes ?? []).join(', ');
    headers['x-accepted-oauth-scopes'] = accepted;
  }
  if (token.expiresAt && token.kind !== 'app') {
    const at = token.expiresAt.toISOString();
    headers['github-authentication-token-expiration'] = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
  }
  return headers;
}
