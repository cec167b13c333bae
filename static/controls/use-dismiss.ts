import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Closes what is open at a click elsewhere, and at Escape, when the focus goes back to its button. */
export function useDismiss(box: RefObject<HTMLElement>, open: boolean, close: () => void) {
  useEffect(() => {
    const element = box.current;
    if (!open || !element) return;
    const outside = (event: Event) => {
      if (!element.contains(event.target as Node)) close();
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
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
