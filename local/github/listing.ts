import { type Caller, permissionOf, samlOrganization, tokenReaches } from './access.ts';
import { type Answer, ok, refuse, requiresAuthentication } from './answer.ts';
import { listInstalled, toInstalledDocument } from './apps.ts';
import type { Call } from './call.ts';
import { toRepositoryDocument } from './documents.ts';
import { type Entry, nameAt } from './world.ts';

const DOCS = '/rest/repos/repos#list-repositories-for-the-authenticated-user';
const RELATIONS = 'owner,collaborator,organization_member';

/** Answers `GET /user/repos`: the caller's repositories, in pages. */
export function answerUserRepositories(call: Call): Answer {
  const { caller, query, now } = call;
  if (!caller) return requiresAuthentication(DOCS);
  if (caller.token.kind === 'app') return refuse(403, 'Resource not accessible by integration', DOCS);
  if (query.has('type') && (query.has('visibility') || query.has('affiliation'))) {
    return refuse(422, 'If you specify visibility or affiliation, you cannot specify type.', DOCS);
  }
  const listed = [...call.world.entries()].filter((entry) => isListed(entry, call, caller));
  const shown = listed.filter((entry) => !holderOf(entry, call, caller));
  const page = toPage(call, toSorted(shown, call), (entry) => {
    const permission = permissionOf(entry, caller.account.login, now);
    return toRepositoryDocument(entry, { ...call, permission });
  });
  const holders = new Set(
    listed.map((entry) => holderOf(entry, call, caller)).filter((one) => one !== undefined),
  );
  if (holders.size === 0) return page;
  const ids = [...holders].map(({ id }) => id).join(',');
  return { ...page, headers: { ...page.headers, 'x-github-sso': `partial-results; organizations=${ids}` } };
}

/** Answers `GET /installation/repositories`, for the token of an app's installation. */
export function answerInstalledRepositories(call: Call): Answer {
  const docs = '/rest/apps/installations#list-repositories-accessible-to-the-app-installation';
  if (call.caller?.token.kind !== 'app')
    return refuse(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
      docs,
    );
  const all = listInstalled(call);
  const page = toPage(call, all, (entry) => toInstalledDocument(entry, call));
  return { ...page, body: { total_count: all.length, repositories: page.body } };
}

function ownerOf(entry: Entry, { world, now }: Call) {
  return world.account(nameAt(entry, now.getTime()).owner);
}

/** The organization that requires single sign-on before it shows the repository. */
function holderOf(entry: Entry, call: Call, caller: Caller) {
  return samlOrganization(caller, ownerOf(entry, call));
}

function isListed(entry: Entry, call: Call, caller: Caller): boolean {
  if (entry.removed || !tokenReaches(caller, entry)) return false;
  const owner = ownerOf(entry, call);
  const own = owner.login === caller.account.login;
  if (!own && !entry.collaborators.has(caller.account.login)) return false;
  const visibility = call.query.get('visibility') ?? 'all';
  if (visibility !== 'all' && (visibility === 'private') !== entry.private) return false;
  const relation = own ? 'owner' : owner.type === 'Organization' ? 'organization_member' : 'collaborator';
  return (call.query.get('affiliation') ?? RELATIONS).split(',').includes(relation);
}

/** Sorts by name, or by age: every repository here is pushed to daily, so the other orders equal that of age. */
function toSorted(entries: Entry[], { query, now }: Call): Entry[] {
  const byName = (query.get('sort') ?? 'full_name') === 'full_name';
  const sign = (query.get('direction') ?? (byName ? 'asc' : 'desc')) === 'desc' ? -1 : 1;
  const toKey = (entry: Entry) => {
    const { owner, name } = nameAt(entry, now.getTime());
    return byName ? `${owner}/${name}`.toLowerCase() : entry.createdOn;
  };
  return entries
    .map((entry) => ({ entry, key: toKey(entry) }))
    .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : a.entry.id - b.entry.id))
    .map(({ entry }) => entry);
}

/** One page of a list with GitHub's `Link` header. `max` is the largest page. */
export function toPage<T>(
  { query, apiUrl, path }: Call,
  items: T[],
  toDocument: (item: T) => unknown,
  max = 100,
): Answer {
  const size = Math.min(max, Math.max(1, Number(query.get('per_page')) || 30));
  const page = Math.max(1, Number(query.get('page')) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const toLink = (number: number, relation: string) => {
    const parameters = new URLSearchParams(query);
    parameters.set('page', String(number));
    return `<${apiUrl}${path}?${parameters}>; rel="${relation}"`;
  };
  const links: string[] = [];
  if (page > 1) links.push(toLink(Math.min(page - 1, last), 'prev'));
  if (page < last) links.push(toLink(page + 1, 'next'), toLink(last, 'last'));
  if (page > 1) links.push(toLink(1, 'first'));
  const body = items.slice((page - 1) * size, page * size).map(toDocument);
  return ok(body, links.length > 0 ? { link: links.join(', ') } : {});
}
