import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Described {
  responses: Record<string, { content: Record<string, unknown> }>;
}

const file = path.join(import.meta.dirname, '../dist/static/openapi.json');

interface Checker {
  ajv: Ajv2020;
  paths: Record<string, Record<string, Described>>;
}

let opened: Checker | undefined;

function open(): Checker {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  // The document itself is checked by test/unit/openapi.test.ts.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'openapi' });
  return { ajv, paths: document.paths };
}

const toPointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** The described path that matches a request's. Fixed words win over variables. */
function findPath(paths: Checker['paths'], requested: string): string | undefined {
  const parts = requested.split('/');
  const fits = (described: string) => {
    const words = described.split('/');
    const isLike = (word: string, index: number) => word.startsWith('{') || word === parts[index];
    return words.length === parts.length && words.every(isLike);
  };
  const variables = (described: string) => described.split('{').length;
  return Object.keys(paths)
    .filter(fits)
    .sort((a, b) => variables(a) - variables(b))[0];
}

/**
 * Throws if an answer does not match openapi.json: another status, shape or failure. A request to no described route must get
 * a failure in the common form.
 */
export function requireDescribed(
  method: string,
  route: string,
  { status, type, body }: { status: number; type: string; body: unknown },
): void {
  if (method === 'OPTIONS' || method === 'HEAD') return;
  opened ??= open();
  const { ajv, paths } = opened;
  const described = findPath(paths, route.replace(/\?.*$/, '').replace(/\/$/, ''));
  const operation = described && paths[described]?.[method.toLowerCase()];
  const pointer = operation
    ? `openapi#/paths/${toPointer(described)}/${method.toLowerCase()}/responses/${status}/content/${toPointer(type)}/schema`
    : 'openapi#/components/schemas/Failure';
  const validate: ValidateFunction | undefined = ajv.getSchema(pointer);
  if (!validate)
    throw new Error(`${method} ${route} answers ${status} ${type}, which openapi.json does not say.`);
  if (validate(body)) return;
  const problems = ajv.errorsText(validate.errors, { separator: '\n' });
  throw new Error(`${method} ${route} answers ${status} otherwise than openapi.json says:\n${problems}`);
}
