/** Like fetch. If the server cannot be reached, throws a sentence with its address and the variable that names it. */
export async function request(variable: string, url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(90_000), ...init }).catch((error: unknown) => {
    throw new Error(`${new URL(url).origin} does not answer (${reasonOf(error)}): is ${variable} right?`);
  });
}

/** The network's own error, without fetch's wrapper. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error.message;
}
