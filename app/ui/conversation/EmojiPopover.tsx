// A small emoji picker: the usual ones in a grid, and a field to find one by name.
import { Popover } from '@base-ui/react/popover';
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { useWords } from '../kit/Surroundings.tsx';
import { emoji, quickReactions } from '../kit/words/emoji.en.ts';
import type { Anchor } from './rowActions.ts';
import { findEmoji } from './useEmojiCompletion.ts';

const columns = 8;

export function EmojiPopover(props: {
  anchor: Anchor;
  /** Only the six quick reactions and the way to the rest. */
  startsSmall?: boolean;
  onPick: (emoji: string) => void;
  onClose: () => void;
  finalFocus?: RefObject<HTMLElement | null> | (() => HTMLElement | null);
}) {
  const { anchor, startsSmall = false, onPick, onClose, finalFocus } = props;
  const { words } = useWords();
  const [isSmall, setIsSmall] = useState(startsSmall);
  const [text, setText] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const typed = text.trim().toLowerCase();
  const shown = typed === '' ? emoji : findEmoji(emoji, typed, emoji.length);

  function pick(picked: string): void {
    onPick(picked);
    onClose();
  }

  function onGridKey(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
    };
    const step = steps[event.key];
    const buttons = Array.from(grid.current?.querySelectorAll('button') ?? []);
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (step === undefined || at === -1) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  }

  const cell = (picked: string, name: string, isTabStop: boolean) => (
    <button
      key={picked}
      type="button"
      aria-label={name}
      title={name}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => pick(picked)}
      className="flex size-9 items-center justify-center rounded-sm text-xl hover:bg-hover"
    >
      {picked}
    </button>
  );

  return (
    <Popover.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={8}
          className="z-50"
        >
          <Popover.Popup
            finalFocus={finalFocus ?? true}
            className="animate-appear rounded-md border border-line bg-raised p-2 shadow-dialog outline-none"
          >
            <Popover.Title className="spoken">{words.emoji.title}</Popover.Title>
            {isSmall ? (
              <div className="flex">
                {quickReactions.map((picked) => cell(picked, words.conversation.reactionAdd(picked), true))}
                <button
                  type="button"
                  aria-label={words.actions.moreEmoji}
                  title={words.actions.moreEmoji}
                  onClick={() => setIsSmall(false)}
                  className="flex size-9 items-center justify-center rounded-sm text-lg text-muted hover:bg-hover"
                >
                  +
                </button>
              </div>
            ) : (
              <>
                <input
                  type="search"
                  autoComplete="off"
                  aria-label={words.emoji.search}
                  placeholder={words.emoji.search}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  onKeyDown={(event) => {
                    const first = shown[0];
                    if (event.key === 'Enter' && typed !== '' && first) pick(first[0]);
                    if (event.key === 'ArrowDown') grid.current?.querySelector('button')?.focus();
                  }}
                  className="mb-2 h-10 w-full rounded-sm bg-field px-3 text-md outline-none placeholder:text-muted focus-visible:ring-2 focus-visible:ring-accent-bright"
                />
                <div
                  ref={grid}
                  role="presentation"
                  onKeyDown={onGridKey}
                  className="scroller grid max-h-60 w-78 max-w-[80vw] grid-cols-[repeat(8,minmax(0,1fr))] content-start"
                >
                  {shown.map(([picked, names], index) => cell(picked, names, index === 0))}
                  {shown.length === 0 && (
                    <p className="col-span-8 py-6 text-center text-sm text-muted">{words.emoji.none}</p>
                  )}
                </div>
              </>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
