import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {
  type Action,
  type ActionLimits,
  type EntityName,
  type EntityStore,
  fullName,
  isBinaryCode,
  type KeyValue,
  mergeByKey,
  NOT_FOUND,
  type Package,
  type Parameter,
  type Rule,
  type RuleStatus,
  readFullName,
  resolveAction,
  type Trigger,
} from './entities.ts';
import { Refusal } from './http.ts';

/** How a PUT changes the stored entities. */

export interface Change {
  namespace: string;
  name: string;
  overwrite: boolean;
  now: Date;
}

const DEFAULT_LIMITS: ActionLimits = { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 };
const MAX_PARAMETERS = 1024 * 1024;

/** What every entity keeps of its former state: the version goes up by one patch, and annotations are merged. */
function revise(
  old: { version: string; annotations: KeyValue[]; publish: boolean } | undefined,
  body: Omit<CommonBody, 'parameters'>,
  { namespace, name, overwrite, now }: Change,
) {
  if (old && !overwrite) throw new Refusal(409, 'resource already exists');
  const kept = (old?.annotations ?? []).filter(({ key }) => !body.delAnnotations.includes(key));
  return {
    namespace,
    name,
    version: old ? nextVersion(old.version) : '0.0.1',
    annotations: mergeByKey(kept, body.annotations),
    publish: body.publish ?? old?.publish ?? false,
    updated: now.getTime(),
  };
}

function nextVersion(version: string): string {
  const [major = '0', minor = '0', patch = '0'] = version.split('.');
  return `${major}.${minor}.${Number(patch) + 1}`;
}

/** Only a list that is not empty replaces the parameters. */
function reviseParameters(old: Parameter[] | undefined, sent: Parameter[]): Parameter[] {
  if (sent.length === 0) return old ?? [];
  if (JSON.stringify(sent).length > MAX_PARAMETERS)
    throw new Refusal(413, 'Parameters are larger than 1 MB.');
  return mergeByKey(sent);
}

/** @throws {Refusal} 400, 404 (no such package), 409 or 413. */
export function putAction(store: EntityStore, change: Change, sent: unknown): Action {
  const body = parseBody(actionBody, sent);
  requireOwnPackage(store, change.namespace);
  const old = store.actions.get(fullName(change));
  const exec = body.exec ? toExec(store, body.exec) : old?.exec;
  if (!exec) throw new Refusal(400, 'exec undefined');
  const revised = revise(old, body, change);
  // A new action gets no API key unless it asks for one.
  const created: KeyValue[] = old ? [] : [{ key: 'provide-api-key', value: false }];
  const action: Action = {
    ...revised,
    annotations: mergeByKey(created, revised.annotations, [{ key: 'exec', value: exec.kind }]),
    exec,
    parameters: reviseParameters(old?.parameters, body.parameters),
    limits: reviseLimits(old?.limits ?? DEFAULT_LIMITS, body.limits ?? {}),
  };
  store.actions.set(fullName(action), action);
  return action;
}

function requireOwnPackage(store: EntityStore, path: string): void {
  if (!path.includes('/')) return;
  const found = store.packages.get(path);
  if (!found) throw new Refusal(404, NOT_FOUND);
  if (found.binding) throw new Refusal(400, 'Operation is not permitted on package binding');
}

function reviseLimits(
  old: ActionLimits,
  { timeout, memory, logs }: { [Limit in keyof ActionLimits]?: number | undefined },
): ActionLimits {
  return {
    timeout: timeout ?? old.timeout,
    memory: memory ?? old.memory,
    logs: logs ?? old.logs,
    concurrency: 1,
  };
}

/** @throws {Refusal} 400, 409 or 413. */
export function putPackage(store: EntityStore, change: Change, sent: unknown): Package {
  const body = parseBody(packageBody, sent);
  if (change.name === 'default') throw new Refusal(400, "Package name 'default' is reserved.");
  const old = store.packages.get(fullName(change));
  const binding = readBinding(body.binding, change.namespace) ?? old?.binding;
  if (binding && !store.packages.has(fullName(binding)))
    throw new Refusal(400, 'Binding references a package that does not exist.');
  const entity: Package = {
    ...revise(old, body, change),
    parameters: reviseParameters(old?.parameters, body.parameters),
    ...(binding && { binding }),
  };
  store.packages.set(fullName(entity), entity);
  return entity;
}

/** Undefined for an empty object, which means no binding. */
function readBinding(
  sent: { namespace?: string | undefined; name?: string | undefined } | undefined,
  own: string,
) {
  if (sent?.namespace === undefined || sent.name === undefined) return undefined;
  return { namespace: sent.namespace === '_' ? own : sent.namespace, name: sent.name };
}

/** Binds values to a package, besides those it has. @throws {Refusal} 404 */
export function setParameters(
  store: EntityStore,
  packageName: string,
  values: Record<string, unknown>,
): void {
  const found = store.packages.get(packageName);
  if (!found) throw new Refusal(404, NOT_FOUND);
  const added: Parameter[] = Object.entries(values).map(([key, value]) => ({ key, value }));
  store.packages.set(packageName, { ...found, parameters: mergeByKey(found.parameters, added) });
}

/** @throws {Refusal} 400, 409 or 413. */
export function putTrigger(store: EntityStore, change: Change, sent: unknown): Trigger {
  const body = parseBody(triggerBody, sent);
  const old = store.triggers.get(fullName(change));
  const entity: Trigger = {
    ...revise(old, body, change),
    parameters: reviseParameters(old?.parameters, body.parameters),
    rules: old?.rules ?? {},
  };
  store.triggers.set(fullName(entity), entity);
  return entity;
}

/** @throws {Refusal} 400 (also for a missing trigger or action) or 409. */
export function putRule(store: EntityStore, change: Change, sent: unknown): Rule {
  const body = parseBody(ruleBody, sent);
  const trigger = readFullName(body.trigger, change.namespace);
  const action = readFullName(body.action, change.namespace);
  const target = store.triggers.get(`${trigger.path}/${trigger.name}`);
  if (!target) throw new Refusal(400, `trigger ${trigger.path}/${trigger.name} does not exist`);
  requireAction(store, action);
  const old = store.rules.get(fullName(change));
  const rule: Rule = { ...revise(old, body, change), trigger, action };
  const status = statusOfRule(store, old) ?? 'active';
  if (old) detachRule(store, old);
  target.rules[fullName(rule)] = { action, status: body.status === 'inactive' ? 'inactive' : status };
  store.rules.set(fullName(rule), rule);
  return rule;
}

function requireAction(store: EntityStore, { path, name }: EntityName): void {
  try {
    resolveAction(store, path, name);
  } catch {
    throw new Refusal(400, `action ${path}/${name} does not exist`);
  }
}

/** Undefined: the rule's trigger no longer exists. */
export function statusOfRule(store: EntityStore, rule: Rule | undefined): RuleStatus | undefined {
  if (!rule) return undefined;
  const trigger = store.triggers.get(`${rule.trigger.path}/${rule.trigger.name}`);
  return trigger?.rules[fullName(rule)]?.status;
}

export function detachRule(store: EntityStore, rule: Rule): void {
  const trigger = store.triggers.get(`${rule.trigger.path}/${rule.trigger.name}`);
  if (trigger) delete trigger.rules[fullName(rule)];
}

/** Removes a trigger, alone or with its rules. Rules without a trigger stay, and do nothing. */
export function removeTrigger(store: EntityStore, trigger: string, what: 'trigger' | 'rules'): void {
  for (const [name, rule] of store.rules)
    if (what === 'rules' && `${rule.trigger.path}/${rule.trigger.name}` === trigger) store.rules.delete(name);
  store.triggers.delete(trigger);
}

/** The bodies of PUT requests. Clients send null for what they leave out. */

const list = <T extends z.ZodType>(element: T) =>
  z
    .array(element)
    .nullish()
    .transform((sent) => sent ?? []);
const maybe = <T extends z.ZodType>(value: T) => value.nullish().transform((sent) => sent ?? undefined);

const keyValue = z.object({ key: z.string(), value: z.unknown() });
const parameter = keyValue
  .extend({ init: z.boolean().nullish() })
  .transform(({ key, value, init }) => ({ key, value, ...(init && { init }) }));

const common = {
  annotations: list(keyValue),
  delAnnotations: list(z.string()),
  publish: maybe(z.boolean()),
};
const withParameters = { ...common, parameters: list(parameter) };

const limits = z.object({
  timeout: maybe(z.number().int().min(100).max(300_000)),
  memory: maybe(z.number().int().min(128).max(512)),
  logs: maybe(z.number().int().min(0).max(10)),
  concurrency: maybe(z.literal(1)),
});

const exec = z.object({
  kind: z.string(),
  code: z.string().default(''),
  main: z.string().default('main'),
  binary: maybe(z.boolean()),
});

const binding = z.object({ namespace: z.string().optional(), name: z.string().optional() });

const actionBody = z.object({ ...withParameters, exec: maybe(exec), limits: maybe(limits) });
const packageBody = z.object({ ...withParameters, binding: maybe(binding) });
const triggerBody = z.object(withParameters);
const ruleBody = z.object({
  ...common,
  trigger: z.string(),
  action: z.string(),
  status: maybe(z.enum(['active', 'inactive', ''])),
});

type CommonBody = z.infer<typeof triggerBody>;

const MAX_CODE = 48 * 1024 * 1024;

/** @throws {Refusal} 400 with the first error. */
function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    400,
    `The request content was malformed:\n${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/** @throws {Refusal} 400 for a kind or form of code that this host does not run, 413 above 48 MB. */
function toExec(
  { kinds, folder }: EntityStore,
  { kind: sent, code, main, binary }: z.infer<typeof exec>,
): Action['exec'] {
  const supported = kinds.filter(({ deprecated }) => !deprecated);
  const named = supported.find((one) => (sent === 'nodejs:default' ? one.default : one.kind === sent));
  if (!named)
    throw new Refusal(400, `kind '${sent}' not in Set(${supported.map(({ kind }) => kind).join(', ')})`);
  if (code.trim() === '') throw new Refusal(400, "'code' must be a string defined in 'exec'");
  if (code.length > MAX_CODE) throw new Refusal(413, 'Action code is larger than 48 MB.');
  if (binary ?? isBinaryCode(code))
    throw new Refusal(400, 'This host runs single-file actions only, not archives.');
  const file = keepCode(folder, code);
  return {
    kind: named.kind,
    get code() {
      return readFileSync(file, 'utf8');
    },
    main,
    binary: false,
  };
}

/** Most actions run seldom, so their code is not worth the memory. Returns the file that has it. */
function keepCode(folder: string, code: string): string {
  const file = path.join(folder, `${createHash('sha256').update(code).digest('hex')}.js`);
  if (!existsSync(file)) writeFileSync(file, code);
  return file;
}
