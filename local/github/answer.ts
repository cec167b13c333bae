/** An answer to send. */
export interface Answer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

const DOCS = 'https://docs.github.com';
const TRAFFIC_DOCS: Record<string, string> = {
  views: '/rest/metrics/traffic#get-page-views',
  clones: '/rest/metrics/traffic#get-repository-clones',
  'popular/referrers': '/rest/metrics/traffic#get-top-referral-sources',
  'popular/paths': '/rest/metrics/traffic#get-top-referral-paths',
};

export function ok(body: unknown, headers: Record<string, string> = {}): Answer {
  return { status: 200, body, headers };
}

/** An error in GitHub's form: `status` is a string in the body. */
export function refuse(
  status: number,
  message: string,
  docs = '/rest',
  headers: Record<string, string> = {},
): Answer {
  return { status, body: { message, documentation_url: DOCS + docs, status: String(status) }, headers };
}

/** The documentation page named by an error about a repository's traffic. */
export function trafficDocs(figure: string): string {
  return TRAFFIC_DOCS[figure] ?? '/rest';
}

export const badCredentials = (): Answer => refuse(401, 'Bad credentials');

export const requiresAuthentication = (docs: string): Answer => refuse(401, 'Requires authentication', docs);

export const notFound = (docs = '/rest'): Answer => refuse(404, 'Not Found', docs);

export function movedTo(url: string): Answer {
  const docs = `${DOCS}/rest/guides/best-practices-for-using-the-rest-api#follow-redirects`;
  const body = { message: 'Moved Permanently', url, documentation_url: docs };
  return { status: 301, body, headers: { location: url } };
}

export function samlRequired(htmlUrl: string, organization: string): Answer {
  const url = `${htmlUrl}/orgs/${organization}/sso?authorization_request=A4XWOTQ2NZIOYR4V`;
  return refuse(
    403,
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    '/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/',
    { 'x-github-sso': `required; url=${url}` },
  );
}

export function rateLimited(status: number, who: string): Answer {
  const message = `API rate limit exceeded for ${who}. If you reach out to GitHub Support for help, please include the request ID 8A3C:1F2B:5D21F4:9E8C44:65F0A1B2.`;
  return refuse(status, message, '/rest/using-the-rest-api/rate-limits-for-the-rest-api');
}

/** The secondary limit names no quota, and not always a `retry-after`. */
export function secondaryLimited(status: number, retryAfter: number | undefined): Answer {
  return refuse(
    status,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID 8A3C:1F2B:5D21F4:9E8C44:65F0A1B2.',
    '/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  );
}
