import { useEffect, useState } from 'preact/hooks';
import { Icon } from './controls/icon.tsx';
import type { MenuSection } from './controls/menu.tsx';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const STORED = 'traffic.theme';
const CHANGED = 'theme-changed';
const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const LABELS: Record<Theme, string> = { auto: 'Auto', light: 'Light', dark: 'Dark' };
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

function choose(theme: Theme) {
  localStorage.setItem(STORED, theme);
  applyTheme(theme);
}

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

/** The choice of a theme, as a part of a menu. */
export function themeSection(): MenuSection {
  const current = stored();
  return {
    label: 'Theme',
    choice: true,
    items: THEMES.map((theme) => ({
      label: LABELS[theme],
      current: theme === current,
      onPick: () => choose(theme),
    })),
  };
}

/** Switches between auto, light and dark, where there is no menu. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  function change() {
    const next = NEXT[theme];
    choose(next);
    setTheme(next);
  }
  return (
    <button type="button" class="iconbtn" onClick={change} aria-label={`Theme: ${theme}. Change theme`}>
      <Icon name="theme" />
    </button>
  );
}
