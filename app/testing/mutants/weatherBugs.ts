// A bug for each thing that the weather counts: planted, it must move that counter.
import type { FindingKind } from '../harbour/findings.ts';
import type { Change } from './mutant.ts';

export interface WeatherBug extends Change {
  readonly counter: FindingKind;
}

export const weatherBugs: readonly WeatherBug[] = [
  {
    name: 'of two edits the one that comes last wins',
    counter: 'divergent',
    file: 'app/doc/hybridTime.ts',
    snippet: 'b === undefined || a.at > b.at || (a.at === b.at && a.id > b.id);',
    replacement: 'b === undefined || a.at !== b.at;',
  },
  {
    name: 'some records never get a row',
    counter: 'lost',
    file: 'app/chat/roomRecords.ts',
    snippet: '...read.filter(({ record }) => !rows.known.has(idToText(record.header.id))),',
    replacement:
      '...read.filter(({ record: { header } }) => !rows.known.has(idToText(header.id)) && header.sequence % 5 !== 0),',
  },
  {
    name: 'a message has two rows',
    counter: 'doubled',
    file: 'app/chat/projection.ts',
    snippet: 'messages.set(id, message);\n    if (message.isUnread)',
    replacement:
      'messages.set(id, message).set(`${id}2`, { ...message, id: `${id}2` });\n    if (message.isUnread)',
  },
  {
    name: 'nothing is sealed',
    counter: 'plaintext',
    file: 'app/crypto/aead.ts',
    snippet: "import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';",
    replacement: `const xchacha20poly1305 = (..._: readonly Uint8Array[]) => ({
  encrypt(plaintext: Uint8Array): Bytes {
    const bytes = new Uint8Array(plaintext.length + 16);
    bytes.set(plaintext);
    return bytes;
  },
  decrypt: (bytes: Uint8Array): Bytes => bytes.slice(0, -16),
});`,
  },
  {
    name: 'some entries are taken for another session’s',
    counter: 'undecryptable',
    file: 'app/doc/sessions.ts',
    snippet: "return isNext ? 'next' : 'out-of-order';",
    replacement: "return isNext && header.sequence % 9 > 0 ? 'next' : 'out-of-order';",
  },
  {
    name: 'nothing is asked to go from the relay',
    counter: 'unpurged',
    file: 'app/doc/publishing.ts',
    snippet: 'for (const session of named) purge.add(session);\n      if (named.length === 0',
    replacement: 'void named;\n      if (named.length === 0',
  },
];
