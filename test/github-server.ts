import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Story } from '../local/github/story.ts';
import { createGitHub, type GitHub, type GitHubOptions } from '../local/github.ts';

/** A quiet repository: a test changes what it is about. */
export const QUIET: Story = {
  description: null,
  language: null,
  views: 1,
  clones: 0.2,
  regulars: 2,
  weekend: 1,
  growthPerYear: 1,
  referrers: [{ referrer: 'Google', weight: 1 }],
  paths: [{ path: '', weight: 1 }],
  starsPerDay: 0,
};

export interface ServedGitHub {
  github: GitHub;
  /** The API's base URL, without a slash at the end. */
  apiUrl: string;
  now: Date;
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** Serves a simulated GitHub over HTTP. `now` can be moved; `basePath` is '' or like '/api/v3'. */
export async function serveGitHub(
  now: string,
  basePath = '',
  options: Partial<GitHubOptions> = {},
): Promise<ServedGitHub> {
  // Longer than clients keep an idle connection, so no request meets one that is just closing.
  const server = createServer({ keepAliveTimeout: 75_000 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`;
  const served: ServedGitHub = {
    github: createGitHub({ clock: () => served.now, baseUrl: apiUrl, ...options }),
    apiUrl,
    now: new Date(now),
    get: (path, token, headers = {}) =>
      fetch(apiUrl + path, {
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
        redirect: 'manual',
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on('request', (request, response) => {
    request.url = request.url?.slice(basePath.length);
    served.github.handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return served;
}
