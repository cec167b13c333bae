import { createHash } from 'node:crypto';
import { toPermissions } from './access.ts';
import { countStars } from './stars.ts';
import { type Account, type Entry, isArchived, nameAt, type Permission, type World } from './world.ts';

/** Where the simulator is reached: the API's base URL and the one of its pages, both without a slash at the end. */
export interface Addresses {
  apiUrl: string;
  htmlUrl: string;
}

const ACCOUNT_LINKS: [string, string][] = [
  ['followers_url', '/followers'],
  ['following_url', '/following{/other_user}'],
  ['gists_url', '/gists{/gist_id}'],
  ['starred_url', '/starred{/owner}{/repo}'],
  ['subscriptions_url', '/subscriptions'],
  ['organizations_url', '/orgs'],
  ['repos_url', '/repos'],
  ['events_url', '/events{/privacy}'],
  ['received_events_url', '/received_events'],
];

const REPOSITORY_LINKS: [string, string][] = [
  ['archive_url', '/{archive_format}{/ref}'],
  ['assignees_url', '/assignees{/user}'],
  ['blobs_url', '/git/blobs{/sha}'],
  ['branches_url', '/branches{/branch}'],
  ['collaborators_url', '/collaborators{/collaborator}'],
  ['comments_url', '/comments{/number}'],
  ['commits_url', '/commits{/sha}'],
  ['compare_url', '/compare/{base}...{head}'],
  ['contents_url', '/contents/{+path}'],
  ['contributors_url', '/contributors'],
  ['deployments_url', '/deployments'],
  ['downloads_url', '/downloads'],
  ['events_url', '/events'],
  ['forks_url', '/forks'],
  ['git_commits_url', '/git/commits{/sha}'],
  ['git_refs_url', '/git/refs{/sha}'],
  ['git_tags_url', '/git/tags{/sha}'],
  ['hooks_url', '/hooks'],
  ['issue_comment_url', '/issues/comments{/number}'],
  ['issue_events_url', '/issues/events{/number}'],
  ['issues_url', '/issues{/number}'],
  ['keys_url', '/keys{/key_id}'],
  ['labels_url', '/labels{/name}'],
  ['languages_url', '/languages'],
  ['merges_url', '/merges'],
  ['milestones_url', '/milestones{/number}'],
  ['notifications_url', '/notifications{?since,all,participating}'],
  ['pulls_url', '/pulls{/number}'],
  ['releases_url', '/releases{/id}'],
  ['stargazers_url', '/stargazers'],
  ['statuses_url', '/statuses/{sha}'],
  ['subscribers_url', '/subscribers'],
  ['subscription_url', '/subscription'],
  ['tags_url', '/tags'],
  ['teams_url', '/teams'],
  ['trees_url', '/git/trees{/sha}'],
];

function toLinks(base: string, links: [string, string][]): Record<string, string> {
  return Object.fromEntries(links.map(([key, path]) => [key, base + path]));
}

function toNodeId(prefix: string, id: number): string {
  return `${prefix}_${Buffer.from(String(id)).toString('base64url')}`;
}

/** GitHub's `simple-user`. */
export function toAccountDocument(account: Account, { apiUrl, htmlUrl }: Addresses): Record<string, unknown> {
  const url = `${apiUrl}/users/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: toNodeId(account.type === 'User' ? 'U' : 'O', account.id),
    avatar_url: `${htmlUrl}/avatars/u/${account.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `${htmlUrl}/${account.login}`,
    ...toLinks(url, ACCOUNT_LINKS),
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** GitHub's `public-user`: what `GET /user` answers to a token without the scope `user`. */
export function toUserDocument(account: Account, addresses: Addresses): Record<string, unknown> {
  return {
    ...toAccountDocument(account, addresses),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    notification_email: null,
    public_repos: 8,
    public_gists: 0,
    followers: 20,
    following: 3,
    created_at: '2011-01-25T18:44:36Z',
    updated_at: '2026-01-05T09:12:00Z',
  };
}

export interface RepositoryView extends Addresses {
  world: World;
  now: Date;
  permission: Permission | undefined;
}

/** GitHub's `repository`, as in lists. */
export function toRepositoryDocument(entry: Entry, view: RepositoryView): Record<string, unknown> {
  const { owner, name } = nameAt(entry, view.now.getTime());
  const full = `${owner}/${name}`;
  const url = `${view.apiUrl}/repos/${full}`;
  const html = `${view.htmlUrl}/${full}`;
  const stars = countStars(entry, view.now);
  const issues = 3 + (entry.seed % 40);
  const day = view.now.toISOString().slice(0, 10);
  const forks = Math.floor(stars / 9);
  return {
    id: entry.id,
    node_id: toNodeId('R', entry.id),
    name,
    full_name: full,
    private: entry.private,
    owner: toAccountDocument(view.world.account(owner), view),
    html_url: html,
    description: entry.story.description,
    fork: entry.fork,
    url,
    ...toLinks(url, REPOSITORY_LINKS),
    created_at: `${entry.createdOn}T08:30:00Z`,
    updated_at: `${day}T04:00:00Z`,
    pushed_at: `${isArchived(entry, view.now) ? entry.createdOn : day}T03:30:00Z`,
    git_url: `git:${html.replace(/^https?:/, '')}.git`,
    ssh_url: `git@${new URL(view.htmlUrl).hostname}:${full}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 180 + (entry.seed % 9000),
    stargazers_count: stars,
    watchers_count: stars,
    language: entry.story.language,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: isArchived(entry, view.now),
    disabled: false,
    open_issues_count: issues,
    license: toLicense(view),
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: entry.story.topics ?? [],
    visibility: entry.visibility,
    forks,
    open_issues: issues,
    watchers: stars,
    default_branch: 'main',
    ...(view.permission ? { permissions: toPermissions(view.permission) } : {}),
  };
}

/** GitHub's `full-repository`, as of one repository. */
export function toFullRepositoryDocument(entry: Entry, view: RepositoryView): Record<string, unknown> {
  const stars = countStars(entry, view.now);
  const document = toRepositoryDocument(entry, view);
  return {
    ...document,
    temp_clone_token: null,
    network_count: document.forks_count,
    subscribers_count: 2 + Math.floor(stars / 40),
  };
}

function toLicense({ apiUrl }: Addresses): Record<string, unknown> {
  const url = `${apiUrl}/licenses/apache-2.0`;
  return {
    key: 'apache-2.0',
    name: 'Apache License 2.0',
    spdx_id: 'Apache-2.0',
    url,
    node_id: 'MDc6TGljZW5zZTI=',
  };
}

/** A weak entity tag: GitHub's depend on the body and on who asks. */
export function toEtag(body: string, token: string | undefined): string {
  return `W/"${createHash('sha256')
    .update(`${token ?? ''}\n${body}`)
    .digest('hex')}"`;
}
