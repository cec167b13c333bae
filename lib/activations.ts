import { Failure } from './failure.ts';

/** Starts other actions of this package without waiting for them. */
export interface Activations {
  /**
   * Starts the action; throws `start_failed` when the platform does not take it, with `details.tooMany` when it would take it
   * later.
   */
  start(action: string, args: Record<string, unknown>): Promise<void>;
}

/** What this needs of the npm package `openwhisk`, which every Node.js runtime of OpenWhisk has. */
interface Client {
  actions: {
    invoke(call: { name: string; params: Record<string, unknown>; blocking: false }): Promise<unknown>;
  };
}

/** How long something may go on waiting, and how it waits. */
export interface RetryOptions {
  /** Milliseconds that are left for waiting. */
  left: () => number;
  wait: (milliseconds: number) => Promise<void>;
}

const TOO_MANY = 429;
const PAUSE_MS = 5_000;

/**
 * Activations under the API key that the platform gives to actions with `provide-api-key`. The actions are those of the
 * package that this one is in: `__OW_ACTION_NAME` is '/namespace/package/action'.
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

/** Tries again every five seconds while the platform has too many activations, as long as there is time. */
export function withRetries(activations: Activations, { left, wait }: RetryOptions): Activations {
  return {
    start: async (action, args) => {
      for (;;) {
        try {
          return await activations.start(action, args);
        } catch (error) {
          if (!isTooMany(error) || left() < PAUSE_MS) throw error;
        }
        await wait(PAUSE_MS);
      }
    },
  };
}

/** Whether the platform would have taken the activation later. */
export function isTooMany(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'start_failed' && error.details?.tooMany === true;
}

/** The client's errors hold request and response; only the platform's own status is passed on. */
function toStartFailure(action: string, error: unknown): Failure {
  const { statusCode: status } = (error ?? {}) as { statusCode?: unknown };
  const tooMany = status === TOO_MANY;
  const why = tooMany ? 'too many activations at the moment' : `status ${Number(status) || 'unknown'}`;
  const message = `The platform did not start ${action} (${why}). The next alarm collects what is left.`;
  return new Failure('start_failed', message, { tooMany });
}
