import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DataName } from '../../lib/dashboards/rules.ts';
import type { Row } from './rows.ts';
import type { Tables } from './tables.ts';
import { WidgetError } from './widget-error.ts';

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
    const read = (name: DataName) => tables.read(name, scope).catch(toFault);
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
function toFault(error: unknown): WidgetError {
  if (error instanceof WidgetError) return error;
  throw error;
}
