import { getJson } from '../get-json.ts';
import { Refusal } from './refusal.ts';

/** What a caller may do in the product, by its own answer to `GET /me`. */
export interface Rights {
  /** In the whole installation. */
  system: string[];
  /** In the tenant that was asked for; null: the caller does not see it. */
  tenant: string[] | null;
}

interface MeAnswer {
  rights: string[];
  tenants: { tenantId: number; rights: string[] }[];
}

/**
 * Asks the product with the caller's own access token, so that its rules about roles stay in one place. Throws what the API refuses
 * with, and `api_unavailable`.
 */
export async function askRights(apiUrl: string, token: string, tenantId: number | null): Promise<Rights> {
  const query = tenantId === null ? '' : `?tenant=${tenantId}`;
  const answer = await getJson(`${apiUrl}/me${query}`, {
    headers: { authorization: `Bearer ${token}` },
    timeoutMs: 20_000,
  }).catch(() => null);
  const body = answer?.body as
    | (Partial<MeAnswer> & { error?: { code?: string; message?: string } })
    | null
    | undefined;
  if (answer?.status === 200 && body?.rights && body.tenants) {
    const tenant = body.tenants.find((one) => one.tenantId === tenantId);
    return { system: body.rights, tenant: tenant ? [...body.rights, ...tenant.rights] : null };
  }
  const { code = 'api_unavailable', message = 'The actions do not answer. Try again in a minute.' } =
    (typeof body?.error === 'object' && body.error) || {};
  throw new Refusal(
    answer && answer.status >= 400 && answer.status < 500 ? answer.status : 503,
    code,
    message,
  );
}
