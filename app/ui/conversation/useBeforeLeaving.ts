// The last moment to keep something: the page is hidden or closed, or its reader goes elsewhere in the app.
import { useEffect } from 'react';

export function useBeforeLeaving(flush: () => void): void {
  useEffect(() => {
    const onHidden = () => document.visibilityState === 'hidden' && flush();
    document.addEventListener('visibilitychange', onHidden);
    window.addEventListener('pagehide', flush);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);
}
