// What makes a name: something in it can be seen and said.

/**
 * Whether a letter, a number, a symbol or an emoji is in it. What Unicode says to draw as nothing is none, also where it
 * calls it a letter (Hangul fillers); nor is the empty Braille pattern.
 */
export const isSayable = (name: string): boolean =>
  /[\p{L}\p{N}\p{S}]/u.test(name.replaceAll(/[\p{Default_Ignorable_Code_Point}\u2800]/gu, ''));
