// The emoji that fit the name being typed, above the field. The field keeps the focus.
import { useWords } from '../kit/Surroundings.tsx';
import type { EmojiEntry } from '../kit/words/emoji.en.ts';
import type { EmojiCompletion } from './useEmojiCompletion.ts';

export const emojiOptionsId = 'emoji-options';
export const emojiOptionId = (index: number): string => `emoji-option-${index}`;

export function EmojiOptions(props: { completion: EmojiCompletion; onPick: (option: EmojiEntry) => void }) {
  const { completion, onPick } = props;
  const { words } = useWords();
  return (
    <div
      role="listbox"
      id={emojiOptionsId}
      aria-label={words.composer.emojiSuggestions}
      className="absolute start-4 bottom-full z-30 flex w-60 animate-rise flex-col rounded-md border border-line bg-raised p-1 shadow-float"
    >
      {completion.options.map((option, index) => (
        <div
          key={option[0]}
          role="option"
          tabIndex={-1}
          id={emojiOptionId(index)}
          aria-selected={index === completion.activeIndex}
          // Before the field would lose the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(option);
          }}
          className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5 aria-selected:bg-accent-tint"
        >
          <span className="text-lg">{option[0]}</span>
          <span className="truncate text-sm">{option[1]}</span>
        </div>
      ))}
    </div>
  );
}
