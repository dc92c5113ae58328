import { describe, expect, it } from 'vitest';
import { avatarHueOf, initialsOf } from './avatarLook.ts';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['grace', 'G'],
    ['Jean de la Fontaine', 'JF'],
    ['  ', ''],
    ['李小龙', '李'],
    ['🦊 Fox', '🦊F'],
    ['Ünal (work)', 'Ü'],
    ['\u202eevil', 'E'],
    [`a${'\u0301'.repeat(500)}`, 'Á'],
  ])('%s → %s', (name, initials) => {
    expect(initialsOf(name).normalize()).toBe(initials.normalize());
  });
});

describe('colours', () => {
  it('are the same for the same id, and many for many', () => {
    expect(avatarHueOf('ada')).toBe(avatarHueOf('ada'));
    const used = new Set(Array.from({ length: 200 }, (_, at) => avatarHueOf(`user-${at}`)));
    expect(used.size).toBe(10);
  });
});
