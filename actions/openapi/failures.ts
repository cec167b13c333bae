import * as z from 'zod';

/** What every failure answers. */
export const Failure = z.object({
  error: z.object({
    /** Programs may rely on it. */
    code: z.string(),
    /** One sentence that says what can be done about it. */
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What any route may answer. */
export const commonFailures = [
  ...['route_not_found', 'method_not_allowed', 'answer_too_large', 'misconfigured', 'internal'],
  ...['database_unavailable', 'database_timeout', 'schema_mismatch'],
];

/** What a route may answer that reads a body or a query. */
export const inputFailures = [
  'malformed_json',
  'invalid_input',
  'payload_too_large',
  'unsupported_media_type',
];

/** What a route may answer to a person. */
export const principalFailures = [
  ...['unauthenticated', 'access_token_expired', 'access_token_invalid', 'email_unverified'],
  ...['identity_provider_unavailable', 'not_initialized', 'forbidden'],
];

/** GitHub did not answer as it should, or is where it must not be. */
export const githubOutages = [
  ...['rate_limited', 'secondary_limit', 'github_down', 'out_of_time', 'unreadable_answer'],
  ...['private_address', 'server_unreachable'],
];

/** GitHub refused what the tenant's token asked for, or did not answer. */
export const githubFailures = [
  ...['token_invalid', 'token_expired', 'token_sso_required', 'token_unreadable', 'missing_scope'],
  ...['missing_permission', 'no_push_access', 'not_found', 'blocked'],
  ...['app_not_found', 'app_suspended', 'app_key_refused', 'app_key_unreadable', 'clock_skew', 'no_app'],
  ...['installation_not_found', 'installation_suspended'],
  ...githubOutages,
];

/** The status that goes with each code. */
export const statuses: Record<string, number> = {
  malformed_json: 400,
  invalid_input: 400,
  range_reversed: 400,
  range_too_long: 400,
  too_many_points: 400,
  unauthenticated: 401,
  access_token_expired: 401,
  access_token_invalid: 401,
  data_token_expired: 401,
  data_token_invalid: 401,
  email_unverified: 403,
  forbidden: 403,
  init_secret_wrong: 403,
  route_not_found: 404,
  tenant_not_found: 404,
  repository_not_found: 404,
  server_not_found: 404,
  member_not_found: 404,
  run_not_found: 404,
  dashboard_not_found: 404,
  channel_not_found: 404,
  method_not_allowed: 405,
  not_initialized: 409,
  already_initialized: 409,
  already_tracked: 409,
  name_taken: 409,
  server_in_use: 409,
  last_administrator: 409,
  app_in_use: 409,
  app_key_unreadable: 409,
  token_unreadable: 409,
  channel_unreadable: 409,
  too_many_channels: 409,
  nothing_to_collect: 409,
  dashboard_exists: 409,
  dashboard_changed: 409,
  dashboard_canned: 409,
  dde_not_configured: 409,
  payload_too_large: 413,
  answer_too_large: 413,
  document_too_large: 413,
  unsupported_media_type: 415,
  confirmation_wrong: 422,
  demo_unavailable: 422,
  private_address: 422,
  server_unreachable: 422,
  github_token_refused: 422,
  repository_not_on_github: 422,
  token_invalid: 422,
  token_expired: 422,
  token_sso_required: 422,
  missing_scope: 422,
  missing_permission: 422,
  no_push_access: 422,
  not_found: 422,
  blocked: 422,
  app_not_found: 422,
  app_suspended: 422,
  app_key_refused: 422,
  app_key_malformed: 422,
  app_mismatch: 422,
  clock_skew: 422,
  no_app: 422,
  installation_not_found: 422,
  installation_suspended: 422,
  dashboard_invalid: 422,
  channel_gone: 422,
  channel_refused: 422,
  internal: 500,
  misconfigured: 500,
  channel_down: 502,
  channel_unreachable: 502,
  github_down: 502,
  unreadable_answer: 502,
  dde_refused: 502,
  channel_rate_limited: 503,
  rate_limited: 503,
  secondary_limit: 503,
  out_of_time: 503,
  start_failed: 503,
  dde_unavailable: 503,
  database_unavailable: 503,
  database_timeout: 503,
  schema_mismatch: 503,
  identity_provider_unavailable: 503,
};
