// The emoji that fit the name being typed, above the field. The field keeps the focus.
import { useWords } from '../kit/Surroundings.tsx';
import type { EmojiEntry } from '../kit/words/emoji.en.ts';
import type { EmojiCompletion } from './useEmojiCompletion.ts';

const listId = 'emoji-options';
const optionId = (index: number): string => `emoji-option-${index}`;

/** For the field that drives the list: nobody but it has the focus. */
export const emojiFieldProps = ({ options, activeIndex }: EmojiCompletion) =>
  options.length === 0 ? {} : { 'aria-controls': listId, 'aria-activedescendant': optionId(activeIndex) };

const listProps = { role: 'listbox', id: listId };
const optionProps = (index: number, isActive: boolean) => ({
  role: 'option',
  id: optionId(index),
  'aria-selected': isActive,
});

export function EmojiOptions(props: { completion: EmojiCompletion; onPick: (option: EmojiEntry) => void }) {
  const { completion, onPick } = props;
  const { words } = useWords();
  return (
    <div
      {...listProps}
      aria-label={words.composer.emojiSuggestions}
      className="absolute start-4 bottom-full z-30 flex w-60 animate-rise flex-col rounded-md border border-line bg-raised p-1 shadow-float"
    >
      {completion.options.map((option, index) => (
        <div
          key={option[0]}
          {...optionProps(index, index === completion.activeIndex)}
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
