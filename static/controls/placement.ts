import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';

/** Which edge of what opens is below the same edge of its button. */
export type Alignment = 'start' | 'end';

const GAP = 6;
const MARGIN = 8;

/**
 * Puts the `.pop` of a box below the box's button, or above it where there is more room, and always inside the window. It is
 * fixed, so that a box that scrolls does not cut it off.
 */
export function usePlacement(box: RefObject<HTMLElement>, open: boolean, align: Alignment) {
  useLayoutEffect(() => {
    const button = box.current?.querySelector('button');
    const pop = box.current?.querySelector<HTMLElement>('.pop');
    if (!open || !button || !pop) return undefined;
    const place = () => put(pop, button.getBoundingClientRect(), align);
    place();
    const watcher = new ResizeObserver(place);
    watcher.observe(pop);
    window.addEventListener('scroll', place, { capture: true, passive: true });
    window.addEventListener('resize', place);
    return () => {
      watcher.disconnect();
      window.removeEventListener('scroll', place, { capture: true });
      window.removeEventListener('resize', place);
    };
  }, [open, align]);
}

function put(pop: HTMLElement, button: DOMRect, align: Alignment) {
  const below = innerHeight - button.bottom - GAP - MARGIN;
  const above = button.top - GAP - MARGIN;
  const { style, offsetWidth: width, scrollHeight: height } = pop;
  const wanted = align === 'end' ? button.right - width : button.left;
  const isAbove = height > below && above > below;
  const set = (name: string, value: string) => style.setProperty(name, value);
  set(
    '--left',
    `${Math.max(MARGIN, Math.min(wanted, document.documentElement.clientWidth - width - MARGIN))}px`,
  );
  set('--room', `${isAbove ? above : below}px`);
  set('--top', isAbove ? 'auto' : `${button.bottom + GAP}px`);
  set('--bottom', isAbove ? `${innerHeight - button.top + GAP}px` : 'auto');
}

/** Closes on a click outside, and on Escape, which returns the focus to the button. */
export function useDismiss(box: RefObject<HTMLElement>, open: boolean, close: () => void) {
  useEffect(() => {
    const element = box.current;
    if (!open || !element) return undefined;
    const outside = (event: Event) => {
      if (!element.contains(event.target as Node)) close();
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
      element.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', outside);
    element.addEventListener('keydown', leave);
    return () => {
      document.removeEventListener('pointerdown', outside);
      element.removeEventListener('keydown', leave);
    };
  }, [open]);
}
