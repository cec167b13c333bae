/** Node's codes for certificates that it refuses. */
const UNTRUSTED = /CERT|LEAF_SIGNATURE/;
/** The variables that name the platform's address. */
const OF_PLATFORM = ['APIHOST', 'API_URL'];

/** Like fetch. If the server cannot be reached, throws a sentence with its address and the variable that names it. */
export async function request(variable: string, url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(90_000), ...init }).catch((error: unknown) => {
    const { origin } = new URL(url);
    const reason = reasonOf(error);
    if (!UNTRUSTED.test(reason))
      throw new Error(`${origin} does not answer (${reason}): is ${variable} right?`);
    const setting = OF_PLATFORM.includes(variable) ? 'OPENWHISK_CA' : 'NODE_EXTRA_CA_CERTS';
    throw new Error(
      `${origin} has a certificate that Node.js does not trust (${reason}): set ${setting} to the file of its authority's certificate.`,
    );
  });
}

const TOO_MANY = 429;
const RETRY_MS = 3000;
/** The platform counts by the minute of its own clock. */
const MAX_WAIT_MS = 90_000;

/**
 * Asks again while the platform refuses because of its limits, for as long as a minute can take. `tell` gets a line when the
 * waiting begins.
 */
export async function whenFree<T extends { status: number }>(
  ask: () => Promise<T>,
  tell: (line: string) => void,
): Promise<T> {
  for (let waited = 0; ; waited += RETRY_MS) {
    const answer = await ask();
    if (answer.status !== TOO_MANY || waited >= MAX_WAIT_MS) return answer;
    if (waited === 0)
      tell('The namespace has used up its calls of this minute: waiting for the next minute.');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** The network's own error, without fetch's wrapper. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error.message;
}
