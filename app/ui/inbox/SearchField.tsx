// Where one types what to look for. It is a combobox over the results, so the arrows move among them while the cursor
// stays in the field.
import type { KeyboardEvent, Ref } from 'react';
import { IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export const resultsId = 'search-results';
export const resultId = (index: number): string => `search-result-${index}`;

export function SearchField(props: {
  ref: Ref<HTMLInputElement>;
  text: string;
  activeIndex: number;
  onText: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { ref, text, activeIndex, onText, onKeyDown } = props;
  const { words } = useWords();
  const isSearching = text.trim() !== '';
  return (
    <div role="search" className="relative mx-4">
      <Icon
        name="search"
        size={4.5}
        className="pointer-events-none absolute start-3.5 top-1/2 -translate-y-1/2 text-muted"
      />
      <input
        ref={ref}
        type="search"
        role="combobox"
        aria-expanded={isSearching}
        aria-controls={isSearching ? resultsId : undefined}
        aria-activedescendant={isSearching && activeIndex >= 0 ? resultId(activeIndex) : undefined}
        aria-autocomplete="list"
        aria-label={words.inbox.searchEverywhere}
        placeholder={words.inbox.search}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        autoComplete="off"
        enterKeyHint="search"
        className="h-11 w-full rounded-full bg-field ps-10.5 pe-11 text-md outline-none placeholder:text-muted focus-visible:ring-2 focus-visible:ring-accent-bright [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== '' && (
        <IconButton
          icon="close"
          size={4}
          label={words.inbox.clearSearch}
          onClick={() => onText('')}
          className="absolute! end-0.5 top-0.5"
        />
      )}
    </div>
  );
}
