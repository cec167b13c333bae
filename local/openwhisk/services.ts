import type { ActivationStore } from './activations.ts';
import { openActivationStore } from './activations.ts';
import type { Alarms, AlarmsVersion, MissedTicks } from './alarms.ts';
import { openAlarms } from './alarms.ts';
import type { EntityStore, Kind } from './entities.ts';
import { openEntityStore, readFullName } from './entities.ts';
import { removeTrigger } from './entity-updates.ts';
import { newTransactionId } from './http.ts';
import type { Identities } from './identities.ts';
import { openIdentities } from './identities.ts';
import type { Invoker } from './invoker.ts';
import { openInvoker } from './invoker.ts';
import type { ContainerProcess, Pool } from './pool.ts';
import { openPool } from './pool.ts';
import { openRateThrottle } from './throttle.ts';
import type { Fire } from './triggers.ts';
import { fireTrigger } from './triggers.ts';

/** Limits that can change while the host runs. */
export interface ChangeableLimits {
  invocationsPerMinute: number;
  concurrentInvocations: number;
  triggersPerMinute: number;
  /** Milliseconds until a blocking call is answered 202 while its action goes on. */
  blockingWait: number;
}

/** The platform's limits. */
export interface HostLimits extends ChangeableLimits {
  /** Bytes of a request's body. */
  payload: number;
  /** Bytes of a result's JSON text. */
  result: number;
  /** Milliseconds before the provider of alarms fires again after a refusal, at least. */
  alarmRetry: number;
  /** Container processes at the same time; other activations wait. */
  containers: number;
  /** Megabytes that the memory limits of these containers may add up to. */
  memory: number;
  /** Idle containers at the same time. */
  warm: number;
  /** Milliseconds until an unused container is stopped. */
  idle: number;
  /** Activation records kept in memory. */
  activations: number;
}

export interface ServiceOptions {
  /** Folder of the container image. */
  image: string;
  /** `uuid:key` by namespace. */
  keys: Record<string, string>;
  limits: HostLimits;
  clock: () => Date;
  log: (line: object) => void;
  /** Whether alarms fire. */
  alarms: boolean;
  missedTicks: MissedTicks;
  kinds: readonly Kind[];
  /** The package of alarms; null: there is none. */
  alarmsVersion: AlarmsVersion | null;
  coldStarts: boolean;
  apiHost: () => string;
}

/** Everything behind the platform's HTTP interface. */
export interface Services {
  store: EntityStore;
  identities: Identities;
  activations: ActivationStore;
  invoker: Invoker;
  /** Null: the platform has no package of alarms. */
  alarms: Alarms | null;
  containers: () => ContainerProcess[];
  limits: HostLimits;
  clock: () => Date;
  /** @throws {Refusal} 429 if the namespace is over its limit per minute, or has too many running activations. */
  countInvocation: (namespace: string) => void;
  fire: (call: Fire) => string | undefined;
  /** Fires as the namespace's owner, like the alarms provider. */
  fireAsOwner: (namespace: string, trigger: string, payload: Record<string, unknown>) => string | undefined;
  close: () => Promise<void>;
}

export function openServices(options: ServiceOptions): Services {
  const { clock, log, limits, coldStarts } = options;
  const store = openEntityStore(options.kinds, options.image);
  const identities = openIdentities(options.keys);
  const activations = openActivationStore(limits.activations);
  const pool = openContainers(options);
  const apiKeyOf = identities.keyOf;
  const invoker = openInvoker({ pool, activations, clock, log, limits, coldStarts, apiKeyOf });
  const countInvocation = invocationThrottle(options, invoker);
  const fires = openRateThrottle(() => limits.triggersPerMinute, clock);

  function fire(call: Fire): string | undefined {
    fires.count(call.namespace);
    return fireTrigger({ store, activations, invoker, clock, log, countInvocation }, call);
  }

  function fireAsOwner(namespace: string, trigger: string, payload: Record<string, unknown>) {
    const headers = providerHeaders(options.apiHost(), apiKeyOf(namespace));
    return fire({ namespace, trigger, headers, payload, transactionId: newTransactionId() });
  }

  const alarms = options.alarmsVersion && openProvider(options, options.alarmsVersion, store, fireAsOwner);

  async function close(): Promise<void> {
    alarms?.close();
    await pool.close();
    await invoker.settled();
  }

  const state = { store, identities, activations, limits, clock };
  return { ...state, invoker, alarms, containers: pool.processes, countInvocation, fire, fireAsOwner, close };
}

function openProvider(
  { clock, log, alarms, missedTicks, limits }: ServiceOptions,
  version: AlarmsVersion,
  store: EntityStore,
  fireAsOwner: Services['fireAsOwner'],
): Alarms {
  return openAlarms({
    clock,
    log,
    version,
    enabled: alarms,
    missed: missedTicks,
    retry: limits.alarmRetry,
    exists: (trigger) => store.triggers.has(trigger),
    fire: (trigger, payload) => {
      const { path, name } = readFullName(`/${trigger}`, '');
      fireAsOwner(path, name, payload);
    },
    remove: (trigger, what) => removeTrigger(store, trigger, what),
  });
}

function openContainers({ image, limits, clock, apiHost }: ServiceOptions): Pool {
  return openPool({
    image,
    size: limits.containers,
    memory: limits.memory,
    warm: limits.warm,
    idle: limits.idle,
    clock,
    // What a process in the stock image has. Its time zone is UTC. Nothing comes from the host's own environment.
    environment: () => ({ PATH: process.env.PATH ?? '', TZ: 'UTC', __OW_API_HOST: apiHost() }),
  });
}

function invocationThrottle({ limits, clock }: ServiceOptions, invoker: Invoker) {
  const rate = openRateThrottle(() => limits.invocationsPerMinute, clock);
  return (namespace: string) => {
    rate.count(namespace);
    invoker.requireConcurrency(namespace);
  };
}

/** The headers of the alarms provider's request. They reach the actions, with the owner's key. */
function providerHeaders(apiHost: string, key: string): Record<string, string> {
  return {
    accept: 'application/json',
    authorization: `Basic ${Buffer.from(key).toString('base64')}`,
    'content-type': 'application/json',
    host: apiHost.replace(/^https?:\/\//, ''),
  };
}
