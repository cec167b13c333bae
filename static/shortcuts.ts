import { useEffect, useRef } from 'preact/hooks';

const OFF = 'traffic.shortcuts';

const actions = new Map<string, { current: () => void }>();

/** Whether single keys do something. People who dictate, or whose keys are pressed by other software, switch them off. */
export const shortcutsOn = () => localStorage.getItem(OFF) !== 'off';

export function switchShortcuts(on: boolean) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, 'off');
}

/** Does something when a key is pressed, as long as the part of the page is shown. Without a key it does nothing. */
export function useShortcut(key: string | undefined, act: () => void) {
  const action = useRef(act);
  action.current = act;
  useEffect(() => {
    if (!key) return undefined;
    actions.set(key, action);
    return () => {
      if (actions.get(key) === action) actions.delete(key);
    };
  }, [key]);
}

const TYPED = 'input, textarea, select, [contenteditable], [role=menu], dialog[open]';

/** Makes single keys act everywhere but where one types, in open menus and in dialogs. */
export function followShortcuts() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // The event's own target hides what is typed in inside a shadow tree, such as the editor of dashboards.
    const [target] = event.composedPath();
    if (target instanceof Element && target.closest(TYPED)) return;
    if (!shortcutsOn() || document.querySelector('dialog[open]')) return;
    const key = event.key.length === 1 && !event.shiftKey ? event.key.toUpperCase() : event.key;
    const action = actions.get(key);
    if (!action) return;
    event.preventDefault();
    action.current();
  });
}
