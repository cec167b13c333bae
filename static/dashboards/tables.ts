import type { DashboardData } from '../../lib/answers/dashboards.ts';
import type { DataName } from '../../lib/dashboards/rules.ts';
import { type Api, ApiError } from '../api.ts';
import { parseRows, type Row } from './rows.ts';
import { WidgetError } from './widget-error.ts';

const KEPT_AT_MOST = 12;
/** More would fill a browser's memory at some point. */
const ROWS_AT_MOST = 300_000;

/** The tables of one tenant. */
export interface Tables {
  /**
   * Rows of a table in a scope (`range` or `from` and `to`, `repositories`); asked for once. A `WidgetError` when they are
   * too many.
   */
  read(name: DataName, scope: string): Promise<Row[]>;
}

/** Reads with a dashboard's data token, which is renewed as often as it ends. */
export function openTables(api: Api, tenantId: number, first: DashboardData): Tables {
  let data = first;
  let renewing: Promise<void> | undefined;
  const kept = new Map<string, Promise<Row[]>>();

  function renew(): Promise<void> {
    renewing ??= api
      .send<DashboardData>('POST', `dashboards/${tenantId}/data-token`, {})
      .then((renewed) => {
        data = renewed;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  async function ask(path: string): Promise<Response> {
    const { token } = data;
    return api.text({ url: path }, token).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (data.token === token) await renew();
      return api.text({ url: path }, data.token);
    });
  }

  async function readAll(name: DataName, scope: string): Promise<Row[]> {
    const path = `${data.url.replace(/^\//, '')}?${data.queries[name]}${scope && `&${scope}`}`;
    const first = await ask(`${path}&page=1`);
    const rows = parseRows(await first.text());
    const total = Number(first.headers.get('x-total-count'));
    if (total > ROWS_AT_MOST) throw tooMany();
    // All pages but the last are as long as the first.
    const pages = Math.ceil(total / Math.max(1, rows.length));
    const others = Array.from({ length: Math.max(0, pages - 1) }, async (_, index) =>
      parseRows(await (await ask(`${path}&page=${index + 2}`)).text()),
    );
    return [rows, ...(await Promise.all(others))].flat();
  }

  return {
    read(name, scope) {
      const key = `${name}?${scope}`;
      const known = kept.get(key);
      if (known) return known;
      const reading = readAll(name, scope);
      kept.set(key, reading);
      reading.catch(() => kept.delete(key));
      const oldest = kept.keys().next().value;
      if (kept.size > KEPT_AT_MOST && oldest !== undefined) kept.delete(oldest);
      return reading;
    },
  };
}

const tooMany = () =>
  new WidgetError('too_large', 'These are more than 300,000 rows. Pick fewer days or repositories.');
