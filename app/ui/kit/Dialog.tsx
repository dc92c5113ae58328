// The one dialog: traps and returns the focus, closes with Esc, a press beside it or its own button. Always loaded
// lazily, because nobody needs it before they press something.
import { Dialog as Primitive } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import { Icon } from './Icon.tsx';
import { useWords } from './Surroundings.tsx';

export function Dialog(props: {
  title: string;
  description?: string;
  onClose: () => void;
  children?: ReactNode;
  /** Where the focus goes afterwards; by default to where it was. */
  finalFocus?: RefObject<HTMLElement | null> | (() => HTMLElement | null);
  isWide?: boolean;
}) {
  const { title, description, onClose, children, finalFocus, isWide = false } = props;
  const { words } = useWords();
  return (
    <Primitive.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Primitive.Portal>
        <Primitive.Backdrop className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Primitive.Viewport className="fixed inset-0 z-50 flex items-end justify-center p-3 sm:items-center">
          <Primitive.Popup
            finalFocus={finalFocus ?? true}
            className={`scroller relative max-h-full w-full animate-rise rounded-xl bg-raised p-6 shadow-dialog ${isWide ? 'max-w-lg' : 'max-w-sm'}`}
          >
            <Primitive.Title className="pe-10 text-lg font-semibold text-pretty">{title}</Primitive.Title>
            {description !== undefined && (
              <Primitive.Description className="mt-1.5 text-sm text-pretty text-muted">
                {description}
              </Primitive.Description>
            )}
            {children}
            <Primitive.Close
              aria-label={words.close}
              className="absolute end-3.5 top-3.5 flex size-10 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-ink coarse:size-11"
            >
              <Icon name="close" />
            </Primitive.Close>
          </Primitive.Popup>
        </Primitive.Viewport>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
