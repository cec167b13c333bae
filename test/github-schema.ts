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

// `validateSchema` would compile the schema of schemas first, which takes longer than all the rest.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

/**
 * How an endpoint's answer differs from GitHub's document; empty if it does not. Endpoints are written as in the document:
 * `/repos/{owner}/{repo}`, or `POST …`. A status that GitHub does not list for the endpoint counts as its basic error.
 */
export function listDeviations(endpoint: string, status: number, body: unknown): string[] {
  const key = `${endpoint} ${status}`;
  const answers = document.endpoints[endpoint.includes(' ') ? endpoint : `GET ${endpoint}`];
  if (!answers) throw new Error(`GitHub documents no ${endpoint}`);
  const schema = answers[status] ?? { $ref: '#/$defs/basic-error' };
  const validate = validators.get(key) ?? ajv.compile({ ...schema, $defs: document.$defs });
  validators.set(key, validate);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/**
 * GitHub's OpenAPI document (version 23.0.2 of the package) does not have the star history yet: this is what
 * https://github.blog/changelog/2026-09-04-new-api-endpoint-provides-privacy-safe-star-history-data and its users tell.
 */
const starHistory = {
  type: 'array',
  maxItems: 30,
  items: {
    type: 'object',
    required: ['week', 'total', 'days'],
    properties: {
      week: { type: 'integer', multipleOf: 86_400 },
      total: { type: 'integer', minimum: 0 },
      days: { type: 'array', minItems: 7, maxItems: 7, items: { type: 'integer', minimum: 0 } },
    },
    additionalProperties: false,
  },
};
const validateStars = ajv.compile(starHistory);

/** How a page of `/repos/{owner}/{repo}/stargazers/history` differs from that; `total` must be the days' sum. */
export function listStarDeviations(body: unknown): string[] {
  if (!validateStars(body))
    return (validateStars.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const weeks = body as { total: number; days: number[] }[];
  return weeks
    .filter(({ total, days }) => total !== days.reduce((sum, stars) => sum + stars, 0))
    .map(({ total }) => `total ${total} is not the sum of its days`);
}
