import { Failure } from './failure.ts';

/** Starts other actions of this package without waiting for them. */
export interface Activations {
  /**
   * Starts the action. Throws `start_failed` if the platform refuses, with `details.tooMany` if it is only too busy.
   */
  start(action: string, args: Record<string, unknown>): Promise<void>;
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

const TOO_MANY = 429;
const PAUSE_MS = 5_000;

/**
 * Starts actions of the package that this action is in, with the API key that the platform gives to actions with
 * `provide-api-key`. `__OW_ACTION_NAME` is '/namespace/package/action'.
 */
export function openActivations(): Activations {
  return {
    start: async (action, params) => {
      const [, , packageName] = (process.env.__OW_ACTION_NAME ?? '').split('/');
      const name = packageName ? `${packageName}/${action}` : action;
      const { default: openwhisk } = (await import('openwhisk')) as { default: () => Client };
      await openwhisk()
        .actions.invoke({ name, params, blocking: false })
        .catch((error: unknown) => {
          throw toStartFailure(action, error);
        });
    },
  };
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

/** Passes on only the platform's status: the client's errors hold the request and the response. */
function toStartFailure(action: string, error: unknown): Failure {
  const { statusCode: status } = (error ?? {}) as { statusCode?: unknown };
  const tooMany = status === TOO_MANY;
  const why = tooMany ? 'too many activations right now' : `status ${Number(status) || 'unknown'}`;
  const message = `The platform did not start ${action} (${why}). The next alarm collects the rest.`;
  return new Failure('start_failed', message, { tooMany });
}
