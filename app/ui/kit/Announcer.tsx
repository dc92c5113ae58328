// The one polite voice for screen readers, apart from everything that is drawn: each text is spoken once.
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const AnnounceContext = createContext<(text: string) => void>(() => undefined);

export const useAnnounce = () => useContext(AnnounceContext);

export function Announcer({ children }: { children: ReactNode }) {
  const [spoken, setSpoken] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => setSpoken(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <AnnounceContext value={announce}>
      {children}
      {/* A new node each time, or the same words twice would stay silent. */}
      <output aria-live="polite" className="spoken top-0" data-testid="announcer">
        <span key={spoken.turn}>{spoken.text}</span>
      </output>
    </AnnounceContext>
  );
}
