import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Environment } from './app-id.ts';

/** A trigger of the manifest with the names of its rules. */
export interface ManifestTrigger {
  name: string;
  rules: string[];
}

/** What manifest.yaml asks of the platform. */
export interface Manifest {
  /** The kinds of its actions; none if they run in an image of their own. */
  kinds: string[];
  /** Each has an alarm. */
  triggers: ManifestTrigger[];
}

interface Packages {
  packages: Record<
    string,
    {
      actions: Record<string, { runtime: string }>;
      triggers: Record<string, unknown>;
      rules: Record<string, { trigger: string }>;
    }
  >;
}

/** Reads manifest.yaml of the checkout, the working directory. */
export function readManifest({ ACTION_IMAGE }: Environment): Manifest {
  const { packages } = parse(readFileSync('manifest.yaml', 'utf8')) as Packages;
  const contents = Object.values(packages);
  const kinds = contents.flatMap(({ actions }) => Object.values(actions).map(({ runtime }) => runtime));
  const rules = contents.flatMap((content) => Object.entries(content.rules));
  const triggers = contents.flatMap((content) => Object.keys(content.triggers));
  return {
    kinds: ACTION_IMAGE ? [] : [...new Set(kinds)],
    triggers: triggers.map((name) => ({
      name,
      rules: rules.flatMap(([rule, { trigger }]) => (trigger === name ? [rule] : [])).sort(),
    })),
  };
}
