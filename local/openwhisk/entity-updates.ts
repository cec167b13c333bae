import * as z from 'zod';
import type {
  Action,
  ActionLimits,
  EntityName,
  EntityStore,
  KeyValue,
  Package,
  Parameter,
  Rule,
  RuleStatus,
  Trigger,
} from './entities.ts';
import { mergeByKey, NOT_FOUND, readFullName, resolveAction } from './entities.ts';
import { Refusal } from './http.ts';

/** Bodies of PUT requests, and how they change what is stored. */

export interface Change {
  namespace: string;
  name: string;
  overwrite: boolean;
  now: Date;
}

const keyValue = z.object({ key: z.string(), value: z.unknown() });
const parameter = keyValue.extend({ init: z.boolean().optional() });
const common = {
  annotations: z.array(keyValue).optional(),
  delAnnotations: z.array(z.string()).optional(),
  publish: z.boolean().optional(),
};
const name = z.object({ namespace: z.string(), name: z.string() });
const limits = z.object({
  timeout: z.number().int().min(100).max(300_000).optional(),
  memory: z.number().int().min(128).max(512).optional(),
  logs: z.number().int().min(0).max(10).optional(),
  concurrency: z.literal(1).optional(),
});
const bodies = {
  action: z.object({
    ...common,
    exec: z
      .object({
        kind: z.string(),
        code: z.string().optional(),
        main: z.string().optional(),
        binary: z.boolean().optional(),
      })
      .optional(),
    parameters: z.array(parameter).optional(),
    limits: limits.optional(),
  }),
  package: z.object({
    ...common,
    parameters: z.array(parameter).optional(),
    binding: z.union([name, z.object({}).strict()]).optional(),
  }),
  trigger: z.object({ ...common, parameters: z.array(parameter).optional() }),
  rule: z.object({
    ...common,
    trigger: z.string(),
    action: z.string(),
    status: z.enum(['active', 'inactive', '']).optional(),
  }),
};

const DEFAULT_LIMITS: ActionLimits = { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 };
const KINDS = ['nodejs:20', 'nodejs:18', 'nodejs:default'];
const MAX_CODE = 48 * 1024 * 1024;
const MAX_PARAMETERS = 1024 * 1024;

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    400,
    `The request content was malformed:\n${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

interface Stored {
  version: string;
  annotations: KeyValue[];
  publish: boolean;
}

/** What every entity takes over from its former state: one more patch version, annotations merged and never dropped. */
function revise(
  old: Stored | undefined,
  body: {
    annotations?: KeyValue[] | undefined;
    delAnnotations?: string[] | undefined;
    publish?: boolean | undefined;
  },
  change: Change,
) {
  if (old && !change.overwrite) throw new Refusal(409, 'resource already exists');
  const kept = (old?.annotations ?? []).filter(({ key }) => !body.delAnnotations?.includes(key));
  return {
    namespace: change.namespace,
    name: change.name,
    version: old ? nextVersion(old.version) : '0.0.1',
    annotations: mergeByKey(kept, body.annotations ?? []),
    publish: body.publish ?? old?.publish ?? false,
    updated: change.now.getTime(),
  };
}

function nextVersion(version: string): string {
  const [major = '0', minor = '0', patch = '0'] = version.split('.');
  return `${major}.${minor}.${Number(patch) + 1}`;
}

/** Parameters are replaced only by a list that is not empty. */
function reviseParameters(
  old: Parameter[] | undefined,
  sent: z.infer<typeof parameter>[] | undefined,
): Parameter[] {
  if (!sent || sent.length === 0) return old ?? [];
  if (JSON.stringify(sent).length > MAX_PARAMETERS)
    throw new Refusal(413, 'Parameters are larger than 1 MB.');
  return mergeByKey(sent.map(({ key, value, init }) => ({ key, value, ...(init && { init }) })));
}

/** @throws {Refusal} 400, 404 (no such package), 409 or 413. */
export function putAction(store: EntityStore, change: Change, sent: unknown): Action {
  const key = `${change.namespace}/${change.name}`;
  const body = parse(bodies.action, sent);
  if (change.namespace.includes('/') && !store.packages.has(change.namespace))
    throw new Refusal(404, NOT_FOUND);
  if (store.packages.get(change.namespace)?.binding)
    throw new Refusal(400, 'Operation is not permitted on package binding');
  const old = store.actions.get(key);
  const exec = body.exec ? readExec(body.exec) : old?.exec;
  if (!exec) throw new Refusal(400, 'exec undefined');
  const revised = revise(old, body, change);
  const keyGiven = revised.annotations.some((pair) => pair.key === 'provide-api-key');
  const action: Action = {
    ...revised,
    annotations: mergeByKey(
      keyGiven || old ? [] : [{ key: 'provide-api-key', value: false }],
      revised.annotations,
      [{ key: 'exec', value: exec.kind }],
    ),
    exec,
    parameters: reviseParameters(old?.parameters, body.parameters),
    limits: { ...(old?.limits ?? DEFAULT_LIMITS), ...present(body.limits ?? {}) },
  };
  store.actions.set(key, action);
  return action;
}

function present(sent: z.infer<typeof limits>): Partial<ActionLimits> {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
}

const ARCHIVE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readExec(exec: NonNullable<z.infer<typeof bodies.action>['exec']>): Action['exec'] {
  const { kind, code = '', main = 'main' } = exec;
  if (!KINDS.includes(kind)) throw new Refusal(400, `kind '${kind}' not in Set(nodejs:18, nodejs:20)`);
  if (code.trim() === '') throw new Refusal(400, "'code' must be a string defined in 'exec'");
  if (code.length > MAX_CODE) throw new Refusal(413, 'Action code is larger than 48 MB.');
  if (exec.binary ?? ARCHIVE.test(code.trim()))
    throw new Refusal(400, 'This host runs single-file actions only, not archives.');
  return { kind: kind === 'nodejs:default' ? 'nodejs:20' : kind, code, main, binary: false };
}

/** @throws {Refusal} 400, 409 or 413. */
export function putPackage(store: EntityStore, change: Change, sent: unknown): Package {
  const key = `${change.namespace}/${change.name}`;
  const body = parse(bodies.package, sent);
  if (change.name === 'default') throw new Refusal(400, "Package name 'default' is reserved.");
  const old = store.packages.get(key);
  const binding = readBinding(body.binding, change.namespace) ?? old?.binding;
  if (binding && !store.packages.has(`${binding.namespace}/${binding.name}`))
    throw new Refusal(400, 'Binding references a package that does not exist.');
  const entity: Package = {
    ...revise(old, body, change),
    parameters: reviseParameters(old?.parameters, body.parameters),
    ...(binding && { binding }),
  };
  store.packages.set(key, entity);
  return entity;
}

/** An empty object is how a package says that it is none. */
function readBinding(sent: { namespace?: unknown; name?: unknown } | undefined, own: string) {
  if (typeof sent?.namespace !== 'string' || typeof sent.name !== 'string') return undefined;
  return { namespace: sent.namespace === '_' ? own : sent.namespace, name: sent.name };
}

/** @throws {Refusal} 400, 409 or 413. */
export function putTrigger(store: EntityStore, change: Change, sent: unknown): Trigger {
  const key = `${change.namespace}/${change.name}`;
  const body = parse(bodies.trigger, sent);
  const old = store.triggers.get(key);
  const entity: Trigger = {
    ...revise(old, body, change),
    parameters: reviseParameters(old?.parameters, body.parameters),
    rules: old?.rules ?? {},
  };
  store.triggers.set(key, entity);
  return entity;
}

/** @throws {Refusal} 400 (also for a missing trigger or action) or 409. */
export function putRule(store: EntityStore, change: Change, sent: unknown): Rule {
  const key = `${change.namespace}/${change.name}`;
  const body = parse(bodies.rule, sent);
  const trigger = readFullName(body.trigger, change.namespace);
  const action = readFullName(body.action, change.namespace);
  const target = store.triggers.get(`${trigger.path}/${trigger.name}`);
  if (!target) throw new Refusal(400, `trigger ${trigger.path}/${trigger.name} does not exist`);
  requireAction(store, action);
  const old = store.rules.get(key);
  const rule: Rule = { ...revise(old, body, change), trigger, action };
  const status = statusOfRule(store, old) ?? 'active';
  if (old) detachRule(store, old);
  target.rules[key] = { action, status: body.status === 'inactive' ? 'inactive' : status };
  store.rules.set(key, rule);
  return rule;
}

function requireAction(store: EntityStore, { path, name }: EntityName): void {
  try {
    resolveAction(store, path, name);
  } catch {
    throw new Refusal(400, `action ${path}/${name} does not exist`);
  }
}

/** undefined: the trigger is gone, and the rule hangs in the air. */
export function statusOfRule(store: EntityStore, rule: Rule | undefined): RuleStatus | undefined {
  if (!rule) return undefined;
  const trigger = store.triggers.get(`${rule.trigger.path}/${rule.trigger.name}`);
  return trigger?.rules[`${rule.namespace}/${rule.name}`]?.status;
}

export function detachRule(store: EntityStore, rule: Rule): void {
  const trigger = store.triggers.get(`${rule.trigger.path}/${rule.trigger.name}`);
  if (trigger) delete trigger.rules[`${rule.namespace}/${rule.name}`];
}

/** Binds further values to a package. @throws {Refusal} 404 */
export function setParameters(
  store: EntityStore,
  packageName: string,
  values: Record<string, unknown>,
): void {
  const found = store.packages.get(packageName);
  if (!found) throw new Refusal(404, NOT_FOUND);
  const added = Object.entries(values).map(([key, value]) => ({ key, value }));
  store.packages.set(packageName, { ...found, parameters: mergeByKey<Parameter>(found.parameters, added) });
}

/** Removes a trigger, on request with its rules; without them they stay, and do nothing. */
export function removeTrigger(store: EntityStore, trigger: string, what: 'trigger' | 'rules'): void {
  for (const [name, rule] of store.rules)
    if (what === 'rules' && `${rule.trigger.path}/${rule.trigger.name}` === trigger) store.rules.delete(name);
  store.triggers.delete(trigger);
}
