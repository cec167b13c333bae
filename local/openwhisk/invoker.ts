import { randomBytes } from 'node:crypto';
import type { Activation, ActivationStatus, ActivationStore } from './activations.ts';
import { toActivation } from './activations.ts';
import type { ContainerReply } from './container.ts';
import type { Action, ResolvedAction } from './entities.ts';
import { annotation, fullName } from './entities.ts';
import { Refusal } from './http.ts';
import type { Lease, Pool } from './pool.ts';
import { requireConcurrency } from './throttle.ts';

export interface Invocation {
  target: ResolvedAction;
  /** Joined with the bound parameters; these arguments win. */
  args: Record<string, unknown>;
  /** On whose account it runs. */
  namespace: string;
  transactionId: string;
}

export interface Invoked {
  activationId: string;
  done: Promise<Activation>;
}

export interface Invoker {
  invoke(invocation: Invocation): Invoked;
  /** @throws {Refusal} 429 when the namespace has too many activations under way. */
  requireConcurrency(namespace: string): void;
  /** Waits until nothing runs, what running activations start included. */
  settled(): Promise<void>;
}

export interface InvokerOptions {
  pool: Pool;
  activations: ActivationStore;
  clock: () => Date;
  log: (line: object) => void;
  apiKeyOf: (namespace: string) => string;
  limits: { result: number; concurrentInvocations: number };
  coldStarts: boolean;
}

interface Outcome {
  status: ActivationStatus;
  result: unknown;
  logs: string[];
  spoilt: boolean;
  timeout: boolean;
}

export function openInvoker(options: InvokerOptions): Invoker {
  const running = new Set<Promise<unknown>>();
  const inFlight = new Map<string, number>();

  function track(namespace: string, change: number): void {
    inFlight.set(namespace, (inFlight.get(namespace) ?? 0) + change);
  }

  function invoke(invocation: Invocation): Invoked {
    const activationId = randomBytes(16).toString('hex');
    track(invocation.namespace, 1);
    const done = perform(invocation, activationId).finally(() => track(invocation.namespace, -1));
    running.add(done);
    done.catch(() => undefined).finally(() => running.delete(done));
    return { activationId, done };
  }

  async function perform(invocation: Invocation, activationId: string): Promise<Activation> {
    const { action } = invocation.target;
    const received = options.clock();
    const lease = await acquire(invocation);
    const start = options.clock();
    const started = performance.now();
    const initFailure = lease.fresh ? await init(lease, invocation, activationId) : undefined;
    const initTime = Math.round(performance.now() - started);
    const outcome = initFailure ?? (await run(lease, invocation, activationId));
    lease.release(outcome.spoilt || options.coldStarts ? 'spoilt' : 'reusable');
    const activation = toActivation({
      namespace: invocation.namespace,
      name: action.name,
      version: action.version,
      activationId,
      start,
      end: options.clock(),
      status: outcome.status,
      result: outcome.result,
      logs: outcome.logs,
      annotations: [
        { key: 'path', value: fullName(action) },
        { key: 'kind', value: action.exec.kind },
        { key: 'limits', value: action.limits },
        { key: 'waitTime', value: start.getTime() - received.getTime() },
        ...(lease.fresh ? [{ key: 'initTime', value: initTime }] : []),
        { key: 'timeout', value: outcome.timeout },
      ],
    });
    options.activations.add(activation);
    report(action, activation, outcome);
    return activation;
  }

  async function acquire(invocation: Invocation): Promise<Lease> {
    try {
      return await options.pool.acquire(keyOf(invocation), invocation.target.action.limits.memory);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.log({ level: 'error', event: 'container', action: fullName(invocation.target.action), reason });
      throw new Refusal(500, 'The action could not be started.');
    }
  }

  /** undefined when the action is loaded. */
  async function init(
    lease: Lease,
    invocation: Invocation,
    activationId: string,
  ): Promise<Outcome | undefined> {
    const { action, parameters } = invocation.target;
    const own = parameters.filter(({ init }) => init);
    const reply = await lease.container.call(
      {
        type: 'init',
        code: action.exec.code,
        main: action.exec.main,
        env: {
          ...Object.fromEntries(own.map(({ key, value }) => [key, toText(value)])),
          ...environmentOf(invocation, activationId),
        },
      },
      action.limits.timeout,
    );
    if (reply.kind === 'reply' && reply.status === 200) return undefined;
    return { ...toOutcome(reply, action, 'init', options.limits.result), spoilt: true };
  }

  async function run(lease: Lease, invocation: Invocation, activationId: string): Promise<Outcome> {
    const { action, parameters } = invocation.target;
    const bound = parameters.filter(({ init }) => !init).map(({ key, value }) => [key, value]);
    const reply = await lease.container.call(
      {
        type: 'run',
        value: JSON.stringify(Object.fromEntries([...bound, ...Object.entries(invocation.args)])),
        env: environmentOf(invocation, activationId),
      },
      action.limits.timeout,
    );
    return toOutcome(reply, action, 'run', options.limits.result);
  }

  function environmentOf(invocation: Invocation, activationId: string): Record<string, string> {
    const { namespace, transactionId, target } = invocation;
    const wantsKey = annotation(target.action, 'provide-api-key');
    return {
      __OW_NAMESPACE: namespace,
      __OW_ACTION_NAME: `/${fullName(target.action)}`,
      __OW_ACTION_VERSION: target.action.version,
      __OW_ACTIVATION_ID: activationId,
      __OW_TRANSACTION_ID: transactionId,
      // The action's own clock measures it, whatever clock the host was given.
      __OW_DEADLINE: String(Date.now() + target.action.limits.timeout),
      ...((wantsKey === undefined || wantsKey) && { __OW_API_KEY: options.apiKeyOf(namespace) }),
    };
  }

  function report(action: Action, { activationId, duration, response }: Activation, outcome: Outcome): void {
    const failed = response.status === 'action developer error' || response.status === 'whisk internal error';
    options.log({
      level: failed ? 'error' : 'info',
      event: 'activation',
      activationId,
      action: `/${fullName(action)}`,
      status: response.status,
      duration,
      ...(failed && { reason: outcome.result, logs: outcome.logs.slice(-20) }),
    });
  }

  return {
    invoke,
    requireConcurrency: (namespace) =>
      requireConcurrency(inFlight.get(namespace) ?? 0, options.limits.concurrentInvocations),
    settled: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** Its result, or undefined when the wait is over before. */
export async function waitFor<T>(done: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([done, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** An action's containers serve one version of it on one namespace's account. */
function keyOf({ target, namespace }: Invocation): string {
  return `${namespace} ${fullName(target.action)}@${target.action.version} ${target.action.updated}`;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the invoker makes of the runtime's answer, or of its absence. */
function toOutcome(reply: ContainerReply, action: Action, phase: 'init' | 'run', limit: number): Outcome {
  const { logs } = reply;
  if (reply.kind === 'reply') return { ...judge(reply, limit), logs, timeout: false };
  const reasons = {
    timeout: `The action exceeded its time limits of ${action.limits.timeout} milliseconds${phase === 'init' ? ' during initialization.' : '.'}`,
    memory: 'The action exhausted its memory and was aborted.',
    exit:
      phase === 'init'
        ? 'The action did not initialize and exited unexpectedly.'
        : 'The action did not produce a valid response and exited unexpectedly.',
  };
  return {
    status: 'action developer error',
    result: { error: reasons[reply.kind] },
    logs,
    spoilt: true,
    timeout: reply.kind === 'timeout',
  };
}

function judge(
  reply: { status: number; body: string },
  limit: number,
): Pick<Outcome, 'status' | 'result' | 'spoilt'> {
  const spoilt = reply.status !== 200;
  const size = Buffer.byteLength(reply.body);
  if (size > limit) {
    const text = `The action produced a response that exceeded the allowed length: ${size} > ${limit} bytes.`;
    return { status: 'application error', result: { error: text }, spoilt };
  }
  const value = parseReply(reply.body);
  if (typeof value !== 'object' || value === null) {
    const error = `The action did not produce a valid JSON response: ${reply.body}`;
    return { status: 'action developer error', result: { error }, spoilt };
  }
  if (spoilt) return { status: 'action developer error', result: value, spoilt };
  const failed = !Array.isArray(value) && 'error' in value;
  return { status: failed ? 'application error' : 'success', result: value, spoilt };
}

function parseReply(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
