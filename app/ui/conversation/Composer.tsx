// Where one writes. It never waits for a network, never loses a text, and leaves Enter alone while an input method is
// composing.
import { type KeyboardEvent, lazy, type Ref, Suspense, useImperativeHandle, useState } from 'react';
import type { MessageIdText } from '../../chat/views.ts';
import { IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useIsTouch } from '../kit/useMediaQuery.ts';
import type { ComposerMode } from './composerMode.ts';
import { emojiFieldProps, EmojiOptions } from './EmojiOptions.tsx';
import { ModeBar } from './ModeBar.tsx';
import { type Anchor, elementAnchor } from './rowActions.ts';
import { useAutoGrow } from './useAutoGrow.ts';
import { type Draft } from './useDraft.ts';
import { type EditText, useKeptEdit } from './useKeptEdit.ts';
import { useEmojiCompletion } from './useEmojiCompletion.ts';
import { useTypingSignal } from './useTypingSignal.ts';
import { writtenText } from './writtenText.ts';

const EmojiPopover = lazy(() =>
  import('./EmojiPopover.tsx').then((room) => ({ default: room.EmojiPopover })),
);

export interface ComposerHandle {
  focus(): void;
}

export function Composer(props: {
  ref: Ref<ComposerHandle>;
  field: React.RefObject<HTMLTextAreaElement | null>;
  chatId: string;
  draft: Draft;
  mode: ComposerMode;
  /** What the device keeps of an edit, when this is first drawn. */
  keptEdit: EditText | undefined;
  onCancelMode: () => void;
  onEditLast: () => void;
  onSend: (text: string, replyTo: MessageIdText | undefined) => void;
  onEdit: (messageId: MessageIdText, text: string) => void;
}) {
  const { ref, field, chatId, draft, mode, keptEdit, onCancelMode, onEditLast, onSend, onEdit } = props;
  const { words } = useWords();
  const isTouch = useIsTouch();
  const signalTyping = useTypingSignal(chatId);
  const [edited, setEdited] = useState({ messageId: '', text: '' });
  const [cursor, setCursor] = useState(0);
  const [emojiAnchor, setEmojiAnchor] = useState<Anchor>();

  const isEdit = mode.kind === 'edit';
  // Another message to edit starts over with its text; the draft stays untouched beneath.
  if (isEdit && edited.messageId !== mode.messageId) {
    setEdited({ messageId: mode.messageId, text: mode.text });
  }
  if (!isEdit && edited.messageId !== '') setEdited({ messageId: '', text: '' });
  const text = isEdit ? edited.text : draft.text;
  const flushEdit = useKeptEdit(chatId, keptEdit, isEdit && text !== mode.original ? edited : undefined);
  const completion = useEmojiCompletion(text, cursor);
  const isCompleting = completion.options.length > 0;
  useAutoGrow(field);

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }), [field]);

  function change(next: string, at: number): void {
    setCursor(at);
    if (isEdit) return setEdited({ ...edited, text: next });
    draft.change(next);
    signalTyping(writtenText(next) !== '');
  }

  function replace(next: { text: string; cursor: number }): void {
    change(next.text, next.cursor);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.cursor, next.cursor);
    });
  }

  function insert(piece: string): void {
    const at = field.current?.selectionStart ?? text.length;
    const end = field.current?.selectionEnd ?? at;
    replace({ text: text.slice(0, at) + piece + text.slice(end), cursor: at + piece.length });
  }

  function submit(): void {
    const trimmed = writtenText(text);
    field.current?.focus();
    if (isEdit) {
      if (trimmed === '' || trimmed === mode.original.trim()) onCancelMode();
      else onEdit(mode.messageId, trimmed);
    } else if (trimmed !== '') {
      change('', 0);
      signalTyping(false);
      onSend(trimmed, mode.kind === 'reply' ? mode.message.messageId : undefined);
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    // 229 is what browsers say for a key that an input method has taken.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const option = completion.options[completion.activeIndex];
    const act = (action: () => void) => {
      event.preventDefault();
      action();
    };
    if (isCompleting && option && !event.shiftKey) {
      if (event.key === 'ArrowDown') return act(() => completion.move(1));
      if (event.key === 'ArrowUp') return act(() => completion.move(-1));
      if (event.key === 'Enter' || event.key === 'Tab')
        return act(() => replace(completion.complete(option)));
      if (event.key === 'Escape') return act(completion.close);
    }
    const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    const isForced = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && (isForced || (isPlain && !isTouch))) act(submit);
    else if (event.key === 'Escape' && mode.kind !== 'new') act(onCancelMode);
    else if (event.key === 'ArrowUp' && isPlain && text === '' && mode.kind === 'new') act(onEditLast);
  }

  const isEmpty = writtenText(text) === '';
  return (
    <div className="relative px-2.5 pt-1 pb-[max(0.625rem,env(safe-area-inset-bottom))] sm:px-4">
      {isCompleting && (
        <EmojiOptions completion={completion} onPick={(option) => replace(completion.complete(option))} />
      )}
      <div className="@container overflow-clip rounded-xl border border-line bg-surface shadow-float focus-within:border-accent-bright/60">
        {mode.kind !== 'new' && <ModeBar mode={mode} onCancel={onCancelMode} />}
        <div className="flex items-end justify-between gap-0.5 p-1 @max-3xs:flex-wrap">
          <IconButton
            icon="smile"
            size={5.5}
            label={words.composer.emoji}
            aria-haspopup="dialog"
            onClick={(event) => setEmojiAnchor(elementAnchor(event.currentTarget))}
          />
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            autoComplete="off"
            aria-label={words.composer.label}
            {...emojiFieldProps(completion)}
            placeholder={words.composer.placeholder}
            value={text}
            onChange={(event) => change(event.target.value, event.target.selectionStart)}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
            onKeyDown={onKeyDown}
            onBlur={isEdit ? flushEdit : draft.flush}
            enterKeyHint={isTouch ? 'enter' : 'send'}
            className="scroller field-sizing-content max-h-[9.75rem] min-h-10 min-w-0 flex-1 resize-none @max-3xs:-order-1 @max-3xs:basis-full bg-transparent px-1.5 py-2 text-md outline-none placeholder:text-muted coarse:min-h-11 coarse:py-2.5"
          />
          <button
            type="button"
            aria-label={isEdit ? words.composer.save : words.composer.send}
            title={isEdit ? words.composer.save : words.composer.send}
            disabled={isEmpty}
            onClick={submit}
            className="flex size-10 shrink-0 items-center justify-center rounded-full transition-[background-color,color,transform] duration-150 enabled:bg-primary enabled:text-white enabled:active:scale-95 disabled:text-muted coarse:size-11"
          >
            <Icon name={isEdit ? 'check' : 'send'} size={5.5} />
          </button>
        </div>
      </div>
      {emojiAnchor && (
        <Suspense fallback={null}>
          <EmojiPopover
            anchor={emojiAnchor}
            onPick={insert}
            onClose={() => setEmojiAnchor(undefined)}
            finalFocus={field}
          />
        </Suspense>
      )}
    </div>
  );
}
