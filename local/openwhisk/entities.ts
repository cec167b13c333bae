import { Refusal } from './http.ts';

/** The platform's entities, in the shapes of its REST API. */

export interface KeyValue {
  key: string;
  value: unknown;
}

export interface Parameter extends KeyValue {
  /** Set in the container's environment at its start, and not passed to `main`. */
  init?: boolean;
}

export interface EntityName {
  path: string;
  name: string;
}

interface Entity {
  /** The namespace, for an action in a package `namespace/package`. */
  namespace: string;
  name: string;
  version: string;
  annotations: KeyValue[];
  publish: boolean;
  /** Epoch milliseconds. */
  updated: number;
}

export interface ActionLimits {
  /** Milliseconds. */
  timeout: number;
  /** Megabytes. */
  memory: number;
  /** Megabytes. */
  logs: number;
  concurrency: number;
}

export interface Action extends Entity {
  /** `code` is read from a file whenever it is used. */
  exec: { kind: string; readonly code: string; main: string; binary: false };
  parameters: Parameter[];
  limits: ActionLimits;
}

export interface Package extends Entity {
  parameters: Parameter[];
  /** Set if the package refers to another one. */
  binding?: { namespace: string; name: string };
}

export type RuleStatus = 'active' | 'inactive';

export interface Trigger extends Entity {
  parameters: Parameter[];
  /** By the rule's `namespace/name`. */
  rules: Record<string, { action: EntityName; status: RuleStatus }>;
}

/** Its status is stored on the trigger. */
export interface Rule extends Entity {
  trigger: EntityName;
  action: EntityName;
}

/** An action with everything it gets from its package and a binding. */
export interface ResolvedAction {
  action: Action;
  /** Parameters of the package, the binding and the action; the last wins. */
  parameters: Parameter[];
  /** Names that a caller must not override. */
  final: ReadonlySet<string>;
}

/** A kind of action that the platform runs. */
export interface Kind {
  kind: string;
  /** The kind that `nodejs:default` means. */
  default?: true;
  /** Listed, but no action of it can be created. */
  deprecated?: true;
}

export interface EntityStore {
  kinds: readonly Kind[];
  /** Holds the actions' code. */
  folder: string;
  packages: Map<string, Package>;
  actions: Map<string, Action>;
  triggers: Map<string, Trigger>;
  rules: Map<string, Rule>;
}

export function openEntityStore(kinds: readonly Kind[], folder: string): EntityStore {
  return {
    kinds,
    folder,
    packages: new Map(),
    actions: new Map(),
    triggers: new Map(),
    rules: new Map(),
  };
}

/** Valid names of namespaces, packages, actions, triggers and rules. */
export const ENTITY_NAME = /^([\w]|[\w][\w@ .&-]{0,254}[\w@.&-])$/;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether the platform takes an action's code for base64, and so for an archive. */
export function isBinaryCode(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && BASE64.test(trimmed);
}

export const NOT_FOUND = 'The requested resource does not exist.';

/**
 * The action of a path (`namespace` or `namespace/package`) and a name, through a binding if the package is one.
 * @throws {Refusal} 404 if the package, its provider or the action is missing.
 */
export function resolveAction(store: EntityStore, path: string, name: string): ResolvedAction {
  const reference = path.includes('/') ? requirePackage(store, path) : undefined;
  const bound = reference?.binding;
  const providerPath = bound ? `${bound.namespace}/${bound.name}` : path;
  const provider = bound ? requirePackage(store, providerPath) : undefined;
  const action = store.actions.get(`${providerPath}/${name}`);
  if (!action) throw new Refusal(404, NOT_FOUND);
  const parameters = mergeByKey(provider?.parameters ?? [], reference?.parameters ?? [], action.parameters);
  return { action, parameters, final: finalNames(action, parameters) };
}

function requirePackage(store: EntityStore, path: string): Package {
  const found = store.packages.get(path);
  if (!found) throw new Refusal(404, NOT_FOUND);
  return found;
}

function finalNames(action: Action, parameters: Parameter[]): ReadonlySet<string> {
  if (annotation(action, 'final') !== true) return new Set();
  return new Set(parameters.filter(({ value }) => value !== null).map(({ key }) => key));
}

/** Later lists win. Each key keeps its first position. */
export function mergeByKey<T extends KeyValue>(...lists: T[][]): T[] {
  return [...new Map(lists.flat().map((pair) => [pair.key, pair])).values()];
}

export function annotation(entity: { annotations: KeyValue[] }, key: string): unknown {
  return entity.annotations.find((pair) => pair.key === key)?.value;
}

/** `/namespace/[package/]name`, where `_` is the caller's namespace, or `[package/]name` in that namespace. */
export function readFullName(text: string, namespace: string): EntityName {
  const segments = text.split('/').filter((segment) => segment !== '');
  if (!text.startsWith('/') && segments.length < 3) segments.unshift(namespace);
  if (segments[0] === '_') segments[0] = namespace;
  const name = segments.pop() ?? '';
  return { path: segments.join('/'), name };
}

export function fullName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
