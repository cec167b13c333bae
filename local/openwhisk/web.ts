import type { Activation } from './activations.ts';
import type { EntityStore, ResolvedAction } from './entities.ts';
import { annotation, NOT_FOUND, resolveAction } from './entities.ts';
import type { Call, Reply } from './http.ts';
import { Refusal, refusalReply } from './http.ts';
import type { Identities } from './identities.ts';
import type { Invoked, Invoker } from './invoker.ts';
import { waitFor } from './invoker.ts';
import type { WebTarget } from './web-request.ts';
import { readWebTarget, toArguments } from './web-request.ts';
import { toReply } from './web-response.ts';

export interface WebOptions {
  store: EntityStore;
  invoker: Invoker;
  identities: Identities;
  /** @throws {Refusal} 429 */
  countInvocation: (namespace: string) => void;
  limits: { payload: number; blockingWait: number };
}

const ALLOW_METHODS = 'OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH';
const ALLOW_HEADERS = 'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent';

/** Answers a call to /api/v1/web/… in the platform's order of steps; each step has its own status. */
export async function answerWebCall(options: WebOptions, call: Call): Promise<Reply> {
  const target = readWebTarget(call.path);
  if (!target || !options.identities.has(target.namespace)) throw new Refusal(404, NOT_FOUND);
  const resolved = requireExported(options.store, target);
  requireEntitlement(options.store, resolved, target.namespace);
  options.countInvocation(target.namespace);
  requireSize(call, options.limits.payload);
  if (annotation(resolved.action, 'web-custom-options') === true)
    return insideRoute(options, call, target, resolved);
  const reply =
    call.method === 'OPTIONS'
      ? { status: 200, headers: [], body: '' }
      : await insideRoute(options, call, target, resolved);
  return { ...reply, headers: [...corsHeaders(call), ...reply.headers] };
}

function requireExported(store: EntityStore, target: WebTarget): ResolvedAction {
  const path = target.package === undefined ? target.namespace : `${target.namespace}/${target.package}`;
  const resolved = resolveAction(store, path, target.action);
  if (annotation(resolved.action, 'web-export') !== true) throw new Refusal(404, NOT_FOUND);
  return resolved;
}

/** A namespace may run its own actions, and those in other namespaces' public packages. */
function requireEntitlement(store: EntityStore, { action }: ResolvedAction, namespace: string): void {
  const own = action.namespace.split('/')[0] === namespace;
  if (!own && !store.packages.get(action.namespace)?.publish)
    throw new Refusal(403, 'The supplied authentication is not authorized to access this resource.');
}

function requireSize(call: Call, allowed: number): void {
  const { length } = call.body;
  if (length > allowed) throw new Refusal(413, `Request larger than allowed: ${length} > ${allowed} bytes.`);
}

function corsHeaders(call: Call): [string, string][] {
  return [
    ['Access-Control-Allow-Origin', '*'],
    ['Access-Control-Allow-Methods', ALLOW_METHODS],
    ['Access-Control-Allow-Headers', call.headers['access-control-request-headers'] ?? ALLOW_HEADERS],
  ];
}

/** Answers refusals here, with the route's headers. Refusals from outside the route are rethrown. */
async function insideRoute(
  options: WebOptions,
  call: Call,
  target: WebTarget,
  resolved: ResolvedAction,
): Promise<Reply> {
  try {
    const caller = options.identities.callerOf(call);
    requireAuthentication(resolved, call, caller);
    const args = toArguments(call, {
      raw: annotation(resolved.action, 'raw-http') === true,
      final: resolved.final,
      rest: target.rest,
      caller,
    });
    const { namespace } = target;
    const { transactionId } = call;
    const invoked = options.invoker.invoke({ target: resolved, args, namespace, transactionId });
    return await withActivation(options, call, target, invoked);
  } catch (error) {
    return insideReply(error, call);
  }
}

/** @throws what does not belong inside the route. */
function insideReply(error: unknown, call: Call): Reply {
  if (error instanceof Refusal && error.place === 'inside') return refusalReply(error, call.transactionId);
  throw error;
}

function requireAuthentication({ action }: ResolvedAction, call: Call, caller: string | undefined): void {
  const required = action.annotations.find(({ key }) => key === 'require-whisk-auth');
  if (!required || required.value === false) return;
  const { value } = required;
  if (value === true && caller !== undefined) return;
  const secret = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  if (secret !== undefined && call.headers['x-require-whisk-auth'] === secret) return;
  if (call.method === 'OPTIONS' && annotation(action, 'web-custom-options') === true) return;
  throw new Refusal(401, 'Authentication is possible but has failed or not yet been provided.');
}

async function withActivation(
  options: WebOptions,
  call: Call,
  { extension }: WebTarget,
  { activationId, done }: Invoked,
): Promise<Reply> {
  const activation = await waitFor(done, options.limits.blockingWait);
  const reply = encode(call, extension, activation);
  return { ...reply, headers: [...reply.headers, ['x-openwhisk-activation-id', activationId]] };
}

function encode(call: Call, extension: WebTarget['extension'], activation: Activation | undefined): Reply {
  try {
    if (!activation) throw new Refusal(202, 'Response not yet ready.');
    return toReply(activation.response, extension, call.headers.accept);
  } catch (error) {
    return insideReply(error, call);
  }
}
