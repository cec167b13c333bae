import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { KeyValue } from './entities.ts';
import { type Environment, type Interpolation, interpolate, interpolateText, readInputs } from './inputs.ts';
import { isObject } from './json.ts';

/** A wskdeploy manifest, read as strictly as wskdeploy reads it. */
export interface Manifest {
  packages: ManifestPackage[];
}

export interface ManifestPackage {
  name: string;
  parameters: KeyValue[];
  annotations: KeyValue[];
  publish: boolean;
  actions: ManifestAction[];
  triggers: ManifestTrigger[];
  rules: { name: string; trigger: string; action: string }[];
}

export interface ManifestTrigger {
  name: string;
  /** Full name of the feed action. */
  feed: string | undefined;
  /** Passed to the feed; without a feed, the trigger's own parameters. */
  inputs: Record<string, unknown>;
  annotations: KeyValue[];
}

const KEYS = {
  top: ['packages', 'project'],
  project: [
    'name',
    'namespace',
    'credential',
    'apiHost',
    'apigwAccessToken',
    'version',
    'packages',
    'config',
    'inputs',
  ],
  package: [
    'name',
    'version',
    'license',
    'public',
    'repositories',
    'dependencies',
    'namespace',
    'credential',
    'apiHost',
    'apigwAccessToken',
    'actions',
    'triggers',
    'feeds',
    'rules',
    'inputs',
    'sequences',
    'description',
    'annotations',
    'apis',
  ],
  trigger: ['name', 'feed', 'inputs', 'description', 'annotations', 'namespace', 'credential', 'source'],
  action: [
    'name',
    'function',
    'code',
    'runtime',
    'main',
    'docker',
    'native',
    'web',
    'web-export',
    'conductor',
    'limits',
    'inputs',
    'outputs',
    'annotations',
    'include',
    'exclude',
    'description',
    'version',
    'namespace',
    'credential',
    'exposedUrl',
    'location',
  ],
  limits: [
    'timeout',
    'memorySize',
    'logSize',
    'concurrentActivations',
    'userInvocationRate',
    'codeSize',
    'parameterSize',
  ],
  rule: ['name', 'trigger', 'action', 'rule', 'description', 'annotations'],
};
/** Keys that wskdeploy knows and this host does not run. */
const UNSUPPORTED = {
  package: ['dependencies', 'sequences', 'apis', 'feeds', 'repositories'],
  action: ['docker', 'native', 'conductor', 'include', 'exclude'],
};

/**
 * Reads the manifest and, into memory, the code of every action.
 * @throws {Error} for an unknown, repeated or unsupported key, a wrong value, or a missing file.
 */
export async function loadManifest(
  file: string,
  environment: Environment,
  onUnset: (variable: string) => void,
): Promise<Manifest> {
  const unset = new Set<string>();
  const reading: Reading = {
    environment,
    folder: path.dirname(path.resolve(file)),
    onUnset: (variable) => unset.add(variable),
  };
  const top = requireKeys(parse(await readFile(file, 'utf8')), 'manifest', KEYS.top);
  const holder = top.project === undefined ? top : requireKeys(top.project, 'project', KEYS.project);
  const packages = requireMap(holder.packages ?? top.packages, 'packages');
  const manifest = {
    packages: await Promise.all(
      Object.entries(packages).map(([name, content]) => readPackage(name, content, reading)),
    ),
  };
  for (const variable of unset) onUnset(variable);
  return manifest;
}

async function readPackage(rawName: string, content: unknown, reading: Reading): Promise<ManifestPackage> {
  const name = interpolateText(rawName, reading);
  const place = `packages.${name}`;
  const fields = requireKeys(content ?? {}, place, KEYS.package);
  refuseUnsupported(fields, place, UNSUPPORTED.package);
  const read: ManifestAction[] = [];
  // One after the other, so that the memory for reading one serves the next.
  for (const [action, value] of entriesOf(fields.actions, `${place}.actions`))
    read.push(await readAction(action, value, `${place}.actions.${action}`, reading));
  return {
    name,
    parameters: toKeyValues(readInputs(fields.inputs, `${place}.inputs`, reading)),
    annotations: annotationsOf(fields, place, reading),
    publish: fields.public === true,
    actions: read,
    triggers: entriesOf(fields.triggers, `${place}.triggers`).map(([trigger, value]) =>
      readTrigger(trigger, value, `${place}.triggers.${trigger}`, reading),
    ),
    rules: entriesOf(fields.rules, `${place}.rules`).map(([rule, value]) =>
      readRule(rule, value, `${place}.rules.${rule}`, name, reading),
    ),
  };
}

function readTrigger(name: string, content: unknown, place: string, reading: Reading): ManifestTrigger {
  const fields = requireKeys(content ?? {}, place, KEYS.trigger);
  return {
    name: interpolateText(name, reading),
    feed: textOf(fields.feed ?? fields.source, `${place}.feed`, reading),
    inputs: readInputs(fields.inputs, `${place}.inputs`, reading),
    annotations: annotationsOf(fields, place, reading),
  };
}

function readRule(name: string, content: unknown, place: string, packageName: string, reading: Reading) {
  const fields = requireKeys(content, place, KEYS.rule);
  const trigger = textOf(fields.trigger, `${place}.trigger`, reading);
  const action = textOf(fields.action, `${place}.action`, reading);
  if (trigger === undefined || action === undefined)
    throw new Error(`${place} needs a trigger and an action.`);
  const inPackage = packageName === 'default' || action.includes('/') ? action : `${packageName}/${action}`;
  // wskdeploy adds the namespace; without it, the package's name would be read as one.
  const qualified = inPackage.startsWith('/') ? inPackage : `/_/${inPackage}`;
  return { name: interpolateText(name, reading), trigger, action: qualified };
}

interface ManifestAction {
  name: string;
  code: string;
  kind: string;
  main: string;
  parameters: KeyValue[];
  annotations: KeyValue[];
  /** As the REST API names them. */
  limits: { timeout?: number; memory?: number; logs?: number };
}

interface Reading extends Interpolation {
  /** The manifest's folder, which functions are relative to. */
  folder: string;
}

/** @throws {Error} */
async function readAction(
  name: string,
  content: unknown,
  place: string,
  reading: Reading,
): Promise<ManifestAction> {
  const fields = requireKeys(content, place, KEYS.action);
  refuseUnsupported(fields, place, UNSUPPORTED.action);
  const runtime = textOf(fields.runtime, `${place}.runtime`, reading);
  const web = webAnnotations(fields.web ?? fields['web-export'], place);
  return {
    name,
    code: await readCode(fields, place, reading),
    kind: runtime ?? 'nodejs:20',
    main: textOf(fields.main, `${place}.main`, reading) ?? 'main',
    parameters: toKeyValues(readInputs(fields.inputs, `${place}.inputs`, reading)),
    annotations: [...annotationsOf(fields, place, reading), ...web],
    limits: readLimits(fields.limits, `${place}.limits`),
  };
}

async function readCode(fields: Fields, place: string, reading: Reading): Promise<string> {
  const file = textOf(fields.function ?? fields.location, `${place}.function`, reading);
  const { code } = fields;
  if (code !== undefined) {
    if (typeof code !== 'string') throw new Error(`${place}.code must be text.`);
    if (file !== undefined) throw new Error(`${place}: function and code exclude each other.`);
    if (fields.runtime === undefined) throw new Error(`${place}: code needs a runtime.`);
    return code;
  }
  if (file === undefined) throw new Error(`${place}: function is missing.`);
  if (!file.endsWith('.js')) throw new Error(`${place}: this host runs single .js files only, not ${file}.`);
  return readFile(path.resolve(reading.folder, file), 'utf8').catch(() => {
    throw new Error(`${place}: ${file} is not there. Build the actions first: npm run build.`);
  });
}

function webAnnotations(web: unknown, place: string): KeyValue[] {
  if (web === undefined) return [];
  const settings: Record<string, [exported: boolean, raw: boolean]> = {
    true: [true, false],
    yes: [true, false],
    raw: [true, true],
    false: [false, false],
    no: [false, false],
  };
  const found = settings[String(web)];
  if (!found) throw new Error(`${place}.web must be true, false or raw.`);
  const [exported, raw] = found;
  return toKeyValues({ 'web-export': exported, 'raw-http': raw, final: exported });
}

function readLimits(content: unknown, place: string): ManifestAction['limits'] {
  const fields = requireKeys(content ?? {}, place, KEYS.limits);
  const read = (key: string) => {
    const value = fields[key];
    if (value !== undefined && !Number.isInteger(value))
      throw new Error(`${place}.${key} must be a whole number.`);
    return value as number | undefined;
  };
  const timeout = read('timeout');
  const memory = read('memorySize');
  const logs = read('logSize');
  return {
    ...(timeout !== undefined && { timeout }),
    ...(memory !== undefined && { memory }),
    ...(logs !== undefined && { logs }),
  };
}

/** Helpers for the maps of a manifest, where every key must be known. */

type Fields = Record<string, unknown>;

/** @throws {Error} if it is no map. */
function requireMap(content: unknown, place: string): Fields {
  if (!isObject(content)) throw new Error(`${place} must be a map.`);
  return content;
}

/** @throws {Error} if it is no map, or has a key that is not among these. */
function requireKeys(content: unknown, place: string, keys: readonly string[]): Fields {
  const fields = requireMap(content, place);
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Error(`${place}: unknown key ${unknown}. Known: ${keys.join(', ')}.`);
  return fields;
}

/** @throws {Error} for a key that wskdeploy knows but this host does not support. */
function refuseUnsupported(fields: Fields, place: string, keys: readonly string[]): void {
  const found = keys.find((key) => fields[key] !== undefined);
  if (found !== undefined) throw new Error(`${place}: the local host does not run ${found}.`);
}

/** @throws {Error} if it is set and no text. */
function textOf(value: unknown, place: string, interpolation: Interpolation): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new Error(`${place} must be text.`);
  return interpolateText(value, interpolation);
}

function annotationsOf(fields: Fields, place: string, interpolation: Interpolation): KeyValue[] {
  const annotations = interpolate(fields.annotations ?? {}, interpolation);
  return toKeyValues(requireMap(annotations, `${place}.annotations`));
}

function entriesOf(content: unknown, place: string): [string, unknown][] {
  return Object.entries(requireMap(content ?? {}, place));
}

function toKeyValues(map: Fields): KeyValue[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}
