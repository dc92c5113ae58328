// Nothing readable leaves a device, and nothing readable lies on its disk: looked for byte by byte in everything that a
// relay and two browsers keep, send and say during a chat. The same search finds what a step seals once that step is
// switched off in a test build, so a search that finds nothing has looked in the right places.
import { expect, test } from '@playwright/test';
import type { Change } from '../leak/buildVariant.ts';
import { handleNeedles, runChat, type Run } from '../leak/runChat.ts';
import { namesOf, search } from '../leak/search.ts';
import { countOf, publicOf, secretsOf } from '../leak/secrets.ts';

test.describe.configure({ mode: 'parallel' });

type Side = 'wire' | 'relayDisk' | 'sites' | 'profiles';
const hiddenOf = (run: Run) => [...run.texts, ...secretsOf(run.captured)];
/** What of the run's texts and secrets is readable there. */
const readable = (run: Run, side: Side) => namesOf(search(run[side], hiddenOf(run)));

/** Everything that was said in a record of a chat, and is not the last word of a draft. */
const inRecords = [
  'deleted message',
  'edited text',
  'first message',
  'hidden message',
  'invitation link',
  'invitation secret',
  'message after a restart',
  'message before its edit',
  'message under way',
  'note to oneself',
  'reaction',
  "record's salt",
  'reply',
  'searched word',
];
const people = ["Ada's later name", "Ada's name", "Bob's name"];
const sorted = (...groups: readonly (readonly string[])[]) => groups.flat().sort();

/** Two accounts, two chats, two invitations: what must have been drawn, or the capture has a hole. */
function expectAllCaptured(run: Run) {
  const secrets = secretsOf(run.captured);
  const drawn = ['box seed', 'identity secret', 'chat secret', 'invitation secret'];
  expect(drawn.map((name) => countOf(secrets, name))).toEqual([4, 4, 6, 2]);
  const derived = ['entry', 'record', 'ledger', 'signal', 'read-capability', 'post-capability'];
  expect(derived.map((name) => countOf(secrets, `convo/epoch/1/1/${name}`))).toEqual(derived.map(() => 2));
  for (const name of ['signing', 'bundle']) {
    expect(countOf(secrets, `convo/invitation/1/${name}`)).toBe(2);
  }
  // One for each record: 9 messages, an edit, a deletion and a reaction.
  expect(countOf(secrets, "record's salt")).toBe(12);
  for (const name of ["an entry's own key", 'shared secret', 'convo/box/1', 'encapsulation seed']) {
    expect(countOf(secrets, name)).toBeGreaterThan(0);
  }
}

function expectNothingReadable(run: Run) {
  const hidden = hiddenOf(run);
  expect(search([...run.wire, ...run.relayDisk], hidden)).toEqual([]);
  expect(search(run.relayDisk, run.tokens)).toEqual([]);
  const onDevices = [...hidden, ...run.tokens, ...handleNeedles];
  expect(search([...run.sites, ...run.profiles], onDevices)).toEqual([]);
  expect(run.platformKeys.filter(({ isExtractable }) => isExtractable)).toEqual([]);
}

test('[R29] [X3] no text, name or secret is readable at the relay, on its way, or on a disk', async () => {
  const run = await runChat([]);
  expectAllCaptured(run);
  expectNothingReadable(run);

  // What lies open by design is found, in each place: it was the search of the right bytes.
  const open = publicOf(run.captured);
  const openOnDisk = ["entry's nonce", "record's nonce"];
  expect(namesOf(search(run.wire, handleNeedles))).toEqual(['handle']);
  expect(namesOf(search(run.wire, run.tokens))).toEqual(['accessToken', 'refreshToken']);
  expect(namesOf(search(run.wire, open))).toContain("entry's nonce");
  expect(namesOf(search(run.relayDisk, handleNeedles))).toEqual(['handle']);
  expect(namesOf(search(run.relayDisk, open))).toContain("entry's nonce");
  expect(namesOf(search(run.sites, open))).toEqual(openOnDisk);
  expect(namesOf(search(run.profiles, open))).toEqual(openOnDisk);
  // Each browser keeps its device's key and its storage key; both were read while a message waited, and afterwards.
  expect(run.platformKeys).toHaveLength(8);
  const relayFiles = run.relayDisk.map(({ place }) => place);
  expect(relayFiles).toEqual(expect.arrayContaining(["relay's relay.db", "relay's relay.db-wal"]));
  const log = run.relayDisk.filter(({ place }) => place === "relay's log");
  expect(log.map(({ bytes }) => Buffer.from(bytes).includes('/api/accounts'))).toEqual([true, true]);
});

test('[K10] [X3] nothing is readable either where the browser cannot keep a signing key', async () => {
  const run = await runChat(['no Ed25519']);
  expect(countOf(secretsOf(run.captured), 'device seed')).toBe(2);
  expectNothingReadable(run);
});

/** What the search finds when steps are switched off; anything else that it finds there is wrong too. */
const unsealed: readonly {
  readonly changes: readonly Change[];
  readonly finds: string;
  /** On the wire and at the relay. */
  readonly relay: readonly string[];
  readonly sites: readonly string[];
}[] = [
  { changes: ['entries unsealed'], finds: 'names in meta documents', relay: people, sites: [] },
  {
    changes: ['seals unsealed'],
    finds: 'ledgers, bundles and records',
    // Records still travel inside sealed entries.
    relay: ["Ada's name", 'chat name'],
    sites: inRecords,
  },
  {
    changes: ['entries unsealed', 'seals unsealed'],
    finds: 'everything that was said',
    relay: sorted(inRecords, people, ['chat name']),
    sites: inRecords,
  },
  { changes: ['boxes unsealed'], finds: 'keys', relay: ['box seed', 'chat secret'], sites: [] },
  {
    changes: ['rest unsealed'],
    finds: 'rows',
    relay: [],
    // Rows forget what was deleted or edited; only the records still have it.
    sites: sorted(
      inRecords.filter((name) => !/deleted|before|salt/.test(name)),
      people,
      ['box seed', 'chat name', 'chat secret', 'draft', 'identity secret'],
    ),
  },
];
const isKept = (name: string) => name !== 'deleted message';
for (const { changes, finds, relay, sites } of unsealed) {
  test(`[R29] [X3] with ${changes.join(' and ')} the same search finds ${finds}`, async () => {
    const run = await runChat(changes);
    expect(readable(run, 'wire')).toEqual(relay);
    // What was deleted leaves the relay's files some moments after it was said to.
    expect(readable(run, 'relayDisk').filter(isKept)).toEqual(relay.filter(isKept));
    // From the device's tables it goes at once; the browser overwrites its own files when it likes.
    expect(readable(run, 'sites')).toEqual(sites.filter(isKept));
    expect(readable(run, 'profiles')).toEqual(expect.arrayContaining(sites.filter(isKept)));
    const isRestOpen = changes.includes('rest unsealed');
    const ofAccount = [...run.tokens, ...handleNeedles];
    const named = isRestOpen ? ['accessToken', 'handle', 'refreshToken'] : [];
    expect(namesOf(search(run.sites, ofAccount))).toEqual(named);
  });
}
