/** Posts JSON to the sign-in of this origin. Throws an error with its sentence if it refuses. */
export async function post<Answer>(path: string, body: object): Promise<Answer> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  const said: unknown = await answer?.json().catch(() => null);
  if (answer?.ok) return said as Answer;
  const { error } = (said ?? {}) as { error?: { code: string; message: string } };
  const refusal = new Error(error?.message ?? 'The server does not answer. Try again in a minute.');
  throw Object.assign(refusal, { code: error?.code });
}
