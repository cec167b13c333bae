import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DashboardData } from '../../lib/answers/dashboards.ts';
import type { DataName } from '../../lib/dashboards/rules.ts';
import type { Api } from '../api.ts';
import { parseRows } from './rows.ts';
import { WidgetError } from './widget-error.ts';

/** A table of a dashboard. Its rows are parsed where they are drawn. */
export interface Table {
  /** Its CSV, in pages that each begin with a header. */
  pages: string[];
  isEmpty: boolean;
  /** The step of its rows, if it depends on the range. */
  step: string | undefined;
}

function toTable(pages: string[]): Table {
  const [first = ''] = pages;
  const [row] = parseRows(first.split('\r\n', 2).join('\r\n'));
  return { pages, isEmpty: !row, step: row?.STEP };
}

const MAX_KEPT = 12;
/** More could exhaust the browser's memory. */
const MAX_ROWS = 300_000;

/** The tables of one tenant. */
export interface Tables {
  /**
   * A table in a scope (`range` or `from` and `to`, `repositories`); read once.
   * Throws a `WidgetError` if there are too many.
   */
  read(name: DataName, scope: string): Promise<Table>;
}

/** Reads the tables of a dashboard. */
export function openTables(api: Api, data: DashboardData): Tables {
  const kept = new Map<string, Promise<Table>>();

  async function readAll(name: DataName, scope: string): Promise<Table> {
    const path = `${data.url.replace(/^\//, '')}?${data.queries[name]}${scope && `&${scope}`}`;
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer: Response = await api.text({ url: `${path}&cursor=${cursor}` });
      if (Number(answer.headers.get('x-total-count')) > MAX_ROWS) throw tooMany();
      pages.push(await answer.text());
      cursor = answer.headers.get('x-next-cursor');
    }
    return toTable(pages);
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

/** Tables, or why there is none. */
export type TablesByName = Partial<Record<DataName, Table | WidgetError>>;

interface Shown {
  /** Undefined until the first ones arrive. */
  tables: TablesByName | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

/** Some tables in a scope. While new ones load, the old ones stay, so that nothing jumps. */
export function useTables(tables: Tables | undefined, names: DataName[], scope: string): Shown {
  const asked = names.toSorted().join();
  const [state, setState] = useState<{ shown?: TablesByName; error?: Error; loading: boolean }>({
    loading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!tables) return;
    let gone = false;
    setState(({ shown }) => ({ ...(shown && { shown }), loading: true }));
    const reading = asked.split(',').filter(Boolean) as DataName[];
    const read = (name: DataName) => tables.read(name, scope).catch(requireWidgetError);
    Promise.all(reading.map(async (name) => [name, await read(name)] as const)).then(
      (read) => gone || setState({ shown: Object.fromEntries(read), loading: false }),
      (error: Error) => gone || setState({ error, loading: false }),
    );
    return () => {
      gone = true;
    };
  }, [tables, asked, scope, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { tables: state.shown, error: state.error, loading: state.loading, reload };
}

/** A table that is too large for one widget does not stop the others. */
function requireWidgetError(error: unknown): WidgetError {
  if (error instanceof WidgetError) return error;
  throw error;
}
