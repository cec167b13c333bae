import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { KeyValue } from './entities.ts';
import type { Interpolation } from './inputs.ts';
import { readInputs } from './inputs.ts';
import type { Fields } from './manifest-fields.ts';
import { annotationsOf, refuseUnsupported, requireKeys, textOf, toKeyValues } from './manifest-fields.ts';

export interface ManifestAction {
  name: string;
  code: string;
  kind: string;
  main: string;
  parameters: KeyValue[];
  annotations: KeyValue[];
  /** As the REST API names them. */
  limits: { timeout?: number; memory?: number; logs?: number };
}

export interface Reading extends Interpolation {
  /** Of the manifest: functions are relative to it. */
  folder: string;
}

const KEYS = [
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
];
const LIMITS = [
  'timeout',
  'memorySize',
  'logSize',
  'concurrentActivations',
  'userInvocationRate',
  'codeSize',
  'parameterSize',
];
const UNSUPPORTED = ['docker', 'native', 'conductor', 'include', 'exclude'];

/** @throws {Error} */
export async function readAction(
  name: string,
  content: unknown,
  place: string,
  reading: Reading,
): Promise<ManifestAction> {
  const fields = requireKeys(content, place, KEYS);
  refuseUnsupported(fields, place, UNSUPPORTED);
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
  const fields = requireKeys(content ?? {}, place, LIMITS);
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
