// Checks against who lies in ledgers, boxes and mail: administrators, members above their role, strangers.
import type { Mutant } from './mutant.ts';

const lyingAnswers = 'app/testing/harbour/lyingAnswers.test.ts';
const ledgerTest = 'app/account/chatLedger.test.ts';

export const ledgerLies: readonly Mutant[] = [
  {
    name: 'changes the ledger without being an administrator',
    file: 'sync-server/auth/chatAuthority.ts',
    snippet:
      "if (!isSignedBy(current.adminKey, chatEntryStatement(body), signature)) return 'bad-signature';",
    replacement: '',
    testFile: 'sync-server/routes/ledgers.test.ts',
    test: '[R18] an entry is taken only on top of the head, signed by the head’s admin key; once',
  },
  {
    name: 'acts above their role in a ledger',
    file: 'app/account/chatLedger.ts',
    snippet: 'if (!isPermitted(state, inside.state, kind, inside.signer)) return undefined;',
    replacement: '',
    testFile: ledgerTest,
    test: '[L7] is one whose signer is no admin, or no member, or another than who signed',
  },
  {
    name: 'signs a ledger entry in the name of an administrator',
    file: 'app/account/chatLedger.ts',
    snippet: 'if (!(await opened.isSignedBy(signer))) return undefined;',
    replacement: '',
    testFile: ledgerTest,
    test: '[L7] is one whose signer is no admin, or no member, or another than who signed',
  },
  {
    name: 'does something else in a ledger than is said',
    file: 'app/account/chatState.ts',
    snippet: 'if (!isSame({ ...before, members: [] }, { ...after, members: [] })) return false;',
    replacement: '',
    testFile: ledgerTest,
    test: '[L7] is one that does something else than its kind says',
  },
  {
    name: 'brings somebody with a ledger that is not theirs',
    file: 'app/account/chatLedger.ts',
    snippet: '!equalBytes(person.head, ledgerHead) || ',
    replacement: '',
    testFile: ledgerTest,
    test: '[L7] is one that brings someone without their own ledger',
  },
  {
    name: 'brings a key to which nothing can be sealed',
    file: 'app/account/chatLedger.ts',
    snippet: ' || !isBoxPublicKey(person.userBoxKey))',
    replacement: ')',
    testFile: ledgerTest,
    test: '[K12] is one that brings someone whose key takes no boxes',
  },
  {
    name: 'puts an entry of noise into a ledger',
    file: 'app/account/chatLedger.ts',
    snippet: 'if (!opened || !kind) return undefined;',
    replacement: "if (!opened || !kind) throw new Error('noise');",
    testFile: lyingAnswers,
    test: '[L7] of noise is skipped, and the next change stands on it',
  },
  {
    name: 'begins an epoch that does not count',
    file: 'app/account/storedChats.ts',
    snippet: 'const shown = ledger.isStuck',
    replacement: 'const shown = !ledger',
    testFile: lyingAnswers,
    test: '[L7] that begins an epoch without counting is said in the chat; what was said stays, and others go on',
  },
  {
    name: 'gives somebody a box that does not open',
    file: 'app/account/fetchChatLedger.ts',
    snippet: 'ledger.epochNeeded !== undefined && at >= 0; at--',
    replacement: 'ledger.epochNeeded !== undefined && at > index; at--',
    testFile: lyingAnswers,
    test: '[L13] with a box that somebody can not open leaves them waiting for a key, and the next one brings it',
  },
  {
    name: 'starts a chat in the name of another',
    file: 'app/account/chatGenesis.ts',
    snippet:
      '(await verifySignature(creator.deviceKey, creatorStatement(body, signed.inside), signed.signature)) &&',
    replacement: '',
    testFile: 'app/account/contacts.test.ts',
    test: '[L2] refuses a creator who did not sign it',
  },
  {
    name: 'a stranger starts a chat',
    file: 'app/account/contacts.ts',
    snippet: 'if (!mail.isInvited) return false;',
    replacement: 'if (!mail.isInvited) return true;',
    testFile: lyingAnswers,
    test: '[L14] from a stranger starts no chat, also not with an invitation that they were not given',
  },
  {
    name: 'a stranger starts a chat with an invitation that they were not given',
    file: 'app/account/contacts.ts',
    snippet: '(await verifySignature(mail.invitationKey, said, mail.claim))',
    replacement: 'said.length > 0',
    testFile: lyingAnswers,
    test: '[L14] from a stranger starts no chat, also not with an invitation that they were not given',
  },
];
