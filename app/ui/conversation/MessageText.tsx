// A message's text as it was meant: emphasis, quotes, lists, code and safe links, each piece in its own direction. A
// very long text shows its beginning first.
import { type ReactNode, useMemo, useState } from 'react';
import { type Block, type Inline, parseMarkup } from '../../chat/markup.ts';
import { useWords } from '../kit/Surroundings.tsx';

/** About a screen of a phone. */
const longLength = 1100;
const longLines = 18;
const emojiOnly = /^\p{RGI_Emoji}{1,3}$/v;

/** How much of a long text is shown at first, cut at a space where there is one; undefined for a short one. */
export function cutAt(text: string): number | undefined {
  let lineEnd = -1;
  for (let line = 0; line < longLines; line += 1) {
    lineEnd = text.indexOf('\n', lineEnd + 1);
    if (lineEnd === -1) break;
  }
  const limit = Math.min(longLength, lineEnd === -1 ? longLength : lineEnd);
  // A cut that saves little isn't worth a click.
  if (text.length < limit * 1.25) return undefined;
  const space = text.lastIndexOf(' ', limit);
  return space > limit * 0.8 ? space : limit;
}

export const isEmojiOnly = (text: string): boolean => text.length <= 40 && emojiOnly.test(text.trim());

function Inlines({ parts }: { parts: readonly Inline[] }): ReactNode {
  let at = 0;
  return parts.map((part) => {
    const key = at++;
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'code':
        return (
          <code key={key} className="rounded-xs bg-current/10 px-1 font-mono text-[0.92em]">
            {part.text}
          </code>
        );
      case 'link':
        return (
          <a
            key={key}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer"
            className="underline decoration-current/50 underline-offset-2 hover:decoration-current"
          >
            {part.text}
          </a>
        );
      case 'bold':
        return (
          <strong key={key} className="font-semibold">
            <Inlines parts={part.children} />
          </strong>
        );
      case 'italic':
        return (
          <em key={key}>
            <Inlines parts={part.children} />
          </em>
        );
      case 'strike':
        return (
          <s key={key}>
            <Inlines parts={part.children} />
          </s>
        );
      default:
        return part satisfies never;
    }
  });
}

function Lines({ lines }: { lines: readonly (readonly Inline[])[] }) {
  const [first, second] = lines;
  if (first && !second) return <Inlines parts={first} />;
  let at = 0;
  return lines.map((line) => {
    const key = at++;
    return (
      <span key={key}>
        {key > 0 && '\n'}
        <Inlines parts={line} />
      </span>
    );
  });
}

function BlockView({ block, tail }: { block: Block; tail?: ReactNode }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p dir="auto" className="foreign-text flow-root">
          <Lines lines={block.lines} />
          {tail}
        </p>
      );
    case 'quote':
      return (
        <blockquote dir="auto" className="foreign-text my-1 border-s-3 border-current/35 ps-2.5 opacity-90">
          <Lines lines={block.lines} />
        </blockquote>
      );
    case 'list': {
      let at = 0;
      return (
        <ul className="my-1 list-disc ps-5">
          {block.items.map((item) => (
            <li key={at++} dir="auto" className="foreign-text">
              <Inlines parts={item} />
            </li>
          ))}
        </ul>
      );
    }
    case 'code':
      return (
        <pre
          dir="ltr"
          className="my-1 max-h-80 overflow-auto rounded-sm bg-current/8 px-2.5 py-2 font-mono text-sm break-normal whitespace-pre"
        >
          {block.text}
        </pre>
      );
    default:
      return block satisfies never;
  }
}

/** `tail` stands at the end of the last line where there is room for it. */
export function MessageText(props: {
  text: string;
  tail: ReactNode;
  startsOpen: boolean;
  onOpen: () => void;
}) {
  const { text, tail, startsOpen, onOpen } = props;
  const { words } = useWords();
  const [isOpen, setIsOpen] = useState(startsOpen);
  const cut = useMemo(() => cutAt(text), [text]);
  const shown = cut === undefined || isOpen ? text : `${text.slice(0, cut)} …`;
  const all = useMemo(() => parseMarkup(shown), [shown]);
  // Blocks stand below each other like lines, also where the text has none: code can end and begin in one line.
  const blocks = isOpen ? all : all.slice(0, longLines);
  const isCut = shown !== text || blocks.length < all.length;
  const isTailInside = !isCut && blocks.at(-1)?.kind === 'paragraph';
  let at = 0;
  return (
    <>
      {blocks.map((block) => {
        const key = at++;
        return <BlockView key={key} block={block} tail={isTailInside && key === blocks.length - 1 && tail} />;
      })}
      {isCut && (
        <button
          type="button"
          tabIndex={-1}
          className="min-h-6 font-semibold underline-offset-2 hover:underline"
          onClick={() => {
            setIsOpen(true);
            onOpen();
          }}
        >
          {words.conversation.readMore}
        </button>
      )}
      {!isTailInside && <div className="flow-root">{tail}</div>}
    </>
  );
}
