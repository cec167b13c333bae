import type { Action, EntityStore, Package, Rule, Trigger } from './entities.ts';
import { ENTITY_NAME, fullName, NOT_FOUND, resolveAction } from './entities.ts';
import { detachRule, putAction, putPackage, putRule, putTrigger, statusOfRule } from './entity-updates.ts';
import type { Call, Reply } from './http.ts';
import { jsonReply, Refusal } from './http.ts';
import { isObject, parseOrUndefined } from './json.ts';

export interface EntityServices {
  store: EntityStore;
  clock: () => Date;
}

/** A call to /namespaces/{namespace}/{collection}/{names…}. */
export interface EntityCall {
  call: Call;
  namespace: string;
  collection: string;
  names: string[];
}

/** How a collection handles one entity. */
interface Collection<T> {
  entities: (store: EntityStore) => Map<string, T>;
  put: (store: EntityStore, change: Parameters<typeof putAction>[1], body: unknown) => T;
  full: (store: EntityStore, entity: T) => object;
  summary: (store: EntityStore, entity: T) => object;
  remove: (store: EntityStore, entity: T, force: boolean) => void;
}

const packages: Collection<Package> = {
  entities: (store) => store.packages,
  put: putPackage,
  full: (store, entity) => ({
    ...entity,
    binding: entity.binding ?? {},
    actions: actionsIn(store, providerOf(entity)).map(({ name, version, annotations }) => ({
      name,
      version,
      annotations,
    })),
    feeds: [],
  }),
  summary: (_, { parameters: _parameters, ...entity }) => ({ ...entity, binding: entity.binding ?? false }),
  remove: (store, entity, force) => {
    const content = entity.binding ? [] : actionsIn(store, fullName(entity));
    if (content.length > 0 && !force)
      throw new Refusal(
        409,
        `Package not empty (contains ${content.length} entities). Set force param or delete package contents.`,
      );
    for (const action of content) store.actions.delete(fullName(action));
    store.packages.delete(fullName(entity));
  },
};

const actions: Collection<Action> = {
  entities: (store) => store.actions,
  put: putAction,
  full: (_, entity) => entity,
  summary: (_, { exec, parameters: _parameters, ...entity }) => ({
    ...entity,
    exec: { binary: exec.binary },
  }),
  remove: (store, entity) => store.actions.delete(fullName(entity)),
};

const triggers: Collection<Trigger> = {
  entities: (store) => store.triggers,
  put: putTrigger,
  full: (_, entity) => ({ ...entity, limits: {} }),
  summary: (_, { parameters: _parameters, rules: _rules, ...entity }) => entity,
  remove: (store, entity) => store.triggers.delete(fullName(entity)),
};

const rules: Collection<Rule> = {
  entities: (store) => store.rules,
  put: putRule,
  full: (store, entity) => ({ ...entity, status: statusOfRule(store, entity) ?? 'inactive' }),
  summary: (_, entity) => entity,
  remove: (store, entity) => {
    detachRule(store, entity);
    store.rules.delete(fullName(entity));
  },
};

function providerOf(entity: Package): string {
  return entity.binding ? `${entity.binding.namespace}/${entity.binding.name}` : fullName(entity);
}

function actionsIn(store: EntityStore, path: string): Action[] {
  return [...store.actions.values()].filter(({ namespace }) => namespace === path);
}

/** GET, PUT and DELETE of entities, lists of them, and changes of a rule's status. */
export function answerEntityCall(services: EntityServices, target: EntityCall): Reply {
  const { call, collection, namespace, names } = target;
  if (collection === 'packages') return answer(services, target, packages);
  if (collection === 'triggers') return answer(services, target, triggers);
  if (collection === 'rules')
    return call.method === 'POST' ? setRule(services, target) : answer(services, target, rules);
  if (collection !== 'actions') throw new Refusal(404, NOT_FOUND);
  const isSingle = names.length > 0 && names.at(-1) !== '';
  if (call.method === 'GET' && isSingle) return getAction(services.store, target);
  const [first = '', ...rest] = names;
  if (names.length < 2) return answer(services, target, actions);
  return answer(services, { ...target, namespace: `${namespace}/${first}`, names: rest }, actions);
}

function answer<T extends { namespace: string; name: string; updated: number }>(
  { store, clock }: EntityServices,
  { call, namespace, names }: EntityCall,
  collection: Collection<T>,
): Reply {
  const query = new URLSearchParams(call.query);
  const [name = ''] = names;
  if (call.method === 'GET' && name === '') return list(store, namespace, query, collection);
  if (call.method === 'PUT') {
    const change = {
      namespace,
      name: requireName(name),
      overwrite: query.get('overwrite') === 'true',
      now: clock(),
    };
    return jsonReply(200, collection.full(store, collection.put(store, change, readJsonBody(call))));
  }
  const entity = collection.entities(store).get(`${namespace}/${name}`);
  if (!entity) throw new Refusal(404, NOT_FOUND);
  if (call.method === 'GET') return jsonReply(200, collection.full(store, entity));
  if (call.method !== 'DELETE')
    throw new Refusal(405, 'HTTP method not allowed, supported methods: GET, PUT, DELETE, POST');
  const last = collection.full(store, entity);
  collection.remove(store, entity, query.get('force') === 'true');
  return jsonReply(200, last);
}

function list<T extends { namespace: string; updated: number }>(
  store: EntityStore,
  namespace: string,
  query: URLSearchParams,
  collection: Collection<T>,
): Reply {
  const all = [...collection.entities(store).values()]
    .filter((entity) => entity.namespace === namespace || entity.namespace.startsWith(`${namespace}/`))
    .sort((a, b) => b.updated - a.updated);
  return jsonReply(
    200,
    pageOf(all, query).map((entity) => collection.summary(store, entity)),
  );
}

/** The page given by `limit` (default: 30, at most 200) and `skip`. */
export function pageOf<T>(all: T[], query: URLSearchParams): T[] {
  const limit = Number(query.get('limit') ?? 30);
  const skip = Number(query.get('skip') ?? 0);
  if (!Number.isInteger(limit) || limit < 0 || limit > 200)
    throw new Refusal(400, `The value of the limit is not in the range of 0 to 200: ${query.get('limit')}`);
  return all.slice(skip, skip + (limit === 0 ? 200 : limit));
}

/** Includes the package's parameters, as an invocation would see them. */
function getAction(store: EntityStore, { call, namespace, names }: EntityCall): Reply {
  const name = names.at(-1) ?? '';
  const path = [namespace, ...names.slice(0, -1)].join('/');
  const { action, parameters } = resolveAction(store, path, name);
  const { code: _code, ...exec } = action.exec;
  const withoutCode = new URLSearchParams(call.query).get('code') === 'false';
  return jsonReply(200, { ...action, parameters, exec: withoutCode ? exec : action.exec });
}

function setRule({ store }: EntityServices, { call, namespace, names }: EntityCall): Reply {
  const [name = ''] = names;
  const rule = store.rules.get(`${namespace}/${name}`);
  if (!rule) throw new Refusal(404, NOT_FOUND);
  const { status } = readJsonBody(call);
  if (status !== 'active' && status !== 'inactive')
    throw new Refusal(400, "status must be 'active' or 'inactive'");
  const trigger = store.triggers.get(`${rule.trigger.path}/${rule.trigger.name}`);
  if (!trigger) throw new Refusal(404, NOT_FOUND);
  trigger.rules[fullName(rule)] = { action: rule.action, status };
  return jsonReply(200, rules.full(store, rule));
}

function requireName(name: string): string {
  if (!ENTITY_NAME.test(name)) throw new Refusal(400, `The name '${name}' contains illegal characters.`);
  return name;
}

/** @throws {Refusal} 400 unless the body is empty or a JSON object. */
export function readJsonBody(call: Call): Record<string, unknown> {
  if (call.body.length === 0) return {};
  const value = parseOrUndefined(call.body.toString('utf8'));
  if (!isObject(value))
    throw new Refusal(400, 'The request content was malformed:\nObject expected', 'outside');
  return value;
}
