// Checks against a relay that answers falsely over HTTP and mail, each with the way to switch it off and the test that must notice.
import type { Mutant } from './mutant.ts';

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
    test: '[L8] two branches: who has seen one is not led to the other, and keeps reading and writing',
  },
  {
    name: 'another branch of a ledger is believed',
    file: 'app/account/fetchChatLedger.ts',
    snippet:
      "if (before.some((head, at) => heads[at] !== undefined && head !== heads[at])) return fail('bad-ledger');",
    replacement: '',
    testFile: lyingAnswers,
    test: '[L8] two branches: who has seen one is not led to the other, and keeps reading and writing',
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
