import { useEffect, useRef, useState } from 'preact/hooks';
import { useThemeRound } from '../theme.tsx';
import type { Drawing, Drawn, Size, Tip } from './draw.ts';

interface PictureProps {
  spec: unknown;
  rows: Drawing['rows'];
  /** Describes the drawing for screen readers. */
  label: string;
  /** Called with what was drawn, or with the error. */
  onDrawn: (drawn: Drawn | undefined, error?: Error) => void;
}

const sizeOf = (box: HTMLElement): Size => ({
  width: Math.max(120, box.clientWidth),
  height: Math.max(100, box.clientHeight),
});

/** Draws a specification in the size of its box, again when the rows or the theme change. */
export function Picture({ spec, rows, label, onDrawn }: PictureProps) {
  const place = useRef<HTMLDivElement>(null);
  const inputs = useRef<HTMLDivElement>(null);
  const theme = useThemeRound();
  const [tip, setTip] = useState<Tip | null>(null);

  useEffect(() => {
    const box = place.current;
    const controls = inputs.current;
    if (!box || !controls) return;
    let gone = false;
    let drawn: Drawn | undefined;
    const canvas = document.createElement('div');
    const draw = async () => {
      if (gone) return;
      const { drawWidget } = await import('./draw.ts');
      drawn = await drawWidget({
        spec,
        rows,
        size: sizeOf(box),
        box: canvas,
        inputs: controls,
        onTip: setTip,
      });
      if (gone) return drawn.close();
      box.replaceChildren(canvas);
      onDrawn(drawn);
    };
    inTurn(draw).catch((error: Error) => {
      if (!gone) onDrawn(undefined, error);
    });
    const watcher = new ResizeObserver(() => drawn?.resize(sizeOf(box)));
    watcher.observe(box);
    return () => {
      gone = true;
      watcher.disconnect();
      drawn?.close();
      setTip(null);
    };
  }, [spec, rows, theme, onDrawn]);

  return (
    <>
      <div class="widget-box" role="img" aria-label={label} ref={place} />
      <div class="widget-inputs" ref={inputs} />
      {tip && <TipBox tip={tip} />}
    </>
  );
}

/** The tooltip, always as text. */
function TipBox({ tip: { x, y, lines } }: { tip: Tip }) {
  const left =
    x > window.innerWidth / 2 ? { right: `${window.innerWidth - x + 12}px` } : { left: `${x + 12}px` };
  return (
    <div class="tip widget-tip" style={{ ...left, top: `${y + 12}px` }} aria-hidden="true">
      <ul>
        {lines.map(([name, text]) => (
          <li key={name}>
            {name}
            <b>{text}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

let last: Promise<unknown> = Promise.resolve();

/** Runs one piece of work after another and lets the browser paint in between, so that the first widget shows early. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(() => new Promise((resolve) => setTimeout(resolve))).then(work);
  last = turn.catch(() => undefined);
  return turn;
}
