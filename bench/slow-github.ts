import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGitHub } from '../local/github.ts';

export const OWNER = 'bench';
export const TOKEN = 'ghp_bench_0000000000000000000000000000';

interface SlowGitHubOptions {
  repositories: number;
  /** Milliseconds for each answer. */
  latency: number;
  /** Requests an hour. */
  quota: number;
}

/** A slow GitHub with repositories of one token. It bans clients that break its rate limits. */
export async function openSlowGitHub({ repositories, latency, quota }: SlowGitHubOptions) {
  const github = createGitHub({ clock: () => new Date(), latency, bans: true });
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
    referrers: [{ referrer: 'Google', weight: 1 }],
    paths: [{ path: '', weight: 1 }],
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
  const server = createServer((request, response) => {
    request.url = (request.url ?? '/').replace(/^\/api\/v3/, '') || '/';
    void github.handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { github, ids, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
