// Whether the relay is out of reach for long enough to say so. A short gap is nobody's business; the end of one is
// seen at once. The time is taken here: an attempt that fails begins a new state below, but not a new gap.
import { useEffect, useState } from 'react';
import { useView } from './useView.ts';

/** Long enough for a lift or a changed Wi-Fi, short enough to explain a waiting message. */
const quietForMs = 4000;

export type LinkTrouble = 'none' | 'offline' | 'refused';

export function useLinkTrouble(): LinkTrouble {
  const state = useView({ query: 'link' })?.view.state;
  const isGone = state === 'offline' || state === 'connecting';
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!isGone) return undefined;
    const timer = setTimeout(() => setIsLong(true), quietForMs);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [isGone]);
  if (state === 'refused') return 'refused';
  return isGone && isLong ? 'offline' : 'none';
}
