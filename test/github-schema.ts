import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** GitHub's own OpenAPI document, as far as local/extract-github-schemas.mjs keeps it. */
interface Document {
  endpoints: Record<string, Record<string, object>>;
  $defs: Record<string, object>;
}

const document = JSON.parse(
  readFileSync(new URL('./schemas/github-openapi.json', import.meta.url), 'utf8'),
) as Document;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

/**
 * What in an answer of an endpoint (as in GitHub's document, e.g. `/repos/{owner}/{repo}`) is not as GitHub documents
 * it; empty: nothing. A status that GitHub does not list for the endpoint is its ordinary error.
 */
export function listDeviations(endpoint: string, status: number, body: unknown): string[] {
  const key = `${endpoint} ${status}`;
  const answers = document.endpoints[`GET ${endpoint}`];
  if (!answers) throw new Error(`GitHub documents no ${endpoint}`);
  const schema = answers[status] ?? { $ref: '#/$defs/basic-error' };
  const validate = validators.get(key) ?? ajv.compile({ ...schema, $defs: document.$defs });
  validators.set(key, validate);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
