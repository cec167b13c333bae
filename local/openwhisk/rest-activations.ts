import { randomBytes } from 'node:crypto';
import { type Activation, type ActivationStore, toActivation } from './activations.ts';
import type { Alarms } from './alarms.ts';
import { type EntityStore, NOT_FOUND, readFullName, resolveAction } from './entities.ts';
import { type Call, jsonReply, Refusal, type Reply } from './http.ts';
import type { Identities } from './identities.ts';
import { type Invoker, waitFor } from './invoker.ts';
import { type EntityCall, pageOf, readJsonBody } from './rest-entities.ts';
import { type Fire, requireNotFinal } from './triggers.ts';

export function answerActivationCall(
  { activations }: { activations: ActivationStore },
  call: Call,
  namespace: string,
  [id = '', part = '']: string[],
): Reply {
  if (call.method !== 'GET') throw new Refusal(405, 'HTTP method not allowed, supported methods: GET');
  const own = activations.list().filter((activation) => activation.namespace === namespace);
  if (id === '') return listActivations(own, new URLSearchParams(call.query));
  const found = own.find(({ activationId }) => activationId === id);
  if (!found) throw new Refusal(404, NOT_FOUND);
  if (part === '') return jsonReply(200, found);
  if (part === 'logs') return jsonReply(200, { logs: found.logs });
  if (part === 'result') return jsonReply(200, found.response);
  throw new Refusal(404, NOT_FOUND);
}

function listActivations(own: Activation[], query: URLSearchParams): Reply {
  const [name, since, upto] = ['name', 'since', 'upto'].map((key) => query.get(key));
  const matching = own.filter(
    (activation) =>
      (!name || matchesName(activation, name)) &&
      (!since || activation.start >= Number(since)) &&
      (!upto || activation.start <= Number(upto)),
  );
  if (query.get('count') === 'true') return jsonReply(200, { activations: matching.length });
  const page = pageOf(matching, query);
  return jsonReply(200, query.get('docs') === 'true' ? page : page.map(toSummary));
}

/** By its name, or by `package/name`. */
function matchesName(activation: Activation, name: string): boolean {
  const path = activation.annotations.find(({ key }) => key === 'path')?.value;
  return activation.name === name || path === `${activation.namespace}/${name}`;
}

function toSummary({ logs: _logs, response: _response, ...summary }: Activation) {
  return summary;
}

export interface InvokeServices {
  store: EntityStore;
  activations: ActivationStore;
  invoker: Invoker;
  alarms: Alarms | null;
  identities: Identities;
  clock: () => Date;
  /** @throws {Refusal} 429 */
  countInvocation: (namespace: string) => void;
  fire: (call: Fire) => string | undefined;
  limits: { payload: number; blockingWait: number };
}

/** POST actions/[package/]name */
export async function answerInvokeCall(
  services: InvokeServices,
  { call, namespace, names }: EntityCall,
): Promise<Reply> {
  const name = names.at(-1) ?? '';
  const target = resolveAction(services.store, [namespace, ...names.slice(0, -1)].join('/'), name);
  services.countInvocation(namespace);
  const args = requireArguments(services, call);
  requireNotFinal(target.final, args);
  const { transactionId } = call;
  const { activationId, done } = services.invoker.invoke({ target, args, namespace, transactionId });
  const query = new URLSearchParams(call.query);
  if (query.get('blocking') !== 'true') return accepted(activationId);
  const wait = Math.min(
    Number(query.get('timeout') ?? services.limits.blockingWait),
    services.limits.blockingWait,
  );
  const activation = await waitFor(done, wait);
  return activation ? finished(activation, query.get('result') === 'true') : accepted(activationId);
}

function requireArguments({ limits }: InvokeServices, call: Call): Record<string, unknown> {
  const { length } = call.body;
  if (length > limits.payload)
    throw new Refusal(413, `Request larger than allowed: ${length} > ${limits.payload} bytes.`);
  return readJsonBody(call);
}

function accepted(activationId: string): Reply {
  return withActivationId(jsonReply(202, { activationId }), activationId);
}

/** A failed action is answered 502. */
function finished(activation: Activation, resultOnly: boolean): Reply {
  const status = [200, 502, 502, 500][activation.statusCode] ?? 500;
  return withActivationId(
    jsonReply(status, resultOnly ? activation.response.result : activation),
    activation.activationId,
  );
}

function withActivationId(reply: Reply, activationId: string): Reply {
  return { ...reply, headers: [...reply.headers, ['x-openwhisk-activation-id', activationId]] };
}

/** POST triggers/name */
export function answerTriggerCall(services: InvokeServices, { call, namespace, names }: EntityCall): Reply {
  const activationId = services.fire({
    namespace,
    trigger: names.join('/'),
    headers: call.headers,
    payload: requireArguments(services, call),
    transactionId: call.transactionId,
  });
  return activationId === undefined ? { status: 204, headers: [], body: '' } : accepted(activationId);
}

type FeedServices = InvokeServices & { alarms: Alarms };

/** POST actions/alarms/{alarm|interval|once} in whisk.system: the client that creates a trigger calls its feed. */
export function answerFeedCall(services: FeedServices, call: Call, caller: string, feed: string): Reply {
  services.countInvocation(caller);
  const { triggerName, authKey, lifecycleEvent, ...parameters } = requireArguments(services, call);
  const outcome = applyFeed(services, feed, { triggerName, authKey, lifecycleEvent }, parameters);
  const now = services.clock();
  const activation = toActivation({
    namespace: caller,
    name: feed,
    version: '0.0.1',
    activationId: randomBytes(16).toString('hex'),
    start: now,
    end: now,
    logs: [],
    annotations: [{ key: 'path', value: `whisk.system/alarms/${feed}` }],
    ...outcome,
  });
  services.activations.add(activation);
  return finished(activation, new URLSearchParams(call.query).get('result') === 'true');
}

function applyFeed(
  { identities, alarms }: FeedServices,
  feed: string,
  {
    triggerName,
    authKey,
    lifecycleEvent,
  }: { triggerName: unknown; authKey: unknown; lifecycleEvent: unknown },
  parameters: Record<string, unknown>,
): Pick<Parameters<typeof toActivation>[0], 'status' | 'result'> {
  try {
    const owner = identities.ownerOf(String(authKey));
    if (owner === undefined) throw new Error('The authKey is not valid.');
    const { path, name } = readFullName(String(triggerName), owner);
    if (path !== owner) throw new Error('The trigger is not in the namespace of the authKey.');
    return {
      status: 'success',
      result: alarms.apply(feed, `${path}/${name}`, String(lifecycleEvent), parameters),
    };
  } catch (error) {
    return {
      status: 'application error',
      result: { error: error instanceof Error ? error.message : String(error) },
    };
  }
}
