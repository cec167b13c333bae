import { rolesWith } from '../../lib/access.ts';
import type { KeyScope } from '../../lib/db/tables/keys.ts';
import { EXPORT_TABLE_NAMES } from '../../lib/exports/format.ts';
import { FAILURES, type FailureCode } from '../../lib/failure.ts';
import { KEY_SCOPES, scopesWith } from '../../lib/keys/scopes.ts';
import { commonFailures, Failure, inputFailures, keyFailures, principalFailures } from './failures.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import { components, refTo, toQueryParameters } from './schemas.ts';

type Json = Record<string, unknown>;

/** The codes of all failures that a route can answer with. */
export function failuresOf({ body, query, path, needs, failures }: Operation): FailureCode[] {
  const input: FailureCode[] = body || query ? inputFailures : ['invalid_input'];
  const principal = needs === 'nothing' ? [] : [...principalFailures, ...keyFailures];
  const tenant: FailureCode[] = path.includes('{tenantId}') ? ['tenant_not_found'] : [];
  return [...new Set([...failures, ...tenant, ...input, ...principal, ...commonFailures])];
}

/** The scopes of API keys that may call a route. */
export function keyScopesOf({ needs, path, peopleOnly, addressKeys }: Operation): readonly KeyScope[] {
  if (needs === 'a key') return KEY_SCOPES;
  const isForKeys =
    !peopleOnly && needs !== 'nothing' && needs !== 'signed in' && path.includes('{tenantId}');
  if (!isForKeys) return [];
  return addressKeys ? [...scopesWith(needs), addressKeys] : scopesWith(needs);
}

/** Who may call a route, in words. */
function describeNeeds(operation: Operation): string {
  const { needs, note } = operation;
  const own = note === undefined ? '' : ` ${note}`;
  if (needs === 'a key') return `Needs an API key of any scope.${own}`;
  if (needs === 'nothing') return `Needs no sign-in.${own}`;
  if (needs === 'signed in') return `Needs a sign-in.${own}`;
  const roles = rolesWith(needs).map((role) =>
    role === 'repository viewer' ? 'repository viewer (for the repositories they were given)' : role,
  );
  const scopes = keyScopesOf(operation);
  const keys =
    scopes.length === 0
      ? 'API keys may not call it'
      : `API keys with the scope ${scopes.join(', ')} may call it`;
  return `Needs the right ${needs}. Roles that have it: ${roles.join(', ')}. ${keys}.${own}`;
}

function toFailureResponse(codes: FailureCode[]): Json {
  const code = { properties: { error: { properties: { code: { enum: codes } } } } };
  const schema = { allOf: [refTo(Failure), code] };
  return { description: codes.join(', '), content: { 'application/json': { schema } } };
}

function toFailureResponses(operation: Operation): Json {
  const codes = failuresOf(operation);
  const statuses = [...new Set(codes.map((code) => FAILURES[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      toFailureResponse(codes.filter((code) => FAILURES[code].status === status)),
    ]),
  );
}

function toResponses(operation: Operation): Json {
  const successes = Object.entries(operation.responses).map(([status, schema]) => {
    const types = operation.csv ? ['text/csv'] : (operation.files ?? []);
    const files = Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]));
    const content = { 'application/json': { schema: refTo(schema) }, ...files };
    return [status, { description: operation.summary, content }];
  });
  const types = (operation.text ?? []).map((type) => [type, { schema: { type: 'string' } }]);
  if (types.length > 0)
    successes.push(['200', { description: operation.summary, content: Object.fromEntries(types) }]);
  return { ...Object.fromEntries(successes), ...toFailureResponses(operation) };
}

/** Path variables that are not integers. */
const variables: Record<string, Json> = {
  email: { type: 'string', format: 'email' },
  dashboardId: { type: 'string' },
  token: { type: 'string' },
  date: { type: 'string', format: 'date' },
  table: { type: 'string', enum: EXPORT_TABLE_NAMES },
};

function toPathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const schema = variables[name] ?? { type: 'integer' };
    return { name, in: 'path', required: true, schema };
  });
}

function toOperationObject(operation: Operation): Json {
  const { action, method, path, summary, needs, query, body } = operation;
  const words = path.split('/').map((part) => part.replace(/[{}]/g, ''));
  const parameters = [...toPathParameters(path), ...(query ? toQueryParameters(query) : [])];
  return {
    operationId: [method, action, ...words.filter(Boolean)].join('-'),
    tags: [action],
    summary,
    description: describeNeeds(operation),
    ...(needs === 'nothing' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { content: { 'application/json': { schema: refTo(body) } } } } : {}),
    responses: toResponses(operation),
  };
}

function toPaths(): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = `/${operation.action}${operation.path === '/' ? '' : operation.path}`;
    paths[path] = { ...paths[path], [operation.method]: toOperationObject(operation) };
  }
  return paths;
}

/** The API as an OpenAPI 3.1 document, generated from the schemas that the actions use. */
export function openApiDocument() {
  const bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
  const description =
    'An access token from the installation’s OpenID Connect provider, or an API key (gta_…), which managers make on the page API keys.';
  return {
    openapi: '3.1.0',
    info: {
      title: 'GitHub Traffic Analytics',
      version: '1.0.0',
      description:
        'Views, clones, referrers and paths of GitHub repositories, collected every day and kept forever.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: '{host}/api/v1/web/{namespace}/traffic',
        variables: { host: { default: 'http://127.0.0.1:7080' }, namespace: { default: 'guest' } },
      },
    ],
    security: [{ bearer: [] }],
    paths: toPaths(),
    components: { securitySchemes: { bearer: { ...bearer, description } }, schemas: components },
  };
}
