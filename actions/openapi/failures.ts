import * as z from 'zod';
import { FAILURES, type FailureCode, isFromGitHub, isRefusal, passesByItself } from '../../lib/failure.ts';

/** What every failure answers. */
export const Failure = z.object({
  error: z.object({
    /** Programs may rely on it. */
    code: z.string(),
    /** One sentence that says what happened and what to do. */
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

const codes = Object.keys(FAILURES) as FailureCode[];

/** What any route may answer. */
export const commonFailures: FailureCode[] = [
  'route_not_found',
  'method_not_allowed',
  'answer_too_large',
  'misconfigured',
  'internal',
  'database_unavailable',
  'database_timeout',
  'database_full',
  'database_out_of_memory',
  'database_read_only',
  'schema_mismatch',
];

/** What a route may answer that reads a body or a query. */
export const inputFailures: FailureCode[] = [
  'malformed_json',
  'invalid_input',
  'payload_too_large',
  'unsupported_media_type',
];

/** What a route may answer to a person. */
export const principalFailures: FailureCode[] = [
  'unauthenticated',
  'access_token_expired',
  'access_token_revoked',
  'access_token_invalid',
  'email_unverified',
  'email_not_ascii',
  'identity_provider_unavailable',
  'not_initialized',
  'role_claimed',
  'address_changed',
  'forbidden',
];

/** What a route may answer to an API key, or to somebody who sends one where it does not belong. */
export const keyFailures: FailureCode[] = [
  'key_invalid',
  'key_expired',
  'key_revoked',
  'key_in_address',
  'key_rate_limited',
  'key_scope',
  'person_required',
];

/** GitHub did not answer as it should, or is at an address that is not allowed. */
export const githubOutages: FailureCode[] = [
  ...codes.filter((code) => passesByItself(code) && isFromGitHub(code)),
  'private_address',
  'server_unreachable',
];

/** GitHub refused what the tenant's token asked for, or did not answer. */
export const githubFailures: FailureCode[] = [
  ...codes.filter(isRefusal),
  'token_unreadable',
  'app_key_unreadable',
  'no_app',
  ...githubOutages,
];
