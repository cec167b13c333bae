import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DashboardData } from '../../lib/answers/dashboards.ts';
import type { DataName } from '../../lib/dashboards/rules.ts';
import { type Api, ApiError } from '../api.ts';
import { WidgetError } from './widget-error.ts';

/** A row of a table as specifications see it; without a repository where all are summed up. */
export interface Row {
  RID: number | null;
  ORGNAME: string | null;
  REPONAME: string | null;
  /** The day, or the week's or month's first one, at 00:00 UTC. */
  TDATE: Date;
  VIEWCOUNT: number | null;
  VUNIQUES: number | null;
  CLONECOUNT: number | null;
  CUNIQUES: number | null;
  /** What the row is of, and the day after it; where the table's name does not say that. */
  STEP?: string;
  TEND?: Date;
}

const figure = (cell: string | undefined) => (cell ? Number(cell) : null);

const midnight = (day: string | undefined) => new Date(`${day}T00:00:00Z`);

/** The API marks text that a spreadsheet would run as a formula. */
const withoutQuoteMark = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@])/, '') || null;

/** The rows of a file of the traffic's table, whose header is known. */
function parseRows(csv: string): Row[] {
  const [, ...lines] = csv.split('\r\n');
  return lines.filter(Boolean).map((line) => {
    const [id, owner, name, day, views, visitors, clones, cloners, step, end] = line.includes('"')
      ? splitQuoted(line)
      : line.split(',');
    return {
      RID: figure(id),
      ORGNAME: withoutQuoteMark(owner),
      REPONAME: withoutQuoteMark(name),
      TDATE: midnight(day),
      VIEWCOUNT: figure(views),
      VUNIQUES: figure(visitors),
      CLONECOUNT: figure(clones),
      CUNIQUES: figure(cloners),
      ...(step && { STEP: step, TEND: midnight(end) }),
    };
  });
}

function splitQuoted(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}

const MAX_KEPT = 12;
/** More would fill a browser's memory at some point. */
const MAX_ROWS = 300_000;

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
    if (total > MAX_ROWS) throw tooMany();
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
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return reading;
    },
  };
}

const tooMany = () =>
  new WidgetError('too_large', 'More than 300,000 rows. Pick fewer days or repositories.');

/** The rows of tables, or why a table has none to draw. */
export type RowsByName = Partial<Record<DataName, Row[] | WidgetError>>;

interface Shown {
  /** Undefined until the first rows are there. */
  rows: RowsByName | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

/** The rows of some tables in a scope. While others are being read those before stay, so that nothing jumps. */
export function useRows(tables: Tables | undefined, names: DataName[], scope: string): Shown {
  const asked = names.toSorted().join();
  const [state, setState] = useState<{ rows?: RowsByName; error?: Error; loading: boolean }>({
    loading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!tables) return;
    let gone = false;
    setState(({ rows }) => ({ ...(rows && { rows }), loading: true }));
    const reading = asked.split(',').filter(Boolean) as DataName[];
    const read = (name: DataName) => tables.read(name, scope).catch(requireWidgetError);
    Promise.all(reading.map(async (name) => [name, await read(name)] as const)).then(
      (read) => gone || setState({ rows: Object.fromEntries(read), loading: false }),
      (error: Error) => gone || setState({ error, loading: false }),
    );
    return () => {
      gone = true;
    };
  }, [tables, asked, scope, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { rows: state.rows, error: state.error, loading: state.loading, reload };
}

/** What one widget asks too much of does not keep the others. */
function requireWidgetError(error: unknown): WidgetError {
  if (error instanceof WidgetError) return error;
  throw error;
}
