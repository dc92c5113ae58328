// Checks against a relay that answers falsely over HTTP and mail, each with the way to switch it off and the test that must notice.
import type { Mutant } from './mutant.ts';

const forks = 'app/testing/harbour/forks.test.ts';
const forkedLedger = 'app/account/forkedLedger.test.ts';
const lyingAnswers = 'app/testing/harbour/lyingAnswers.test.ts';

export const answerLies: readonly Mutant[] = [
  {
    name: 'a mail is handed out again',
    file: 'app/account/contacts.ts',
    snippet: '      if (known) {\n        if (opened.isInvited)',
    replacement: '      if (known && hint.index < 0) {\n        if (opened.isInvited)',
    testFile: lyingAnswers,
    test: '[L4] that the relay hands out again starts nothing twice',
  },
  {
    name: 'a ledger with another branch of the same epoch',
    file: 'app/sync/link.ts',
    snippet: "if (chat && frame.code === 'bad-signature')",
    replacement: "if (chat && frame.code === 'internal')",
    testFile: lyingAnswers,
    test: '[L16] two branches: who was led into one comes back to the other, with what they have said',
  },
  {
    name: 'a branch from which nobody can go on',
    file: 'app/account/fetchChatLedger.ts',
    snippet: 'if (ledger.isStuck || (index',
    replacement: 'if ((index',
    testFile: lyingAnswers,
    test: '[L16] a branch from which nobody can go on is not followed',
  },
  {
    name: 'a branch with somebody who was removed',
    file: 'app/account/forkedLedger.ts',
    snippet: '(remove.length === 0 && isIn)',
    replacement: 'isIn',
    testFile: forks,
    test: '[L16] who was removed wins nobody back by a branch of their own: it is followed once they are out of it',
  },
  {
    name: 'a branch with whom they have brought',
    file: 'app/account/forkedLedger.ts',
    snippet: "if (kind === 'add' && isBad) unwanted.add(user);",
    replacement: "if (kind === 'add' && isBad) gone.delete(user);",
    testFile: forkedLedger,
    test: '[L16] is not followed to whom they have brought, in however many steps',
  },
  {
    name: 'a branch in which who was removed removes who removed them',
    file: 'app/account/forkedLedger.ts',
    snippet: 'who === signer && mayRemove(by)',
    replacement: 'who === signer && by !== signer',
    testFile: forkedLedger,
    test: '[L16] two who have removed each other stay apart',
  },
  {
    name: 'a branch in which somebody is made an administrator to remove them',
    file: 'app/account/forkedLedger.ts',
    snippet: 'admins.includes(user) && !removals',
    replacement: '!removals',
    testFile: forkedLedger,
    test: '[L16] a removal does not count whose signer an administrator of both has removed there',
  },
  {
    name: 'left epochs without end',
    file: 'app/account/storedChats.ts',
    snippet: '.slice(0, maxLeftEpochs)',
    replacement: '',
    testFile: 'app/account/storedChats.test.ts',
    test: '[L17] left epochs are kept once each, and no more of them than may be told',
  },
  {
    name: 'a ledger that is not believed is not told',
    file: 'app/chat/ledgerKeeper.ts',
    snippet: "(now) => ({ ...now, trouble: 'fork' }),",
    replacement: '(now) => now,',
    testFile: lyingAnswers,
    test: '[L8] of noise is told in the chat and in diagnostics, and not believed',
  },
  {
    name: "another's user ledger",
    file: 'app/account/userLedgers.ts',
    snippet: 'if (!equalBytes(head, user)) return undefined;',
    replacement: '',
    testFile: lyingAnswers,
    test: "[L1] leads to nobody where the relay hands out another's ledger",
  },
  {
    name: "an invitation of somebody else's",
    file: 'app/account/contacts.ts',
    snippet: ' && equalBytes(info.value.inviter, invitation.inviter);',
    replacement: ';',
    testFile: lyingAnswers,
    test: '[L3] counts only with the key, inviter and name that its link bears out',
  },
];
