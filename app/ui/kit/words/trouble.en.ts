// What is said when a relay or somebody in a chat does not keep to the rules: in the chat, and in diagnostics.
import { createPlural } from './plural.ts';

const plural = createPlural('en');

export const trouble = {
  'waiting-for-key': 'A key for this chat is on its way. Messages appear once it arrives.',
  gap: 'Some messages of this chat haven’t reached this device: the relay keeps them back, or their author’s device never sent them. They appear once they come.',
  fork: 'The relay hands out another history of who is in this chat than before. It isn’t followed until an administrator who knows both has put it right: what you see is verified, and what you write waits.',
  stuck:
    'An administrator left this chat in a state from which nobody can go on. What was said stays; start a new chat to go on.',
  'relay-full':
    'The relay’s disk is full. Whoever runs it must make room; messages wait on this device until then.',
  'update-needed': 'Part of this chat needs a newer version of Convo.',
};

/** A gap that somebody's word alone shows. */
export const toldMore = (name: string) =>
  `${name} has got messages, they say, that haven’t reached this device. They appear here once the relay hands them over, if there are any.`;

export const story = {
  title: 'What the relay tells',
  sentence: 'This device remembers what it was told, and compares.',
  fine: 'One story, and nothing missing from it.',
  toldAnew: (times: number) =>
    plural(times, {
      one: 'Once part of a chat was begun anew: the relay had lost it or told it differently than before, or this device’s disk had damaged it. What this device holds was put back.',
      other:
        '# times part of a chat was begun anew: the relay had lost it or told it differently than before, or this device’s disk had damaged it. What this device holds was put back.',
    }),
  gaps: (chats: number) =>
    plural(chats, {
      one: 'In one chat somebody has said more than has arrived here.',
      other: 'In # chats somebody has said more than has arrived here.',
    }),
  forks: (chats: number) =>
    plural(chats, {
      one: 'Of one chat the relay hands out another history of its members than before. It isn’t followed.',
      other:
        'Of # chats the relay hands out another history of their members than before. It isn’t followed.',
    }),
};

/** Why something was set aside, in words; what isn't listed is shown by its name alone. */
export const reasons: Readonly<Record<string, string>> = {
  malformed: 'Not in any form that this version knows.',
  'unknown-kind': 'Of another kind of document than the one it came in.',
  'missing-key': 'Sealed with a key that this device doesn’t have.',
  undecryptable: 'Does not open: it was changed, or belongs elsewhere.',
  'unknown-author': 'By somebody who was no member at the time.',
  'bad-signature': 'Not signed by whom it names.',
  'foreign-session': 'In the place of another device.',
  'out-of-session':
    'Does not follow what its device said before: repeated, out of order, or something is missing.',
  'foreign-items': 'Changes what its author may not change.',
  'bad-snapshot': 'A summary of a chat that is none, or another than the relay says.',
  'incomplete-snapshot': 'A summary of a chat that left something out. This device published a whole one.',
  'damaged-document':
    'Part of a chat that could not be read from this device’s disk any more. It was taken from the relay again.',
  'oversized-document':
    'Part of a chat in which somebody wrote more than a summary can hold. All of it is still read.',
  'bad-record': 'A message that is not signed by whom it names, or is none.',
  'forked-chain': 'One device has said two things in the same place, or counts what it never said.',
  'forked-ledger': 'The relay handed out another history of a chat’s members than before.',
  'mail: unreadable': 'A mail that isn’t for this person, or was changed.',
  'mail: unknown-sender': 'A chat from a stranger without an invitation.',
  'mail: bad-chat': 'A chat that doesn’t bear out what its mail says.',
};
