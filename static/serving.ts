/** How the files of the pages are served, from Object Storage and on one machine. */

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** The content type and caching of a file of the pages. Names in /assets contain a hash of the content. */
export function servingOf(name: string): { type: string; cacheControl: string } {
  const isHashed = name.startsWith('/assets/');
  return {
    type: TYPES[/\.\w+$/.exec(name)?.[0] ?? ''] ?? 'application/octet-stream',
    cacheControl: isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/** The pages' content security policy; `addresses` may be called besides their own origin. */
export function contentSecurityPolicy(addresses: string[]): string {
  return [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'",
    // The worker that draws dashboards is made from a text of the page, so that it has the page's policy.
    "worker-src 'self' blob:",
    ["connect-src 'self'", ...addresses].join(' '),
    "manifest-src 'self'; base-uri 'none'; form-action 'none'",
  ].join('; ');
}
