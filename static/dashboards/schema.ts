import documentSchema from './document.schema.json';

/** The part of JSON Schema that the two schemas use. */
export interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema | Schema[];
  not?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  description?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
}

export type Path = (string | number)[];

const own = documentSchema as Schema;
let vegaLite: Schema | undefined;
const roots = new WeakMap<Schema, Schema>();
const alternatives = new WeakMap<Schema, Schema[]>();

/** Loads Vega-Lite's own schema, which checks and completes what the document's schema leaves open. */
export async function loadVegaLiteSchema(): Promise<void> {
  const { default: loaded } = await import('vega-lite/vega-lite-schema.json');
  vegaLite = loaded as Schema;
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const found =
    name && (root.$defs?.[decodeURIComponent(name)] ?? root.definitions?.[decodeURIComponent(name)]);
  return found || schema;
}

/** Resolves references and lists alternatives. */
function expand(schema: Schema, root: Schema, seen = new Set<Schema>()): Schema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  if (schema.$ref) return expand(resolve(schema, root), root, seen);
  const { anyOf = schema.oneOf } = schema;
  if (anyOf) return anyOf.flatMap((one) => expand(one, root, seen));
  roots.set(schema, root);
  return [schema];
}

export function alternativesOf(schema: Schema, root = roots.get(schema) ?? own): Schema[] {
  const known = alternatives.get(schema);
  if (known) return known;
  const found = expand(schema, root);
  alternatives.set(schema, found);
  return found;
}

const isSpec = (path: Path) => path.length === 5 && path[4] === 'spec';

/** The schemas of a document. */
export const rootSchemas = () => alternativesOf(own, own);

/** The schemas of the member `key` of a value at `path` that may be any of `schemas`. */
export function partSchemas(schemas: Schema[], path: Path, key: string | number): Schema[] {
  const parts = schemas.flatMap((schema) => {
    const root = roots.get(schema) ?? own;
    const part = typeof key === 'number' ? itemOf(schema, key) : propertyOf(schema, key);
    return part ? alternativesOf(part, root) : [];
  });
  const others =
    isSpec([...path, key]) && vegaLite
      ? alternativesOf({ $ref: '#/definitions/TopLevelSpec' }, vegaLite)
      : [];
  return [...new Set([...parts, ...others])];
}

function propertyOf({ properties, additionalProperties }: Schema, key: string): Schema | undefined {
  if (properties && Object.hasOwn(properties, key)) return properties[key];
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0)
    return undefined;
  return additionalProperties;
}

const itemOf = ({ items }: Schema, place: number) => (Array.isArray(items) ? items[place] : items);

/** The schemas of the value at a path. */
export function schemasAt(path: Path): Schema[] {
  let schemas = rootSchemas();
  for (const [place, key] of path.entries()) schemas = partSchemas(schemas, path.slice(0, place), key);
  return schemas;
}

/** Prefers Vega-Lite's schemas: the document's own leaves most of a specification open. */
export function decisive(schemas: Schema[]): Schema[] {
  const foreign = schemas.filter((schema) => roots.get(schema) !== own);
  return foreign.length > 0 ? foreign : schemas;
}

/** The values that the schemas list. */
export function listedValues(schemas: Schema[]): unknown[] {
  const values = schemas.flatMap((schema) => schema.enum ?? ('const' in schema ? [schema.const] : []));
  return [...new Set(values)];
}
