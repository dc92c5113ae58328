// A text with the searched words marked.
import { splitByMatches } from './foldText.ts';

export function Highlight({ text, words }: { text: string; words: readonly string[] }) {
  let at = 0;
  return splitByMatches(text, words).map((part) => {
    const key = at;
    at += part.text.length;
    return part.isMatch ? (
      <mark key={key} className="rounded-xs bg-accent-tint-strong text-ink">
        {part.text}
      </mark>
    ) : (
      <span key={key}>{part.text}</span>
    );
  });
}
