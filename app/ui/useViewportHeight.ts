// Keeps the screens above a phone's keyboard where the browser lets the keyboard lie over the page (iOS): the height
// that is really visible becomes a CSS variable. A page that is zoomed in by fingers is left alone.
import { useEffect } from 'react';

const variable = '--viewport-height';

export function useViewportHeight(): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return undefined;
    const root = document.documentElement;
    const follow = () => {
      const isCovered = viewport.scale === 1 && window.innerHeight - viewport.height > 80;
      if (!isCovered) return root.style.removeProperty(variable);
      root.style.setProperty(variable, `${viewport.height}px`);
      // iOS pushes the whole page up to show the field, which is in sight anyway now.
      return window.scrollTo(0, 0);
    };
    viewport.addEventListener('resize', follow);
    return () => {
      viewport.removeEventListener('resize', follow);
      root.style.removeProperty(variable);
    };
  }, []);
}
