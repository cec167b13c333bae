/**
 * Whether an answer is the platform's own to a web action that takes longer than a minute: `202 { code, error }`. The action
 * still runs, and its answer is lost.
 */
export function isStillRunning(status: number, body: unknown): boolean {
  return status === 202 && typeof (body as { error?: unknown } | null)?.error === 'string';
}
