// A field as tall as its text, up to the height that its CSS allows. Browsers that do this by themselves
// (`field-sizing`) are left alone.
import { type RefObject, useLayoutEffect } from 'react';

export function useAutoGrow(field: RefObject<HTMLTextAreaElement | null>): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.setProperty('height', 'auto');
    element.style.setProperty('height', `${element.scrollHeight}px`);
  });
}
