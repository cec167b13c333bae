import * as z from 'zod';
import * as alerts from '../../lib/answers/alerts.ts';
import * as annotations from '../../lib/answers/annotations.ts';
import * as audit from '../../lib/answers/audit.ts';
import * as channels from '../../lib/answers/channels.ts';
import * as dashboards from '../../lib/answers/dashboards.ts';
import * as day from '../../lib/answers/day.ts';
import * as events from '../../lib/answers/events.ts';
import * as exports from '../../lib/answers/exports.ts';
import * as figures from '../../lib/answers/figures.ts';
import * as groups from '../../lib/answers/groups.ts';
import * as imports from '../../lib/answers/imports.ts';
import * as init from '../../lib/answers/init.ts';
import * as keys from '../../lib/answers/keys.ts';
import * as mail from '../../lib/answers/mail.ts';
import * as mcp from '../../lib/answers/mcp.ts';
import * as me from '../../lib/answers/me.ts';
import * as members from '../../lib/answers/members.ts';
import * as problems from '../../lib/answers/problems.ts';
import * as reports from '../../lib/answers/reports.ts';
import * as repositories from '../../lib/answers/repositories.ts';
import * as rules from '../../lib/answers/rules.ts';
import * as runs from '../../lib/answers/runs.ts';
import * as servers from '../../lib/answers/servers.ts';
import * as shares from '../../lib/answers/shares.ts';
import * as stats from '../../lib/answers/stats.ts';
import * as subscriptions from '../../lib/answers/subscriptions.ts';
import * as tenants from '../../lib/answers/tenants.ts';
import * as widgets from '../../lib/answers/widgets.ts';
import { DashboardDocument } from '../../lib/dashboards/document.ts';
import { VegaLiteSpec } from '../../lib/dashboards/vega-lite-spec.ts';
import { ImportPart } from '../../lib/imports/part.ts';
import * as alertRequests from '../alerts.ts';
import * as annotationRequests from '../annotations.ts';
import * as auditRequests from '../audit.ts';
import * as channelRequests from '../channels.ts';
import * as dashboardRequests from '../dashboards.ts';
import * as groupRequests from '../groups.ts';
import * as importRequests from '../imports.ts';
import * as initRequests from '../init.ts';
import * as keyRequests from '../keys.ts';
import * as mcpRequests from '../mcp.ts';
import * as memberRequests from '../members.ts';
import * as reportNowRequests from '../report-now.ts';
import * as reportRequests from '../reports.ts';
import * as repositoryRequests from '../repositories.ts';
import * as ruleRequests from '../rules.ts';
import * as runRequests from '../runs.ts';
import * as serverRequests from '../servers.ts';
import * as shareRequests from '../shares.ts';
import * as statsRequests from '../stats.ts';
import * as subscriptionRequests from '../subscriptions.ts';
import * as tenantRequests from '../tenants.ts';
import * as failures from './failures.ts';

const requestModules = [
  importRequests,
  { ImportPart },
  initRequests,
  keyRequests,
  memberRequests,
  repositoryRequests,
  ruleRequests,
  groupRequests,
  runRequests,
  serverRequests,
  statsRequests,
  reportRequests,
  reportNowRequests,
  tenantRequests,
  dashboardRequests,
  channelRequests,
  subscriptionRequests,
  auditRequests,
  annotationRequests,
  alertRequests,
  mcpRequests,
  shareRequests,
];
const answerModules = [
  failures,
  figures,
  groups,
  init,
  keys,
  me,
  members,
  repositories,
  rules,
  runs,
  servers,
  shares,
  stats,
  reports,
  tenants,
  dashboards,
  day,
  channels,
  subscriptions,
  problems,
  audit,
  annotations,
  alerts,
  imports,
  events,
  widgets,
  exports,
  mail,
  mcp,
  { DashboardDocument, VegaLiteSpec },
];

type JsonSchema = Record<string, unknown>;

/** Makes every exported schema a component with the name of the export. */
function register(modules: Record<string, unknown>[]) {
  const registry = z.registry<{ id: string }>();
  for (const module of modules)
    for (const [id, value] of Object.entries(module))
      if (value instanceof z.ZodType && !registry.has(value)) registry.add(value, { id });
  return registry;
}

const registries = { input: register(requestModules), output: register(answerModules) };
const uri = (id: string) => `#/components/schemas/${id}`;

/** Removes the bounds that every JavaScript integer has. */
function withoutSafeBounds({ jsonSchema }: { jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function toComponents(io: 'input' | 'output'): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registries[io], { io, uri, override: withoutSafeBounds });
  const entries = Object.entries(schemas as Record<string, JsonSchema>);
  // The document names the dialect once.
  return Object.fromEntries(entries.map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

/** The JSON Schemas of all requests and answers, by name. */
export const components = { ...toComponents('input'), ...toComponents('output') };

/** A reference to the component of an exported schema. */
export function refTo(schema: z.ZodType): JsonSchema {
  const id = (registries.input.get(schema) ?? registries.output.get(schema))?.id;
  if (id === undefined)
    throw new Error('Export the schemas that operations use: components are named after exports.');
  return { $ref: uri(id) };
}

/** The properties of a query's schema, as parameters. */
export function toQueryParameters(schema: z.ZodType): JsonSchema[] {
  const { required = [] } = z.toJSONSchema(schema, { io: 'input' }) as { required?: string[] };
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output' }) as { properties?: JsonSchema };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: property,
  }));
}
