/** The address without slashes at its end. It takes time in proportion to its length, also for slashes alone. */
export function withoutTrailingSlashes(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}
