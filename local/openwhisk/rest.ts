import { NOT_FOUND } from './entities.ts';
import { type Call, decodePercent, jsonReply, Refusal, type Reply } from './http.ts';
import type { Identities } from './identities.ts';
import {
  answerActivationCall,
  answerFeedCall,
  answerInvokeCall,
  answerTriggerCall,
  type InvokeServices,
} from './rest-activations.ts';
import { answerEntityCall, type EntityCall, type EntityServices } from './rest-entities.ts';

/** The part of the platform's REST API that wskdeploy, wsk and the npm package `openwhisk` need. */
export interface RestServices extends EntityServices, InvokeServices {
  identities: Identities;
  limits: InvokeServices['limits'] & {
    invocationsPerMinute: number;
    concurrentInvocations: number;
    triggersPerMinute: number;
  };
}

const API = '/api/v1';
const SYSTEM = 'whisk.system';

export async function answerRestCall(services: RestServices, call: Call): Promise<Reply> {
  if (call.path === '/ping')
    return { status: 200, headers: [['content-type', 'text/plain; charset=UTF-8']], body: 'pong' };
  if (call.path === '/') return jsonReply(200, platformInfo(services));
  if (call.path === API || call.path === `${API}/`) return jsonReply(200, apiInfo);
  const caller = requireCaller(services.identities, call);
  const segments = call.path.split('/').slice(3).map(decodePercent);
  if (segments.shift() !== 'namespaces') throw new Refusal(404, NOT_FOUND);
  if (segments.length === 0 || segments[0] === '') return jsonReply(200, [caller]);
  return answerInNamespace(services, call, caller, segments);
}

function answerInNamespace(
  services: RestServices,
  call: Call,
  caller: string,
  [given = '', collection = '', ...names]: string[],
): Reply | Promise<Reply> {
  const namespace = given === '_' ? caller : given;
  if (
    services.alarms &&
    namespace === SYSTEM &&
    collection === 'actions' &&
    call.method === 'POST' &&
    names[0] === 'alarms'
  )
    return answerFeedCall({ ...services, alarms: services.alarms }, call, caller, names[1] ?? '');
  if (namespace !== caller)
    throw new Refusal(403, 'The supplied authentication is not authorized to access this resource.');
  if (collection === 'limits') return jsonReply(200, limitsOf(services));
  if (collection === 'activations') return answerActivationCall(services, call, namespace, names);
  const target: EntityCall = { call, namespace, collection, names };
  if (call.method !== 'POST' || collection === 'rules') return answerEntityCall(services, target);
  if (collection === 'actions') return answerInvokeCall(services, target);
  if (collection === 'triggers') return answerTriggerCall(services, target);
  throw new Refusal(404, NOT_FOUND);
}

function requireCaller(identities: Identities, call: Call): string {
  const caller = identities.callerOf(call);
  if (caller !== undefined) return caller;
  throw new Refusal(
    401,
    call.headers.authorization === undefined
      ? 'The resource requires authentication, which was not supplied with the request'
      : 'The supplied authentication is invalid',
    'outside',
  );
}

const apiInfo = {
  description: 'OpenWhisk API',
  api_version: '1.0.0',
  api_version_path: 'v1',
  build: 'local',
  buildno: 'local',
  swagger_paths: {},
};

function limitsOf({ limits }: RestServices) {
  return {
    invocationsPerMinute: limits.invocationsPerMinute,
    concurrentInvocations: limits.concurrentInvocations,
    firesPerMinute: limits.triggersPerMinute,
  };
}

/** wskdeploy first reads the runtimes here. */
function platformInfo({ limits, store }: RestServices) {
  const nodejs = store.kinds.map(({ kind, default: isDefault = false, deprecated = false }) => ({
    kind,
    image: `local/${kind.replace(':', '')}`,
    deprecated,
    default: isDefault,
    attached: true,
    requireMain: false,
  }));
  return {
    description: 'OpenWhisk',
    support: { github: 'https://github.com/apache/openwhisk/issues', slack: 'http://slack.openwhisk.org' },
    api_paths: [API],
    limits: {
      actions_per_minute: limits.invocationsPerMinute,
      concurrent_actions: limits.concurrentInvocations,
      triggers_per_minute: limits.triggersPerMinute,
      sequence_length: 0,
      default_action_duration: 60_000,
      min_action_duration: 100,
      max_action_duration: 300_000,
      default_action_memory: 256 * 1024 * 1024,
      min_action_memory: 128 * 1024 * 1024,
      max_action_memory: 512 * 1024 * 1024,
      default_action_logs: 10 * 1024 * 1024,
      min_action_logs: 0,
      max_action_logs: 10 * 1024 * 1024,
    },
    runtimes: { nodejs },
  };
}
