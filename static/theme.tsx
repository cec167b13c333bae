import { useEffect, useState } from 'preact/hooks';

type Theme = 'auto' | 'light' | 'dark';

const STORED = 'traffic.theme';
const CHANGED = 'theme-changed';
const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme {
  const theme = localStorage.getItem(STORED);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** Applies the chosen theme, or the system's. */
export function applyTheme(theme = stored()) {
  const dark = theme === 'dark' || (theme === 'auto' && systemDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  window.dispatchEvent(new Event(CHANGED));
}

systemDark.addEventListener('change', () => applyTheme());

/** Counts theme changes, for drawings that CSS does not style. */
export function useThemeRound(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const changed = () => setRound((count) => count + 1);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  return round;
}

/** Switches between auto, light and dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  function change() {
    const next = NEXT[theme];
    localStorage.setItem(STORED, next);
    setTheme(next);
    applyTheme(next);
  }
  return (
    <button type="button" class="bar-button" onClick={change} aria-label={`Theme: ${theme}. Change theme`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
      <span class="wide-only">Theme: {theme}</span>
    </button>
  );
}
