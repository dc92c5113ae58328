// What of the field is a message: without the space around it, and nothing at all where no character would show.

/** Anything but space, control and format characters, of which a lone zero-width space is one. */
const visible = /[^\s\p{Cc}\p{Cf}]/u;

export const writtenText = (text: string): string => (visible.test(text) ? text.trim() : '');
