import { randomBytes } from 'node:crypto';
import type { Activation, ActivationStore } from './activations.ts';
import { toActivation } from './activations.ts';
import type { Action, ResolvedAction } from './entities.ts';
import { annotation, fullName } from './entities.ts';
import { Refusal } from './http.ts';
import { sortedJson } from './json.ts';
import type { Outcome } from './outcome.ts';
import { toOutcome } from './outcome.ts';
import type { Lease, Pool } from './pool.ts';
import { requireConcurrency } from './throttle.ts';

interface Invocation {
  target: ResolvedAction;
  /** Merged with the bound parameters; these arguments win. */
  args: Record<string, unknown>;
  /** The namespace whose limits it counts against. */
  namespace: string;
  transactionId: string;
}

export interface Invoked {
  activationId: string;
  /** Resolves when it has ended. Rejects with a refusal if there is no container; you need not wait for it. */
  done: Promise<Activation>;
}

export interface Invoker {
  invoke(invocation: Invocation): Invoked;
  /** @throws {Refusal} 429 if the namespace has too many running activations. */
  requireConcurrency(namespace: string): void;
  /** Resolves when nothing runs, including what running activations start. */
  settled(): Promise<void>;
}

export interface InvokerOptions {
  pool: Pool;
  activations: ActivationStore;
  clock: () => Date;
  log: (line: object) => void;
  apiKeyOf: (namespace: string) => string;
  limits: { result: number; concurrentInvocations: number };
  /** Runs every activation in a new process. */
  coldStarts: boolean;
}

export function openInvoker(options: InvokerOptions): Invoker {
  const running = new Map<Promise<unknown>, string>();
  return {
    invoke(invocation) {
      const activationId = randomBytes(16).toString('hex');
      const done = perform(options, invocation, activationId);
      running.set(done, invocation.namespace);
      done.catch(() => undefined).finally(() => running.delete(done));
      return { activationId, done };
    },
    requireConcurrency(namespace) {
      const inFlight = [...running.values()].filter((other) => other === namespace).length;
      requireConcurrency(inFlight, options.limits.concurrentInvocations);
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running.keys());
    },
  };
}

/** Resolves undefined on timeout. */
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

async function perform(
  options: InvokerOptions,
  invocation: Invocation,
  activationId: string,
): Promise<Activation> {
  const { action } = invocation.target;
  const received = options.clock();
  const lease = await acquire(options, invocation);
  const start = options.clock();
  const begun = performance.now();
  const failure = lease.fresh ? await init(options, lease, invocation, activationId) : undefined;
  const initTime = Math.round(performance.now() - begun);
  const outcome = failure ?? (await run(options, lease, invocation, activationId));
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
  lease.release(outcome.spoilt || options.coldStarts ? 'spoilt' : 'reusable');
  report(options, action, activation);
  return activation;
}

async function acquire({ pool, log }: InvokerOptions, { target, namespace }: Invocation): Promise<Lease> {
  const { action } = target;
  // A container serves one version of an action for one namespace.
  const key = `${namespace} ${fullName(action)}@${action.version} ${action.updated}`;
  try {
    return await pool.acquire(key, action.limits);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log({ level: 'error', event: 'container', action: `/${fullName(action)}`, reason });
    throw new Refusal(500, 'The action could not be started.');
  }
}

/** Loads the action. Undefined: it succeeded. */
async function init(
  options: InvokerOptions,
  lease: Lease,
  invocation: Invocation,
  activationId: string,
): Promise<Outcome | undefined> {
  const { action, parameters } = invocation.target;
  const own = parameters.filter((parameter) => parameter.init).map(({ key, value }) => [key, toText(value)]);
  const reply = await lease.container.call({
    type: 'init',
    code: action.exec.code,
    main: action.exec.main,
    env: { ...Object.fromEntries(own), ...environmentOf(options, invocation, activationId) },
  });
  if (reply.kind === 'reply' && reply.status === 200) return undefined;
  const { timeout } = action.limits;
  return {
    ...toOutcome(reply, { phase: 'init', timeout, resultLimit: options.limits.result }),
    spoilt: true,
  };
}

async function run(
  options: InvokerOptions,
  lease: Lease,
  invocation: Invocation,
  activationId: string,
): Promise<Outcome> {
  const { action, parameters } = invocation.target;
  const bound = parameters.filter((parameter) => !parameter.init).map(({ key, value }) => [key, value]);
  const reply = await lease.container.call({
    type: 'run',
    value: sortedJson(Object.fromEntries([...bound, ...Object.entries(invocation.args)])),
    env: environmentOf(options, invocation, activationId),
  });
  const { timeout } = action.limits;
  return toOutcome(reply, { phase: 'run', timeout, resultLimit: options.limits.result });
}

function environmentOf(
  { apiKeyOf }: InvokerOptions,
  { namespace, transactionId, target: { action } }: Invocation,
  activationId: string,
): Record<string, string> {
  const wantsKey = annotation(action, 'provide-api-key');
  return {
    __OW_NAMESPACE: namespace,
    __OW_ACTION_NAME: `/${fullName(action)}`,
    __OW_ACTION_VERSION: action.version,
    __OW_ACTIVATION_ID: activationId,
    __OW_TRANSACTION_ID: transactionId,
    // The action compares it with the real clock, whatever clock the host has.
    __OW_DEADLINE: String(Date.now() + action.limits.timeout),
    ...((wantsKey === undefined || wantsKey) && { __OW_API_KEY: apiKeyOf(namespace) }),
  };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : sortedJson(value);
}

/** Logs an activation for the action's author: never its arguments, and its result only if it failed. */
function report({ log }: InvokerOptions, action: Action, activation: Activation): void {
  const { activationId, duration, response, logs } = activation;
  const failed = activation.statusCode >= 2;
  log({
    level: failed ? 'error' : 'info',
    event: 'activation',
    activationId,
    action: `/${fullName(action)}`,
    status: response.status,
    duration,
    ...(failed && { reason: response.result, logs: logs.slice(-20) }),
  });
}
