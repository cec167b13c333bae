import { useEffect, useState } from 'preact/hooks';

const CHANGED = 'lit-events-changed';
const NONE: ReadonlySet<string> = new Set();
let lit = NONE;

interface Happening {
  date: string;
  title: string;
}

/** Tells events apart on one page. */
export const eventKey = ({ date, title }: Happening) => `${date} ${title}`;

/** Lights these events wherever they are shown: in the chart and in the list. None: lights nothing. */
export function lightEvents(events: readonly Happening[]) {
  lit = events.length > 0 ? new Set(events.map(eventKey)) : NONE;
  window.dispatchEvent(new Event(CHANGED));
}

/** The keys of the events under the pointer. */
export function useLitEvents(): ReadonlySet<string> {
  const [shown, setShown] = useState(lit);
  useEffect(() => {
    const changed = () => setShown(lit);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  return shown;
}
