import { type Answer, notFound, refuse, samlRequired, trafficDocs } from './answer.ts';
import { type Account, type Entry, nameAt, type Permission, type TokenOptions, type World } from './world.ts';

/** Who asks: nobody (undefined), or an account by a token. */
export interface Caller {
  token: TokenOptions;
  account: Account;
}

const RANKS: Permission[] = ['pull', 'triage', 'push', 'maintain', 'admin'];

/** The caller's role in a repository; undefined: none. */
export function permissionOf(entry: Entry, login: string, now: Date): Permission | undefined {
  const { owner } = nameAt(entry, now.getTime());
  if (owner.toLowerCase() === login.toLowerCase()) return 'admin';
  return entry.collaborators.get(login) ?? (entry.private ? undefined : 'pull');
}

/** `permissions` of a repository's document. */
export function toPermissions(permission: Permission): Record<Permission, boolean> {
  const rank = RANKS.indexOf(permission);
  return { admin: rank >= 4, maintain: rank >= 3, push: rank >= 2, triage: rank >= 1, pull: true };
}

function canPush(permission: Permission | undefined): boolean {
  return permission !== undefined && RANKS.indexOf(permission) >= 2;
}

/** Whether the token reaches the repository at all, whatever its owner may do there. */
export function tokenReaches({ token }: Caller, entry: Entry): boolean {
  if (token.kind === 'classic') return !entry.private || (token.scopes ?? []).includes('repo');
  return token.repositories === undefined || token.repositories.includes(entry.id);
}

/** The organization that holds a repository back until its owner authorizes the token by single sign-on. */
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

/** Why the repository's document is refused; undefined: it is not. What one may not see is not found. */
export function refuseRepository({ world, caller, entry, now, htmlUrl }: Question): Answer | undefined {
  const docs = '/rest/repos/repos#get-a-repository';
  if (!caller) return entry.private ? notFound(docs) : undefined;
  if (!permissionOf(entry, caller.account.login, now)) return notFound(docs);
  const organization = samlOrganization(caller, world.account(nameAt(entry, now.getTime()).owner));
  if (organization) return samlRequired(htmlUrl, organization.login);
  return entry.private && !tokenReaches(caller, entry) ? notFound(docs) : undefined;
}

/** Why the repository's traffic is refused; undefined: it is not. */
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
  if (caller.token.kind === 'app' || canPush(permissionOf(entry, caller.account.login, now)))
    return undefined;
  return refuse(403, 'Must have push access to repository', docs);
}

function hasRepositoryScope({ scopes = [] }: TokenOptions, entry: Entry): boolean {
  return scopes.includes('repo') || (!entry.private && scopes.includes('public_repo'));
}

/** What GitHub says of the token in the headers of every answer to it. */
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
