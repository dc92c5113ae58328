// Light, dark, or as the system has it.
import { Icon, type IconName } from '../kit/Icon.tsx';
import { type Theme, themes } from '../kit/preferences.ts';
import { usePreferences, useWords } from '../kit/Surroundings.tsx';

const icons: Readonly<Record<Theme, IconName>> = { system: 'monitor', light: 'sun', dark: 'moon' };

export function ThemeChoice() {
  const { words } = useWords();
  const { values, change } = usePreferences();
  return (
    <fieldset>
      <legend className="spoken">{words.settings.theme}</legend>
      <div className="grid grid-cols-3 gap-1 rounded-md bg-field p-1">
        {themes.map((theme) => (
          <label
            key={theme}
            className="flex min-h-11 cursor-pointer flex-wrap items-center justify-center gap-2 rounded-sm px-2 text-sm font-medium text-muted transition-colors has-checked:bg-surface has-checked:font-semibold has-checked:text-ink has-checked:shadow-bubble has-focus-visible:outline-2 has-focus-visible:outline-accent-bright"
          >
            <input
              type="radio"
              name="theme"
              value={theme}
              checked={values.theme === theme}
              onChange={() => change({ theme })}
              className="spoken"
            />
            <Icon name={icons[theme]} size={4.5} />
            {words.settings.themes[theme]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
