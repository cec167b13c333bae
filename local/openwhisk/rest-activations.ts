import type { Activation, ActivationStore } from './activations.ts';
import { NOT_FOUND } from './entities.ts';
import type { Call, Reply } from './http.ts';
import { jsonReply, Refusal } from './http.ts';
import { pageOf } from './rest-entities.ts';

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
