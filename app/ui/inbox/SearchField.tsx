// Where one types what to look for. Arrow down goes on to the results, Enter opens the first, Esc clears.
import type { KeyboardEvent, Ref } from 'react';
import { IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export function SearchField(props: {
  ref: Ref<HTMLInputElement>;
  text: string;
  onText: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { ref, text, onText, onKeyDown } = props;
  const { words } = useWords();
  return (
    <search className="relative mx-4 block">
      <Icon
        name="search"
        size={4.5}
        className="pointer-events-none absolute start-3.5 top-1/2 -translate-y-1/2 text-muted"
      />
      <input
        ref={ref}
        type="search"
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
          className="absolute! end-0.5 top-0.5 coarse:top-0"
        />
      )}
    </search>
  );
}
