import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DashboardData } from '../../lib/answers/dashboards.ts';
import type { DataName } from '../../lib/dashboards/rules.ts';
import type { Api } from '../api.ts';
import { WidgetError } from './widget-error.ts';

/** A row of a table as specifications see it. A sum has no repository. */
export interface Row {
  RID: number | null;
  ORGNAME: string | null;
  REPONAME: string | null;
  /** The day, or the first day of the week or month, at 00:00 UTC. */
  TDATE: Date;
  VIEWCOUNT: number | null;
  VUNIQUES: number | null;
  CLONECOUNT: number | null;
  CUNIQUES: number | null;
  /** The row's step and the day after it, in tables whose step depends on the range. */
  STEP?: string;
  TEND?: Date;
}

const figure = (cell: string | undefined) => (cell ? Number(cell) : null);

const midnight = (day: string | undefined) => new Date(`${day}T00:00:00Z`);

/** The API puts an apostrophe before text that a spreadsheet would run as a formula. */
const withoutQuoteMark = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@])/, '') || null;

/** Parses the CSV of a traffic table; skips its header. */
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
/** More could exhaust the browser's memory. */
const MAX_ROWS = 300_000;

/** The tables of one tenant. */
export interface Tables {
  /**
   * Rows of a table in a scope (`range` or `from` and `to`, `repositories`); read once.
   * Throws a `WidgetError` if there are too many.
   */
  read(name: DataName, scope: string): Promise<Row[]>;
}

/** Reads the tables of a dashboard. */
export function openTables(api: Api, data: DashboardData): Tables {
  const kept = new Map<string, Promise<Row[]>>();

  async function readAll(name: DataName, scope: string): Promise<Row[]> {
    const path = `${data.url.replace(/^\//, '')}?${data.queries[name]}${scope && `&${scope}`}`;
    const pages: Row[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer: Response = await api.text({ url: `${path}&cursor=${cursor}` });
      if (Number(answer.headers.get('x-total-count')) > MAX_ROWS) throw tooMany();
      pages.push(parseRows(await answer.text()));
      cursor = answer.headers.get('x-next-cursor');
    }
    return pages.flat();
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

/** The rows of tables, or why a table has none. */
export type RowsByName = Partial<Record<DataName, Row[] | WidgetError>>;

interface Shown {
  /** Undefined until the first rows arrive. */
  rows: RowsByName | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

/** The rows of some tables in a scope. While new ones load, the old ones stay, so that nothing jumps. */
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

/** A table that is too large for one widget does not stop the others. */
function requireWidgetError(error: unknown): WidgetError {
  if (error instanceof WidgetError) return error;
  throw error;
}
