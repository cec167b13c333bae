import { Failure } from './failure.ts';

/** Starts other actions of this package without waiting for them. */
export interface Activations {
  /** Starts the action; throws `start_failed` when the platform does not take it. */
  start(action: string, args: Record<string, unknown>): Promise<void>;
}

/** What this needs of the npm package `openwhisk`, which every Node.js runtime of OpenWhisk has. */
interface Client {
  actions: {
    invoke(call: { name: string; params: Record<string, unknown>; blocking: false }): Promise<unknown>;
  };
}

/**
 * Activations under the API key that the platform gives to actions with `provide-api-key`. The actions are those of the
 * package that this one is in: `__OW_ACTION_NAME` is '/namespace/package/action'.
 */
export function openActivations(): Activations {
  return {
    start: async (action, params) => {
      const [, , packageName] = (process.env.__OW_ACTION_NAME ?? '').split('/');
      try {
        const { default: openwhisk } = (await import('openwhisk')) as { default: () => Client };
        const name = packageName ? `${packageName}/${action}` : action;
        await openwhisk().actions.invoke({ name, params, blocking: false });
      } catch (error) {
        throw toStartFailure(action, error);
      }
    },
  };
}

/** The client's errors hold request and response; only the platform's own sentence is passed on. */
function toStartFailure(action: string, error: unknown): Failure {
  const { statusCode } = error as { statusCode?: unknown };
  const why =
    statusCode === 429
      ? 'too many activations at the moment'
      : `status ${typeof statusCode === 'number' ? statusCode : 'unknown'}`;
  return new Failure(
    503,
    'start_failed',
    `The platform did not start ${action} (${why}). The next alarm collects what is left.`,
  );
}
