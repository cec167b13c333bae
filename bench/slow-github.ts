import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGitHub } from '../local/github.ts';

export const OWNER = 'bench';
export const TOKEN = 'ghp_bench_0000000000000000000000000000';

const REFERRERS = ['Google', 'github.com', 'news.ycombinator.com', 'reddit.com', 'Bing', 'example.com'];
const PATHS = [
  '',
  '/issues',
  '/pulls',
  '/releases',
  '/blob/main/README.md',
  '/tree/main/docs',
  '/wiki',
  '/actions',
];

interface SlowGitHubOptions {
  repositories: number;
  /** Milliseconds for each answer. */
  latency: number;
  /** Requests an hour. */
  quota: number;
  /** Its present; the real one by default. */
  clock?: () => Date;
  /** Whether to ban clients that break its rate limits; true by default. */
  bans?: boolean;
}

/** What ghstats asks for and the simulator does not know: no repository has pull requests, or a list of who starred it. */
const EMPTY_LISTS = /^\/repos\/[^/]+\/[^/]+\/(pulls|stargazers)\b/;

/** A slow GitHub with repositories of one token. */
export async function openSlowGitHub({
  repositories,
  latency,
  quota,
  clock = () => new Date(),
  bans = true,
}: SlowGitHubOptions) {
  const github = createGitHub({ clock, latency, bans });
  github.addUser(OWNER);
  github.addToken({ token: TOKEN, login: OWNER, kind: 'classic', scopes: ['repo'], quota });
  const story = {
    description: null,
    language: null,
    views: 40,
    clones: 5,
    regulars: 10,
    weekend: 0.5,
    growthPerYear: 1,
    ciClones: 3,
    referrers: REFERRERS.map((referrer, place) => ({ referrer, weight: 1 / (place + 1) })),
    paths: PATHS.map((path, place) => ({ path, weight: 1 / (place + 1) })),
    starsPerDay: 0.1,
  };
  const ids = Array.from({ length: repositories }, (_, n) => {
    const { id } = github.addRepository({
      owner: OWNER,
      name: `repository-${n}`,
      createdOn: '2024-01-01',
      story,
      collaborators: { [OWNER]: 'admin' },
    });
    return id;
  });
  let emptyLists = 0;
  const server = createServer((request, response) => {
    request.url = (request.url ?? '/').replace(/^\/api\/v3/, '') || '/';
    if (EMPTY_LISTS.test(request.url)) {
      emptyLists += 1;
      return void response.end('[]');
    }
    void github.handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    github,
    ids,
    url: `http://127.0.0.1:${port}`,
    requestCount: () => github.requests().length + emptyLists,
    resetRequests() {
      github.resetRequests();
      emptyLists = 0;
    },
    close: () => server.close(),
  };
}
