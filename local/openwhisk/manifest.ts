import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { KeyValue } from './entities.ts';
import type { Environment } from './inputs.ts';
import { interpolateText, readInputs } from './inputs.ts';
import type { ManifestAction, Reading } from './manifest-action.ts';
import { readAction } from './manifest-action.ts';
import {
  annotationsOf,
  entriesOf,
  refuseUnsupported,
  requireKeys,
  requireMap,
  textOf,
  toKeyValues,
} from './manifest-fields.ts';

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
  /** Go to the feed if there is one, else they are the trigger's parameters. */
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
  rule: ['name', 'trigger', 'action', 'rule', 'description', 'annotations'],
};
const UNSUPPORTED = ['dependencies', 'sequences', 'apis', 'feeds', 'repositories'];

/**
 * Reads the manifest and, into memory, the code of every action.
 * @throws {Error} for an unknown, repeated or unsupported key, a wrong value, or a file that is not there.
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
  refuseUnsupported(fields, place, UNSUPPORTED);
  const actions = entriesOf(fields.actions, `${place}.actions`);
  return {
    name,
    parameters: toKeyValues(readInputs(fields.inputs, `${place}.inputs`, reading)),
    annotations: annotationsOf(fields, place, reading),
    publish: fields.public === true,
    actions: await Promise.all(
      actions.map(([action, value]) => readAction(action, value, `${place}.actions.${action}`, reading)),
    ),
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
  // wskdeploy qualifies it with the namespace; without one the package would be taken for it.
  const qualified = inPackage.startsWith('/') ? inPackage : `/_/${inPackage}`;
  return { name: interpolateText(name, reading), trigger, action: qualified };
}
