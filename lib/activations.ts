import { setTimeout as wait } from 'node:timers/promises';
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

const TOO_MANY = 429;
const PAUSE_MS = 5_000;

/**
 * Activations under the API key that the platform gives to actions with `provide-api-key`. The actions are those of the
 * package that this one is in: `__OW_ACTION_NAME` is '/namespace/package/action'. A namespace may start so many a
 * minute: what is one too many is tried again as long as `patience` says that there are milliseconds to wait.
 */
export function openActivations(patience: () => number = () => 0): Activations {
  return {
    start: async (action, params) => {
      const [, , packageName] = (process.env.__OW_ACTION_NAME ?? '').split('/');
      const name = packageName ? `${packageName}/${action}` : action;
      const { default: openwhisk } = (await import('openwhisk')) as { default: () => Client };
      for (;;) {
        try {
          await openwhisk().actions.invoke({ name, params, blocking: false });
          return;
        } catch (error) {
          if (statusOf(error) !== TOO_MANY || patience() < PAUSE_MS) throw toStartFailure(action, error);
        }
        await wait(PAUSE_MS);
      }
    },
  };
}

function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** The client's errors hold request and response; only the platform's own status is passed on. */
function toStartFailure(action: string, error: unknown): Failure {
  const status = statusOf(error);
  const why = status === TOO_MANY ? 'too many activations at the moment' : `status ${status ?? 'unknown'}`;
  return new Failure(
    503,
    'start_failed',
    `The platform did not start ${action} (${why}). The next alarm collects what is left.`,
  );
}
