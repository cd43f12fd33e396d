import { useLayoutEffect } from 'preact/hooks';
import { useRemembered } from './remembered.ts';

const THEMES = ['system', 'light', 'dark'];

/** Light, dark, or as the system has it. */
export function ThemeChoice() {
  const [theme, setTheme] = useRemembered('herald.theme', 'system', (kept) => THEMES.includes(String(kept)));
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <label class="inline">
      <span>Theme </span>
      <select
        aria-label="Theme"
        value={theme}
        onChange={({ currentTarget }) => setTheme(currentTarget.value)}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
