import type { Alarms } from './alarms.ts';
import type { EntityStore } from './entities.ts';
import { putAction, putPackage, putRule, putTrigger } from './entity-updates.ts';
import type { Manifest, ManifestPackage, ManifestTrigger } from './manifest.ts';

export interface DeployOptions {
  store: EntityStore;
  alarms: Alarms | null;
  namespace: string;
  now: Date;
}

const ALARMS = '/whisk.system/alarms/';

/** Creates what the manifest lists, in wskdeploy's order. */
export function deployManifest(manifest: Manifest, options: DeployOptions): void {
  for (const content of manifest.packages) deployPackage(content, options);
}

function deployPackage(content: ManifestPackage, options: DeployOptions): void {
  const { store, namespace, now } = options;
  const change = (path: string, name: string) => ({ namespace: path, name, overwrite: true, now });
  const isDefault = content.name === 'default';
  const path = isDefault ? namespace : `${namespace}/${content.name}`;
  const { parameters, annotations, publish } = content;
  if (!isDefault) putPackage(store, change(namespace, content.name), { parameters, annotations, publish });
  for (const action of content.actions) {
    const { name, code, kind, main, limits } = action;
    putAction(store, change(path, name), {
      exec: { kind, code, main, binary: false },
      parameters: action.parameters,
      annotations: action.annotations,
      limits,
    });
  }
  for (const trigger of content.triggers) deployTrigger(trigger, options);
  for (const { name, trigger, action } of content.rules)
    putRule(store, change(namespace, name), { trigger, action });
}

function deployTrigger(trigger: ManifestTrigger, { store, alarms, namespace, now }: DeployOptions): void {
  const { name, feed, inputs } = trigger;
  const parameters = feed === undefined ? Object.entries(inputs).map(([key, value]) => ({ key, value })) : [];
  const annotations =
    feed === undefined ? trigger.annotations : [...trigger.annotations, { key: 'feed', value: feed }];
  // wskdeploy sets this for triggers, too.
  putTrigger(store, { namespace, name, overwrite: true, now }, { parameters, annotations, publish: true });
  if (feed === undefined) return;
  if (!alarms || !feed.startsWith(ALARMS))
    throw new Error(`Trigger ${name}: the local host has no feed ${feed}.`);
  alarms.apply(feed.slice(ALARMS.length), `${namespace}/${name}`, 'CREATE', inputs);
}
