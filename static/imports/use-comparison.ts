import { useEffect, useState } from 'preact/hooks';
import type { ImportPreview } from '../../lib/answers/imports.ts';
import type { Targets } from '../../lib/imports/merge.ts';
import { useApp } from '../app-context.ts';
import { openCalls, type Pause } from './calls.ts';
import { addPreview, type Comparison, NOTHING_COMPARED } from './comparison.ts';
import type { Plan } from './protocol.ts';
import type { Reader } from './reading.ts';

export interface Comparing {
  /** Undefined until the parts are planned. */
  plan: Plan | undefined;
  comparison: Comparison;
  /** How many parts have been compared. */
  compared: number;
  pause: Pause | null;
  error: Error | undefined;
  retry: () => void;
}

/** Choices follow each other quickly. */
const PAUSE_MS = 250;

/** Asks what would be stored, part by part, whenever the targets change. Nothing is written. */
export function useComparison(tenantId: number, reader: Reader | null, targets: Targets): Comparing {
  const { api } = useApp();
  const [plan, setPlan] = useState<Plan>();
  const [comparison, setComparison] = useState(NOTHING_COMPARED);
  const [compared, setCompared] = useState(0);
  const [pause, setPause] = useState<Pause | null>(null);
  const [error, setError] = useState<Error>();
  const [round, setRound] = useState(0);
  const wanted = JSON.stringify(targets);

  useEffect(() => {
    setPlan(undefined);
    setComparison(NOTHING_COMPARED);
    setCompared(0);
    setPause(null);
    setError(undefined);
    if (!reader) return undefined;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      compare(reader, leaving.signal).catch((reason: Error) => {
        if (!leaving.signal.aborted) setError(reason);
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [tenantId, reader, wanted, round]);

  async function compare(from: Reader, signal: AbortSignal) {
    const planned = await from.ask({ kind: 'plan', targets: JSON.parse(wanted) });
    signal.throwIfAborted();
    setPlan(planned);
    const calls = openCalls(api, signal, (next) => signal.aborted || setPause(next));
    for (let number = 1; number <= planned.parts; number++) {
      const text = await from.ask({ kind: 'part', number });
      signal.throwIfAborted();
      const preview = await calls.send<ImportPreview>(
        'POST',
        `imports/${tenantId}/preview`,
        JSON.parse(text),
      );
      signal.throwIfAborted();
      setComparison((before) => addPreview(before, preview));
      setCompared(number);
    }
  }
  return { plan, comparison, compared, pause, error, retry: () => setRound((count) => count + 1) };
}
