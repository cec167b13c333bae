import { useRef, useState } from 'preact/hooks';

/** Buckets from one to another, in the order in which they were chosen. */
interface Span {
  anchor: number;
  end: number;
}

interface GestureProps {
  count: number;
  /** The bucket at a distance from the box's left edge; null outside the plot. */
  indexAt: (left: number) => number | null;
  /** The bucket that arrow keys start from; -1: the last. */
  start: number;
  onPick: ((index: number) => void) | null;
  onZoom: (first: number, last: number) => void;
  /** Back to the range before the last zoom. */
  onReset: () => void;
  /** Back, or to more days than are shown. */
  onZoomOut: () => void;
  /** Closes what is open; false if nothing was. */
  onLeave: () => boolean;
}

/** A pointer that moves less than this clicks. */
const CLICK_DISTANCE = 6;

/** Pointer, touch and keys of a chart: hover, click, drag to zoom, double-click, arrows, Shift, Enter, Esc, + and −. */
export function useGestures(props: GestureProps) {
  const [at, setAt] = useState<number | null>(null);
  const [span, setSpan] = useState<Span | null>(null);
  const pressed = useRef<{ x: number; index: number } | null>(null);

  const leftOf = (event: PointerEvent & { currentTarget: HTMLElement }) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  function clear() {
    pressed.current = null;
    setSpan(null);
    setAt(null);
  }

  function zoom({ anchor, end }: Span) {
    clear();
    props.onZoom(Math.min(anchor, end), Math.max(anchor, end));
  }

  function moveTo(index: number, selects: boolean) {
    const next = Math.max(0, Math.min(props.count - 1, index));
    setSpan(selects ? { anchor: span?.anchor ?? at ?? next, end: next } : null);
    setAt(next);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const here = at ?? (props.start < 0 ? props.count - 1 : props.start);
    const step = at === null ? 0 : 1;
    const moves: Record<string, number> = {
      ArrowLeft: here - step,
      ArrowRight: here + step,
      Home: 0,
      End: props.count - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target, event.shiftKey);
    else if (event.key === 'Enter' && span && span.anchor !== span.end) zoom(span);
    else if (event.key === 'Enter' && at !== null) props.onPick?.(at);
    else if (event.key === '+' || event.key === '=') {
      const reach = Math.max(1, Math.floor(props.count / 4));
      zoom({ anchor: Math.max(0, here - reach), end: Math.min(props.count - 1, here + reach) });
    } else if (event.key === '-' || event.key === '−') {
      clear();
      props.onZoomOut();
    } else if (event.key === 'Escape') {
      if (span) setSpan(null);
      else if (!props.onLeave()) setAt(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    at,
    span: span && { first: Math.min(span.anchor, span.end), last: Math.max(span.anchor, span.end) },
    handlers: {
      onKeyDown,
      onBlur: clear,
      onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const index = props.indexAt(leftOf(event));
        if (event.button !== 0 || index === null) return;
        pressed.current = { x: event.clientX, index };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const left = leftOf(event);
        const from = pressed.current;
        const index = props.indexAt(left);
        if (from && (span || Math.abs(event.clientX - from.x) >= CLICK_DISTANCE)) {
          const end = index ?? (left < event.currentTarget.clientWidth / 2 ? 0 : props.count - 1);
          setSpan({ anchor: from.index, end });
          setAt(null);
        } else if (event.pointerType !== 'touch') setAt(index);
      },
      onPointerUp: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const from = pressed.current;
        pressed.current = null;
        if (!from) return;
        if (span) {
          const isWide = span.anchor !== span.end;
          if (isWide) zoom(span);
          else setSpan(null);
          return;
        }
        setAt(from.index);
        // The second click of a double-click resets.
        if (event.detail < 2) props.onPick?.(from.index);
      },
      onPointerCancel: clear,
      onPointerLeave: () => {
        if (!pressed.current) setAt(null);
      },
      onDblClick: () => {
        clear();
        props.onReset();
      },
    },
  };
}
