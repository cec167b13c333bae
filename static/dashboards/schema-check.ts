import { decisive, listedValues, type Path, partSchemas, rootSchemas, type Schema } from './schema.ts';

/** A place that does not fit the schema. */
export interface Misfit {
  path: Path;
  /** The name does not fit, not the value. */
  atKey?: boolean;
  message: string;
}

const MAX_PROBLEMS = 50;

/** Where a document does not fit the schemas. Silent where alternatives leave doubt. */
export function listMisfits(document: unknown): Misfit[] {
  const found: Misfit[] = [];
  check(document, rootSchemas(), [], (misfit) => {
    if (found.length < MAX_PROBLEMS) found.push(misfit);
  });
  return found;
}

type Report = (misfit: Misfit) => void;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function fitsType({ type }: Schema, value: unknown): boolean {
  if (type === undefined) return true;
  const kind = typeOf(value);
  return [type].flat().some((one) => one === kind || (one === 'integer' && Number.isInteger(value)));
}

const isPlain = (value: unknown) => typeof value !== 'object' || value === null;

function isListed({ enum: values, const: only }: Schema, value: unknown): boolean {
  if (values) return values.includes(value);
  return only === undefined || only === value;
}

/** Drops alternatives whose listed values do not match, such as those of another type of mark. */
function narrow(schemas: Schema[], value: Record<string, unknown>): Schema[] {
  const left = schemas.filter(({ properties = {} }) =>
    Object.entries(value).every(([key, part]) => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return property === undefined || !isPlain(part) || isListed(property, part);
    }),
  );
  return left.length > 0 ? left : schemas;
}

function check(value: unknown, schemas: Schema[], path: Path, report: Report): void {
  if (schemas.length === 0) return;
  const fitting = schemas.filter((schema) => fitsType(schema, value));
  if (fitting.length === 0) return void report({ path, message: `This must be ${expected(schemas)}.` });
  if (Array.isArray(value)) return void checkArray(value, fitting, path, report);
  if (!isPlain(value)) return void checkObject(value as Record<string, unknown>, fitting, path, report);
  if (fitting.some((schema) => isListed(schema, value)))
    return void checkBounds(value, fitting, path, report);
  report({ path, message: `This must be one of ${list(listedValues(fitting))}.` });
}

const expected = (schemas: Schema[]) =>
  [...new Set(schemas.flatMap(({ type }) => type ?? []))].join(' or ') || 'something else';

const list = (values: unknown[]) =>
  values
    .slice(0, 20)
    .map((value) => JSON.stringify(value))
    .join(', ') + (values.length > 20 ? ', …' : '');

function checkArray(value: unknown[], schemas: Schema[], path: Path, report: Report) {
  const [only] = schemas;
  if (schemas.length === 1 && only) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = only;
    if (value.length < minItems || value.length > maxItems)
      report({ path, message: `This must have ${between(minItems, maxItems)} parts.` });
  }
  for (const [place, part] of value.entries())
    check(part, partSchemas(schemas, path, place), [...path, place], report);
}

const between = (least: number, most: number) =>
  most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;

function checkObject(value: Record<string, unknown>, schemas: Schema[], path: Path, report: Report) {
  const narrowed = narrow(schemas, value);
  const closed = decisive(narrowed).every(({ additionalProperties }) => additionalProperties === false);
  for (const [key, part] of Object.entries(value)) {
    const parts = partSchemas(narrowed, path, key);
    if (parts.length > 0) check(part, parts, [...path, key], report);
    else if (closed) report({ path: [...path, key], atKey: true, message: `There is no "${key}" here.` });
  }
  const [first] = narrowed;
  for (const key of first?.required ?? [])
    if (!(key in value) && narrowed.every(({ required }) => required?.includes(key)))
      report({ path, message: `"${key}" is missing.` });
}

function checkBounds(value: unknown, schemas: Schema[], path: Path, report: Report) {
  const [only] = schemas;
  if (schemas.length !== 1 || !only) return;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = only;
  if (typeof value === 'number' && (value < minimum || value > maximum))
    report({ path, message: `This must be ${between(minimum, maximum)}.` });
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = only;
  if (typeof value === 'string' && (value.length < minLength || value.length > maxLength))
    report({ path, message: `This must have ${between(minLength, maxLength)} characters.` });
}
