import type { Agent } from 'node:https';
import { Failure } from './failure.ts';

/** Starts other actions of this package without waiting for them. */
export interface Activations {
  /**
   * Starts the action. Throws `start_failed` if the platform refuses, with `details.tooMany` if it is only too busy.
   */
  start(action: string, args: Record<string, unknown>): Promise<void>;
}

/** How actions reach the platform's API. */
export interface ApiAccess {
  /** Instead of the address that the platform gives to actions; null: that address. */
  apiHost: string | null;
  /** Certificates to trust besides those that Node.js trusts, in PEM; null: none. */
  ca: string | null;
}

/** The part we use of the npm package `openwhisk`, which every Node.js runtime of OpenWhisk includes. */
interface Client {
  actions: {
    invoke(call: { name: string; params: Record<string, unknown>; blocking: false }): Promise<unknown>;
  };
}

/** How long to retry, and how to wait in between. */
export interface RetryOptions {
  /** Milliseconds left for retries. */
  timeLeft: () => number;
  wait: (milliseconds: number) => Promise<void>;
}

interface ClientOptions {
  apihost?: string;
  agent?: Agent;
}

const TOO_MANY = 429;
const PAUSE_MS = 5_000;

/**
 * Starts actions of the package that this action is in, with the API key that the platform gives to actions with
 * `provide-api-key`. `__OW_ACTION_NAME` is '/namespace/package/action'.
 */
export function openActivations(access: ApiAccess): Activations {
  return {
    start: async (action, params) => {
      const [, , packageName] = (process.env.__OW_ACTION_NAME ?? '').split('/');
      const name = packageName ? `${packageName}/${action}` : action;
      try {
        const client = await openClient(access);
        await client.actions.invoke({ name, params, blocking: false });
      } catch (error) {
        throw toStartFailure(action, error);
      }
    },
  };
}

async function openClient({ apiHost, ca }: ApiAccess): Promise<Client> {
  const { default: openwhisk } = (await import('openwhisk')) as {
    default: (options: ClientOptions) => Client;
  };
  const isPlain = /^http:/.test(apiHost ?? process.env.__OW_API_HOST ?? '');
  return openwhisk({
    ...(apiHost !== null && { apihost: apiHost }),
    ...(ca !== null && !isPlain && { agent: await openAgent(ca) }),
  });
}

/** Loaded only here: few platforms need it, and every cold start would pay. */
async function openAgent(ca: string): Promise<Agent> {
  const [{ Agent }, { rootCertificates }] = await Promise.all([import('node:https'), import('node:tls')]);
  return new Agent({ ca: [...rootCertificates, ca] });
}

/** Retries every five seconds while the platform is too busy and time is left. */
export function withRetries(activations: Activations, { timeLeft, wait }: RetryOptions): Activations {
  return {
    start: async (action, args) => {
      for (;;) {
        try {
          return await activations.start(action, args);
        } catch (error) {
          if (!isTooMany(error) || timeLeft() < PAUSE_MS) throw error;
        }
        await wait(PAUSE_MS);
      }
    },
  };
}

/** Whether the platform was only too busy to start the activation. */
export function isTooMany(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'start_failed' && error.details?.tooMany === true;
}

/** The status, or why there is none. Nothing else of the client's errors: they hold the request and the response. */
function causeOf(error: unknown): string {
  const { statusCode: status, message } = (error ?? {}) as { statusCode?: unknown; message?: unknown };
  if (status === TOO_MANY) return 'too many activations right now';
  if (status !== undefined) return `status ${Number(status)}`;
  // After the semicolon, newer versions of Node advise an option of the command line, which nobody can give to an action.
  const [cause = ''] = String(message)
    .replace(/^Unknown Error From API: /, '')
    .split('; if the root CA');
  return cause;
}

function toStartFailure(action: string, error: unknown): Failure {
  const status = Number((error as { statusCode?: unknown } | null)?.statusCode);
  const tooMany = status === TOO_MANY;
  const cause = causeOf(error);
  if (!tooMany) {
    const activationId = process.env.__OW_ACTIVATION_ID ?? '';
    console.log(JSON.stringify({ activationId, level: 'error', code: 'start_failed', action, cause }));
  }
  const what = `The platform did not start ${action} (${cause}).`;
  if (tooMany || status >= 500)
    return new Failure('start_failed', `${what} The next alarm collects the rest.`, { tooMany });
  const advice = /certificate/.test(cause)
    ? ' Set OPENWHISK_CA or OPENWHISK_API_HOST, and deploy again.'
    : '';
  return new Failure('start_failed', `${what} Nothing is collected until this is fixed.${advice}`, {
    tooMany,
  });
}
