import * as z from 'zod';
import { Failure } from '../failure.ts';

/** An instance of IBM Cognos (Dynamic) Dashboard Embedded. */
export interface DdeAccount {
  /** Its `api_endpoint_url`, such as https://us-south.dynamic-dashboard-embedded.cloud.ibm.com/daas/ */
  apiUrl: string;
  clientId: string;
  clientSecret: string;
}

const Session = z.object({ sessionCode: z.string(), sessionId: z.string().optional() });

/** What the script of Cognos opens a dashboard with. */
export interface DdeSession {
  sessionCode: string;
  sessionId: string | null;
  expiresIn: number;
}

const SECONDS = 3600;
const TIMEOUT_MS = 10_000;

/** The failure for a session where no instance is configured. */
export function ddeNotConfigured(): Failure {
  return new Failure('dde_not_configured');
}

function unavailable(): Failure {
  return new Failure('dde_unavailable');
}

function refused(status: number): Failure {
  const message = `Cognos Dashboard Embedded refused the session (${status}): check DDE_CLIENT_ID, DDE_CLIENT_SECRET and its web domains.`;
  return new Failure('dde_refused', message, { status });
}

/**
 * Opens a session for one hour, for the pages at an origin. Throws `dde_refused` and `dde_unavailable`.
 *
 * Its API: `POST v1/session` with the client's id and secret, as https://github.com/IBM-Cloud/github-traffic-stats used it.
 */
export async function openDdeSession(account: DdeAccount, webDomain: string): Promise<DdeSession> {
  const basic = Buffer.from(`${account.clientId}:${account.clientSecret}`).toString('base64');
  const response = await fetch(new URL('v1/session', account.apiUrl.replace(/\/?$/, '/')), {
    method: 'POST',
    redirect: 'error',
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify({ expiresIn: SECONDS, webDomain }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw unavailable();
  });
  if (response.status >= 400 && response.status < 500 && response.status !== 429)
    throw refused(response.status);
  const answer: unknown = response.ok ? await response.json().catch(() => null) : null;
  const session = Session.safeParse(answer);
  if (!session.success) throw unavailable();
  const { sessionCode, sessionId = null } = session.data;
  return { sessionCode, sessionId, expiresIn: SECONDS };
}
