import { randomBytes } from 'node:crypto';
import type { ActivationStore } from './activations.ts';
import { toActivation } from './activations.ts';
import type { EntityStore, Trigger } from './entities.ts';
import { fullName, NOT_FOUND, resolveAction } from './entities.ts';
import { Refusal } from './http.ts';
import type { Invoker } from './invoker.ts';

export interface Fire {
  namespace: string;
  trigger: string;
  /** The headers of the request that fires it. Actions see them. */
  headers: Record<string, string>;
  payload: Record<string, unknown>;
  transactionId: string;
}

export interface FireOptions {
  store: EntityStore;
  activations: ActivationStore;
  invoker: Invoker;
  clock: () => Date;
  log: (line: object) => void;
  countInvocation: (namespace: string) => void;
}

/**
 * Starts the action of every active rule without waiting for it.
 * @returns the id of the trigger's own activation; undefined if no rule is active.
 * @throws {Refusal} 404 if there is no such trigger.
 */
export function fireTrigger(options: FireOptions, fire: Fire): string | undefined {
  const trigger = options.store.triggers.get(`${fire.namespace}/${fire.trigger}`);
  if (!trigger) throw new Refusal(404, NOT_FOUND);
  const active = Object.entries(trigger.rules).filter(([, rule]) => rule.status === 'active');
  if (active.length === 0) return undefined;
  const now = options.clock();
  const args = argumentsOf(trigger, fire);
  const activationId = randomBytes(16).toString('hex');
  const logs = active.map(([rule, { action }]) =>
    JSON.stringify({
      rule,
      action: `${action.path}/${action.name}`,
      ...startAction(options, fire, action, args),
    }),
  );
  options.log({
    level: 'info',
    event: 'trigger',
    activationId,
    trigger: `/${fullName(trigger)}`,
    rules: logs.length,
  });
  options.activations.add(
    toActivation({
      namespace: fire.namespace,
      name: trigger.name,
      version: trigger.version,
      activationId,
      start: now,
      end: now,
      status: 'success',
      result: fire.payload,
      logs,
      annotations: [],
    }),
  );
  return activationId;
}

function argumentsOf(trigger: Trigger, { headers, payload }: Fire): Record<string, unknown> {
  const bound = trigger.parameters.map(({ key, value }): [string, unknown] => [key, value]);
  return Object.fromEntries([...bound, ['__ow_headers', headers], ...Object.entries(payload)]);
}

/** A failed rule is visible only in the trigger's own activation. */
function startAction(
  options: FireOptions,
  { namespace, transactionId }: Fire,
  action: { path: string; name: string },
  args: Record<string, unknown>,
) {
  try {
    const target = resolveAction(options.store, action.path, action.name);
    requireNotFinal(target.final, args);
    options.countInvocation(namespace);
    const { activationId } = options.invoker.invoke({ target, args, namespace, transactionId });
    return { statusCode: 202, success: true, activationId };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    options.log({
      level: 'error',
      event: 'rule',
      action: `/${action.path}/${action.name}`,
      reason: error.message,
    });
    return { statusCode: error.status, success: false, error: error.message };
  }
}

/** @throws {Refusal} 400 if an argument would override a final parameter. */
export function requireNotFinal(final: ReadonlySet<string>, args: Record<string, unknown>): void {
  if (Object.keys(args).some((name) => final.has(name)))
    throw new Refusal(400, 'Request defines parameters that are not allowed (e.g., reserved properties).');
}
