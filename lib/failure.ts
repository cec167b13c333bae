/** The statuses that an expected failure may have. */
type FailureStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

/** The properties that all failures with one code share. */
interface FailureKind {
  /** The HTTP status of the answer. */
  status: FailureStatus;
  /** The sentence for a person if it is always the same: what happened, and what to do. */
  message?: string;
  /** GitHub's API gave it, and nothing of ours. */
  fromGitHub?: true;
  /** It usually goes away without anybody doing anything, so the same request is worth another try later. */
  passes?: true;
  /** The tenant's GitHub token causes it: it meets all repositories, and only another token ends it. */
  ofToken?: true;
  /** Every other request with the same token would fail too: asking more only uses up its quota, or time. */
  meetsAll?: true;
}

/**
 * Every expected failure. Programs rely on the codes and statuses, so they never change. Data only: every action's bundle
 * holds it.
 */
export const FAILURES = {
  // The request.
  malformed_json: { status: 400, message: 'The body is not valid JSON. Correct it and send it again.' },
  invalid_input: { status: 400 },
  range_reversed: { status: 400 },
  range_too_long: { status: 400 },
  too_many_points: { status: 400 },
  day_in_future: { status: 400 },
  route_not_found: { status: 404, message: 'This API has no such address. Check the URL.' },
  method_not_allowed: { status: 405 },
  payload_too_large: { status: 413 },
  document_too_large: { status: 413 },
  answer_too_large: {
    status: 413,
    message: 'The answer is too large. Ask for a shorter range, or for one page at a time.',
  },
  unsupported_media_type: { status: 415, message: 'Send the body as application/json.' },

  // Sign-in and rights.
  unauthenticated: { status: 401, message: 'Sign in first: the request has no access token.' },
  access_token_expired: { status: 401, message: 'Your session has ended. Sign in again.' },
  access_token_revoked: { status: 401, message: 'You have signed out. Sign in again.' },
  access_token_invalid: { status: 401, message: 'This access token is not accepted here. Sign in again.' },
  data_token_expired: { status: 401, message: 'This token has expired. Load the dashboard again.' },
  data_token_invalid: {
    status: 401,
    message: 'This token does not give access to this data. Load the dashboard again.',
  },
  key_invalid: {
    status: 401,
    message: 'This API key is not accepted here. Check that it is complete, or make another one.',
  },
  key_expired: { status: 401 },
  key_revoked: {
    status: 401,
    message: 'This API key was revoked. Ask a manager of the tenant for another one.',
  },
  key_in_address: {
    status: 400,
    message:
      'The address holds an API key, and logs keep addresses. Send the key in the header Authorization: Bearer …, and replace it: this one may have been read by others. Only keys with the scope spreadsheet or feed belong in an address, and each only in its own.',
  },
  key_rate_limited: { status: 429, passes: true },
  key_scope: { status: 403 },
  person_required: {
    status: 403,
    message: 'An API key cannot do this. Sign in as a person, on the pages.',
  },
  email_unverified: {
    status: 403,
    message:
      'The sign-in service has no verified e-mail address for you. Verify your address there, then sign in again.',
  },
  email_not_ascii: {
    status: 403,
    message:
      'Your e-mail address at the sign-in service has characters outside of ASCII, and roles are never given to such addresses. Change your address there, then sign in again.',
  },
  role_claimed: {
    status: 403,
    message:
      'The role for your address belongs to another account at the sign-in service, which signed in with the address first. Ask an administrator, or a manager of the tenant, to remove the role and to give it again.',
  },
  address_changed: { status: 403 },
  forbidden: { status: 403 },
  origin_refused: {
    status: 403,
    message:
      'Pages of this origin may not call this address. An operator can name the origin in ALLOWED_ORIGINS.',
  },
  init_secret_wrong: {
    status: 403,
    message: 'This is not the secret that the installation was set up with. Check INIT_SECRET.',
  },
  identity_provider_unavailable: {
    status: 503,
    passes: true,
    message: 'The sign-in service cannot be reached. Try again in a minute.',
  },

  // Not found, or not visible: the answer does not say which.
  tenant_not_found: { status: 404 },
  repository_not_found: { status: 404 },
  server_not_found: { status: 404 },
  member_not_found: { status: 404 },
  run_not_found: { status: 404 },
  dashboard_not_found: { status: 404 },
  channel_not_found: { status: 404 },
  rule_not_found: { status: 404 },
  annotation_not_found: { status: 404 },
  alert_not_found: { status: 404 },
  snooze_not_found: { status: 404 },
  key_not_found: { status: 404 },
  import_not_found: { status: 404 },
  group_not_found: { status: 404 },
  share_not_found: { status: 404 },
  subscription_not_found: { status: 404 },

  // The installation and its database.
  not_initialized: {
    status: 409,
    message: 'This installation is not initialized yet. Open its start page.',
  },
  already_initialized: {
    status: 409,
    message: 'This installation is already initialized. Sign in to use it.',
  },
  confirmation_wrong: { status: 422 },
  demo_unavailable: { status: 422, message: 'This installation does not offer the GitHub simulator.' },
  internal: { status: 500 },
  misconfigured: { status: 500 },
  schema_mismatch: { status: 503 },
  database_unavailable: {
    status: 503,
    passes: true,
    message: 'The database cannot be reached. Try again in a minute.',
  },
  database_timeout: {
    status: 503,
    passes: true,
    message: 'The database took too long and was stopped. Try again in a minute, or ask for less at once.',
  },
  database_full: {
    status: 503,
    message:
      'The disk of the database is full, so nothing was saved. Its operator must free or add space; then try again.',
  },
  database_out_of_memory: {
    status: 503,
    passes: true,
    message: 'The database has run out of memory. Try again in a minute, or ask for less at once.',
  },
  database_read_only: {
    status: 503,
    message:
      'The database is read-only, so nothing was saved: it is a standby, or its operator or a full disk made it so. Its operator must make it writable.',
  },

  // Members, servers and tenants.
  last_administrator: {
    status: 409,
    message: 'This is the last administrator. Make somebody else an administrator first.',
  },
  name_taken: { status: 409 },
  server_in_use: { status: 409, message: 'Tenants use this server. Delete them first.' },
  private_address: { status: 422 },
  server_unreachable: { status: 422, passes: true },
  github_token_refused: { status: 422 },
  token_unreadable: {
    status: 409,
    ofToken: true,
    message:
      'The stored GitHub token cannot be opened with the configured TOKEN_KEY. Set the tenant’s token again.',
  },

  // GitHub's App of a server.
  no_app: {
    status: 422,
    message: 'This GitHub server has no app yet. An administrator can set one.',
  },
  app_in_use: { status: 409 },
  app_mismatch: { status: 422 },
  app_key_malformed: { status: 422 },
  app_key_unreadable: {
    status: 409,
    message:
      'The private key of the GitHub App cannot be opened with the configured TOKEN_KEY. Set the app again.',
  },
  app_key_refused: {
    status: 422,
    fromGitHub: true,
    message:
      'GitHub does not accept the private key for this app: it belongs to another app, or was deleted. Make a new key in the app’s settings and save it here.',
  },
  app_not_found: { status: 422, fromGitHub: true },
  app_suspended: {
    status: 422,
    fromGitHub: true,
    message: 'GitHub has suspended the app. Its owner must contact GitHub.',
  },
  clock_skew: {
    status: 422,
    fromGitHub: true,
    message:
      'GitHub rejects the time of the app’s signature. Set the clock of the machine that runs the actions, or of the GitHub server.',
  },
  app_token_refused: {
    status: 502,
    fromGitHub: true,
    passes: true,
    meetsAll: true,
    message:
      'GitHub does not accept the token that it just made for the GitHub App. This usually passes within the hour. If it does not, check the app’s installation at GitHub.',
  },
  installation_not_found: {
    status: 422,
    fromGitHub: true,
    message:
      'The GitHub App is no longer installed there. Install it again, then choose the new installation here.',
  },
  installation_suspended: {
    status: 422,
    fromGitHub: true,
    message:
      'The installation of the GitHub App is suspended. Its organization can lift this in its settings.',
  },

  // The token and its permissions.
  token_invalid: { status: 422, fromGitHub: true, ofToken: true, meetsAll: true },
  token_expired: { status: 422, fromGitHub: true, ofToken: true, meetsAll: true },
  token_sso_required: {
    status: 422,
    fromGitHub: true,
    message: 'The organization requires single sign-on. Authorize the token for it at GitHub.',
  },
  missing_scope: {
    status: 422,
    fromGitHub: true,
    ofToken: true,
    message:
      'The classic token lacks the scope repo (public_repo is enough for public repositories). Add it at GitHub.',
  },
  missing_permission: { status: 422, fromGitHub: true },
  no_push_access: { status: 422, fromGitHub: true },
  not_found: {
    status: 422,
    fromGitHub: true,
    message:
      'GitHub shows this token no such repository. Check the name, and that the token may see the repository if it is private.',
  },
  blocked: { status: 422, fromGitHub: true },
  archived: {
    status: 422,
    fromGitHub: true,
    message: 'GitHub gives no traffic of archived repositories. What is stored stays.',
  },

  // GitHub's limits and outages.
  rate_limited: { status: 503, fromGitHub: true, passes: true, meetsAll: true },
  secondary_limit: { status: 503, fromGitHub: true, passes: true, meetsAll: true },
  out_of_time: { status: 503, fromGitHub: true, passes: true, meetsAll: true },
  github_down: { status: 502, fromGitHub: true, passes: true },
  unreadable_answer: { status: 502, fromGitHub: true, passes: true },

  // Repositories and collections.
  already_tracked: { status: 409 },
  repository_not_on_github: { status: 422 },
  nothing_to_collect: {
    status: 409,
    message: 'There is nothing to collect: no repository is tracked, or all are paused.',
  },
  // Rules that track repositories.
  group_exists: { status: 409 },
  too_many_groups: { status: 409 },
  rule_exists: { status: 409 },
  too_many_rules: { status: 409 },
  rule_too_wide: { status: 422 },
  owner_not_found: { status: 422 },
  nothing_of_owner: { status: 422 },
  start_failed: { status: 503, passes: true },
  // Stored with a run; no request is answered with it.
  abandoned: {
    status: 503,
    passes: true,
    message: 'The collection stopped before its end. The next one collects what is left.',
  },

  // Dashboards.
  dashboard_exists: { status: 409 },
  dashboard_changed: { status: 409 },
  dashboard_canned: {
    status: 409,
    message: 'This dashboard is built-in and cannot be changed. Copy it and change the copy.',
  },
  dashboard_invalid: { status: 422 },
  dde_not_configured: {
    status: 409,
    message:
      'Cognos Dashboard Embedded is not configured here. Set DDE_API_URL, DDE_CLIENT_ID and DDE_CLIENT_SECRET, or use the dashboards of the pages.',
  },
  dde_refused: { status: 502 },
  dde_unavailable: {
    status: 503,
    passes: true,
    message: 'Cognos Dashboard Embedded does not answer. Try again in a minute.',
  },

  // API keys.
  key_exists: { status: 409 },
  too_many_keys: { status: 409 },

  // Annotations.
  too_many_annotations: { status: 409 },
  too_many_snoozes: { status: 409 },

  // Shares and their files.
  share_name_taken: { status: 409 },
  too_many_shares: { status: 409 },
  files_not_configured: {
    status: 409,
    message:
      'Nothing can be shared here yet: there is no storage for shared files. Set FILES_URL, FILES_ENDPOINT, FILES_BUCKET, FILES_ACCESS_KEY_ID and FILES_SECRET_ACCESS_KEY, and deploy again.',
  },
  files_refused: { status: 422 },
  files_unavailable: {
    status: 503,
    passes: true,
    message: 'The storage of shared files does not answer, or fails. It is tried again within the hour.',
  },
  // Imports.
  import_not_open: { status: 409 },
  import_incomplete: { status: 409 },
  import_part_differs: { status: 409 },

  // Subscriptions.
  too_many_subscriptions: { status: 409 },

  // Reports that are sent now.
  too_many_reports: { status: 429 },

  // Channels.
  too_many_channels: { status: 409 },
  channel_unreadable: {
    status: 409,
    message:
      'The stored address cannot be opened with the configured TOKEN_KEY. Enter the channel’s address again.',
  },
  channel_gone: { status: 422 },
  channel_refused: { status: 422 },
  channel_down: { status: 502, passes: true },
  channel_unreachable: { status: 502, passes: true },
  channel_rate_limited: { status: 503, passes: true },

  // Mail.
  mail_not_configured: {
    status: 409,
    message:
      'This installation sends no mail yet. Ask whoever runs it to set SMTP_URL and MAIL_FROM, or choose another kind of channel.',
  },
  mail_unconfirmed: {
    status: 409,
    message:
      'The receiver has not confirmed this address yet, so it gets no mail. Ask them to open the link in the mail that we sent there.',
  },
  mail_stopped: {
    status: 409,
    message:
      'The receiver wants no mail at this address. Only they can change that, with the link in a mail that they got.',
  },
  too_many_mails: { status: 429 },
  mail_link_invalid: {
    status: 404,
    message: 'This link is not valid, or no longer. Open it again from the newest mail that you got.',
  },
  mail_link_expired: {
    status: 409,
    message: 'This link has expired. Ask whoever entered your address to send you a new one.',
  },
  mail_unreachable: { status: 502, passes: true },
  mail_timeout: {
    status: 502,
    passes: true,
    message: 'The mail server did not answer in time. The mail is tried again later.',
  },
  mail_not_encrypted: {
    status: 422,
    message:
      'The mail server offers no encryption (STARTTLS), so nothing was sent. Ask whoever runs the installation to correct SMTP_URL.',
  },
  mail_certificate: { status: 422 },
  mail_login_refused: { status: 422 },
  mail_recipient_refused: { status: 422 },
  mail_refused: { status: 422 },
  mail_try_later: { status: 503, passes: true },
} as const satisfies Record<string, FailureKind>;

/** The code of an expected failure. */
export type FailureCode = keyof typeof FAILURES;

type CodeWithMessage = {
  [Code in FailureCode]: (typeof FAILURES)[Code] extends { message: string } ? Code : never;
}[FailureCode];

const kinds = new Map<string, FailureKind>(Object.entries(FAILURES));

/** The codes of failures that usually go away without anybody doing anything. */
export const PASSING_CODES = (Object.keys(FAILURES) as FailureCode[]).filter(passesByItself);

/** True for a failure that usually goes away without anybody doing anything. */
export function passesByItself(code: string): boolean {
  return kinds.get(code)?.passes === true;
}

/** True for a failure that the tenant's GitHub token causes, and that only another token ends. */
export function isTokenFault(code: string): boolean {
  return kinds.get(code)?.ofToken === true;
}

/** True where every other request with the same token would fail too. */
export function meetsEveryRequest(code: string): boolean {
  return kinds.get(code)?.meetsAll === true;
}

/** True for a failure that GitHub's API gives. */
export function isFromGitHub(code: string): boolean {
  return kinds.get(code)?.fromGitHub === true;
}

/** True where GitHub refuses a request, and will until somebody changes the token, the app or the repository. */
export function isRefusal(code: string): boolean {
  return isFromGitHub(code) && !passesByItself(code);
}

/** Facts about a failure, safe to show; never a secret. */
export interface FailureDetails {
  /** ISO 8601: another try can succeed from then on. */
  retryAt?: string;
  /** The same in seconds from now, which the header `Retry-After` repeats. */
  retryAfter?: number;
  /** The scopes or permissions that are missing, in GitHub's words: `repo`, `administration=read`. */
  needed?: string;
  /** The version of the GitHub Enterprise Server that refuses. */
  serverVersion?: string;
  /** Where the token's owner authorizes it for the organization. */
  ssoUrl?: string;
  [fact: string]: unknown;
}

/**
 * An expected failure: a code that programs may rely on, and a sentence that says what happened and what to do. It never
 * holds a token. Everything else that is thrown is a defect and answered 500.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly status: FailureStatus;
  readonly details: FailureDetails | undefined;

  /** The message may be left out where the registry has one. */
  constructor(code: CodeWithMessage, message?: string, details?: FailureDetails);
  constructor(code: FailureCode, message: string, details?: FailureDetails);
  constructor(code: FailureCode, message?: string, details?: FailureDetails) {
    const kind: FailureKind = FAILURES[code];
    super(message ?? kind.message);
    this.name = 'Failure';
    this.code = code;
    this.status = kind.status;
    this.details = details;
  }
}
