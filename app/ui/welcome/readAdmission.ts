// What the address, or a pasted text, lets one in with. The secret stands in the fragment and never leaves it: the link
// is handed on whole to those who know how to read it.
export type FoundAdmission =
  | { readonly kind: 'none' }
  | { readonly kind: 'administrator'; readonly token: string }
  | { readonly kind: 'invitation'; readonly link: string };

/** `text`: an address, or what somebody pasted, perhaps with words around the link. */
export function readAdmission(text: string): FoundAdmission {
  const link = /\S*#(?:invite|admin)=\S*/.exec(text)?.[0];
  if (link === undefined) return { kind: 'none' };
  const fragment = link.slice(link.indexOf('#') + 1);
  const value = fragment.slice(fragment.indexOf('=') + 1);
  if (value === '') return { kind: 'none' };
  return fragment.startsWith('admin=')
    ? { kind: 'administrator', token: decodeToken(value) }
    : { kind: 'invitation', link };
}

function decodeToken(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a stray percent sign: not ours, and the relay will say so
  }
}
