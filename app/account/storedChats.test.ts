import { expect, test } from 'vitest';
import { leftSecretsOf } from './storedChats.ts';

test('[L17] what others tell takes no place of what this device has left', () => {
  const own = { epoch: 3, secret: 'a' };
  const told = { at: 1, epochs: [{ epoch: 3, secret: 'b' }], people: [] };
  const chat = { leftSecrets: [own], toldSecrets: { ada: told, ben: told } };
  expect(leftSecretsOf(chat)).toEqual([own, ...told.epochs, ...told.epochs]);
  expect(leftSecretsOf({})).toEqual([]);
});
