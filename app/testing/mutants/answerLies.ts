// Checks against a relay that answers falsely over HTTP and mail, each with the way to switch it off and the test that must notice.
import type { Mutant } from './mutant.ts';

const forks = 'app/testing/harbour/forks.test.ts';
const hostileForks = 'app/testing/harbour/hostileForks.test.ts';
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
    snippet: 'mayFollow: remove.length === 0 && (',
    replacement: 'mayFollow: remove.length >= 0 && (',
    testFile: forks,
    test: '[L16] who was removed wins nobody back by a branch of their own: it is followed once they are out of it',
  },
  {
    name: 'a branch in which somebody is to be added whom who is out has brought',
    file: 'app/account/forkedLedger.ts',
    snippet: "if (kind === 'add' && out.has(by)) for (const user of who) out.add(user);",
    replacement: '',
    testFile: hostileForks,
    test: '[L16] does not get their people added by who had followed them',
  },
  {
    name: 'a branch in which others removed them, and forgetting it',
    file: 'app/chat/ledgerKeeper.ts',
    snippet: '(!verdict || verdict.mayFollow)',
    replacement: '(!verdict || verdict.mayFollow || verdict.isOut)',
    testFile: hostileForks,
    test: '[L16] does not get whom they add in a branch where others removed them, after these look',
  },
  {
    name: 'another branch in the second answer',
    file: 'app/account/fetchChatLedger.ts',
    snippet: "if (partingOf() !== parting) return fail('offline');",
    replacement: '',
    testFile: hostileForks,
    test: '[L16] gets nobody over by a relay that changes branches between two answers',
  },
  {
    name: 'left epochs told again and again',
    file: 'app/chat/leftEpochs.ts',
    snippet: 'if (isMore) state.later(readAgain);',
    replacement: 'state.later(readAgain);',
    testFile: hostileForks,
    test: '[L17] a record that nobody can read, and left epochs told again and again, begin a chat anew once',
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
    name: 'a ledger that is not believed is not told',
    file: 'app/chat/ledgerKeeper.ts',
    snippet: "(chat) => ({ ...chat, trouble: 'fork' }),",
    replacement: '(chat) => chat,',
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
