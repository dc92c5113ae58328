// The list of what the keyboard can do.
import { Dialog } from '../kit/Dialog.tsx';
import { useWords } from '../kit/Surroundings.tsx';

type Line = readonly [what: string, ...keys: string[]];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { words } = useWords();
  const { shortcuts: text } = words;
  const { keys } = text;
  const groups: readonly (readonly [title: string, lines: readonly Line[]])[] = [
    [
      text.groups.everywhere,
      [
        [text.searchEverywhere, keys.ctrl, 'K'],
        [text.searchHere, keys.ctrl, keys.shift, 'F'],
        [text.previousChat, keys.alt, '↑'],
        [text.nextChat, keys.alt, '↓'],
        [text.nextUnread, keys.alt, keys.shift, '↓'],
        [text.settings, keys.ctrl, ','],
        [text.regions, 'F6'],
        [text.list, keys.ctrl, '/'],
      ],
    ],
    [
      text.groups.messages,
      [
        [text.betweenMessages, '↑', '↓'],
        [text.firstLast, keys.home, keys.end],
        [text.actions, keys.enter],
      ],
    ],
    [
      text.groups.writing,
      [
        [text.send, keys.enter],
        [text.newLine, keys.shift, keys.enter],
        [text.editLast, '↑'],
        [text.emoji, ':'],
        [text.cancel, keys.escape],
      ],
    ],
  ];
  return (
    <Dialog title={text.title} onClose={onClose} isWide>
      <div className="mt-4 flex flex-col gap-5">
        {groups.map(([title, lines]) => (
          <section key={title}>
            <h3 className="mb-1.5 text-sm font-semibold text-muted">{title}</h3>
            <dl className="flex flex-col">
              {lines.map(([what, ...pressed]) => (
                <div key={what} className="flex min-h-9 items-center justify-between gap-4">
                  <dt>{what}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {pressed.map((key) => (
                      <kbd
                        key={key}
                        className="min-w-7 rounded-xs border border-line-strong bg-field px-1.5 py-0.5 text-center font-sans text-xs font-medium"
                      >
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
