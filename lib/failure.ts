/** The statuses that an expected failure may have. */
export type FailureStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

/**
 * An expected failure: what went wrong in one sentence that a person can act on, and a code that programs may rely on.
 * Everything else that is thrown is a defect and answered 500.
 */
export class Failure extends Error {
  readonly status: FailureStatus;
  readonly code: string;
  /** Facts about the failure, safe to show; never a secret. */
  readonly details: Record<string, unknown> | undefined;

  constructor(status: FailureStatus, code: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.name = 'Failure';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}
