import { alertOperations } from './alerts.ts';
import { annotationOperations } from './annotations.ts';
import { auditOperations } from './audit.ts';
import { channelOperations } from './channels.ts';
import { dashboardOperations } from './dashboards.ts';
import { exportOperations } from './exports.ts';
import { feedOperations } from './feeds.ts';
import { groupOperations } from './groups.ts';
import { importOperations } from './imports.ts';
import { initOperations } from './init.ts';
import { keyOperations } from './keys.ts';
import { mailOperations } from './mail.ts';
import { mcpOperations } from './mcp.ts';
import { meOperations } from './me.ts';
import { memberOperations } from './members.ts';
import { metricOperations } from './metrics.ts';
import type { Operation } from './operation.ts';
import { reportOperations } from './reports.ts';
import { repositoryOperations } from './repositories.ts';
import { ruleOperations } from './rules.ts';
import { runOperations } from './runs.ts';
import { serverOperations } from './servers.ts';
import { shareOperations } from './shares.ts';
import { statsOperations } from './stats.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { tenantOperations } from './tenants.ts';

/** Every route of every web action. */
export const operations: Operation[] = [
  ...initOperations,
  ...meOperations,
  ...serverOperations,
  ...tenantOperations,
  ...memberOperations,
  ...keyOperations,
  ...channelOperations,
  ...mailOperations,
  ...subscriptionOperations,
  ...auditOperations,
  ...repositoryOperations,
  ...ruleOperations,
  ...groupOperations,
  ...runOperations,
  ...annotationOperations,
  ...alertOperations,
  ...importOperations,
  ...statsOperations,
  ...reportOperations,
  ...metricOperations,
  ...dashboardOperations,
  ...exportOperations,
  ...feedOperations,
  ...mcpOperations,
  ...shareOperations,
];
