import { useEffect, useRef, useState } from 'preact/hooks';
import { useThemeRound } from '../theme.tsx';
import type { Drawing, Drawings, Drawn } from './drawings.ts';
import { Inputs } from './inputs.tsx';
import type { Input, Size, Tip } from './protocol.ts';
import { themeConfig } from './theme-config.ts';

interface PictureProps {
  drawings: Drawings;
  spec: unknown;
  tables: Drawing['tables'];
  /** Counts how often you asked to try again. */
  attempt: number;
  /** Describes the drawing for screen readers. */
  label: string;
  /** Called with what was drawn, or with the error. */
  onDrawn: (drawn: Drawn | undefined, error?: Error) => void;
}

const sizeOf = (box: HTMLElement): Size => ({
  width: Math.max(120, box.clientWidth),
  height: Math.max(100, box.clientHeight),
});

/** Draws a specification in the size of its box, again when the tables or the theme change. */
export function Picture({ drawings, spec, tables, attempt, label, onDrawn }: PictureProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useThemeRound();
  const [tip, setTip] = useState<Tip | null>(null);
  const [inputs, setInputs] = useState<Input[]>([]);
  const [drawn, setDrawn] = useState<Drawn>();
  const [isLarger, setIsLarger] = useState(false);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const shown = new AbortController();
    const { signal } = shown;
    const canvas = document.createElement('canvas');
    const onInput = (name: string, value: unknown) =>
      setInputs((all) => all.map((one) => (one.signal === name ? { ...one, value } : one)));
    let size = sizeOf(box);
    let current: Drawn | undefined;
    const finish = (result: Drawn | undefined, error?: Error) => {
      if (signal.aborted) return;
      current = result;
      if (drawing.size !== size) current?.resize(size);
      if (result) box.replaceChildren(canvas);
      setDrawn(result);
      setInputs(result?.inputs ?? []);
      onDrawn(result, error);
    };
    const failed = (error: Error) => finish(undefined, error);
    const drawing = { spec, tables, size, theme: themeConfig(), canvas, signal };
    drawings.draw({ ...drawing, onTip: setTip, onInput, onStopped: failed }).then(finish, failed);
    const watcher = new ResizeObserver(() => {
      setIsLarger(canvas.offsetWidth > box.clientWidth || canvas.offsetHeight > box.clientHeight);
      const wanted = sizeOf(box);
      if (wanted.width === size.width && wanted.height === size.height) return;
      size = wanted;
      current?.resize(wanted);
    });
    watcher.observe(box);
    watcher.observe(canvas);
    return () => {
      shown.abort();
      watcher.disconnect();
      setTip(null);
    };
  }, [drawings, spec, tables, attempt, theme, onDrawn]);

  function change(name: string, value: unknown) {
    setInputs((all) => all.map((one) => (one.signal === name ? { ...one, value } : one)));
    drawn?.set(name, value);
  }

  return (
    <>
      <div
        class={isLarger ? 'widget-box scrolls' : 'widget-box'}
        role="img"
        aria-label={label}
        tabIndex={isLarger ? 0 : undefined}
        ref={place}
      />
      <Inputs inputs={inputs} onChange={change} />
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
