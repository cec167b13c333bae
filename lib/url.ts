/** The address without slashes at its end. It takes time in proportion to its length, also for slashes alone. */
export function withoutTrailingSlashes(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}

/**
 * The parsed address, relative to a base if there is one; undefined if it is none. Not `URL.canParse`: once V8 has optimized
 * its callers, Node 20 refuses hosts with letters such as á.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
