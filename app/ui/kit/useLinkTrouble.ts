// Whether the relay is out of reach for long enough to say so. A short gap is nobody's business; the end of one is
// seen at once.
import { useEffect, useState } from 'react';
import type { LinkView } from '../../chat/views.ts';
import { useView } from './useView.ts';

/** Long enough for a lift or a changed Wi-Fi, short enough to explain a waiting message. */
const quietForMs = 4000;

export type LinkTrouble = 'none' | 'offline' | 'refused';

export function troubleOf(link: LinkView | undefined, nowMs: number): LinkTrouble {
  if (!link || link.state === 'online') return 'none';
  if (link.state === 'refused') return 'refused';
  return nowMs - link.sinceMs >= quietForMs ? 'offline' : 'none';
}

export function useLinkTrouble(): LinkTrouble {
  const link = useView({ query: 'link' })?.view;
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!link || link.state === 'online' || link.state === 'refused') return undefined;
    const leftMs = Math.max(0, link.sinceMs + quietForMs - Date.now());
    const timer = setTimeout(() => setNowMs(Date.now()), leftMs + 20);
    return () => clearTimeout(timer);
  }, [link]);
  return troubleOf(link, nowMs);
}
