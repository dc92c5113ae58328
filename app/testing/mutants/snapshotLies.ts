// Checks against members who lie with snapshots and purges, each with the way to switch it off and the test that must notice.
import type { Mutant } from './mutant.ts';

const lyingSnapshots = 'app/testing/harbour/lyingSnapshots.test.ts';
const lyingPurges = 'app/testing/harbour/lyingPurges.test.ts';
const segmentUpdateTest = 'app/doc/segmentUpdate.test.ts';
const segmentUpdate = 'app/doc/segmentUpdate.ts';
const liars = 'app/testing/harbour/liars.test.ts';

export const snapshotLies: readonly Mutant[] = [
  {
    name: 'publishes a snapshot that leaves records out',
    file: 'app/doc/segmentState.ts',
    snippet: "if (copies.every((copy) => copy.body?.length)) return 'records';",
    replacement: 'if (copies.length === 0) continue;',
    testFile: lyingSnapshots,
    test: '[D15] a snapshot that leaves out what everyone said is replaced',
  },
  {
    name: "says another's record again without its body, so that nobody's snapshot counts as whole",
    file: 'app/doc/segmentState.ts',
    snippet: 'copies.some(isThere)',
    replacement: 'copies.slice(-1).some(isThere)',
    testFile: liars,
    test: "[D15] said again without its body, or with another, makes nobody's snapshot lack it",
  },
  {
    name: 'publishes a snapshot that erases what nobody deleted',
    file: 'app/doc/segmentState.ts',
    snippet: "if (!(await isDeleted(header))) lack = 'bodies';",
    replacement: '',
    testFile: lyingSnapshots,
    test: '[D15] a snapshot that erases texts that nobody deleted is replaced',
  },
  {
    name: 'publishes a snapshot that erases edits of what nobody deleted',
    file: 'app/chat/deletedRecords.ts',
    snippet:
      '...edits.filter(({ target }) => isGone(messages.get(target) ?? targets.get(target))).map(({ id }) => id),',
    replacement: '...edits.map(({ id }) => id),',
    testFile: 'app/testing/harbour/deleting.test.ts',
    test: '[D17] a snapshot that erases edits of a message that nobody deleted is replaced',
  },
  {
    name: 'publishes a snapshot that erases a message, and has others erase the edits of it',
    file: 'app/chat/projection.ts',
    snippet: 'const texts = isRightlyDeleted(message, changes, nowMs) ? changes.filter(isText) : [];',
    replacement: 'const texts = changes.filter(isText);',
    testFile: 'app/chat/projection.test.ts',
    test: '[D17] edits of a message that nobody deleted stay, though its body is missing, or others deleted it',
  },
  {
    name: 'publishes a snapshot that nobody can read',
    file: 'app/doc/sealedDocument.ts',
    snippet: 'if (!snapshot) return publishing.correct();',
    replacement: 'if (!snapshot) return;',
    testFile: lyingSnapshots,
    test: '[D15] a snapshot that can be read by nobody is replaced',
  },
  {
    name: 'publishes a snapshot that is no state of a segment',
    file: segmentUpdate,
    snippet:
      'if (array === undefined || !isInPlace || (isErased && clock % 2 === 0)) return undefined;\n    if (!isAppend(struct, client, array)) return undefined;',
    replacement: '',
    testFile: segmentUpdateTest,
    test: '[D13] a snapshot with anything but pairs in their own arrays is none',
  },
  {
    name: 'publishes a snapshot of names and ticks that leaves them out',
    file: 'app/doc/meta.ts',
    snippet: 'holdsClocks(state, clocks) && (await holdsValues(doc, clocks, state, opens))',
    replacement: 'holdsClocks(state, clocks)',
    testFile: lyingSnapshots,
    test: '[D15] a snapshot of the meta document without what others say of themselves is replaced',
  },
  {
    name: 'poisons a device with a snapshot, for others to believe',
    file: 'app/doc/segmentState.ts',
    snippet: 'if (copies.some(isThere) || !(await isRecord(header))) continue;',
    replacement: 'if (copies.some(isThere)) continue;',
    testFile: lyingSnapshots,
    test: '[D15] who believes a snapshot that has noise in their place has everything in the end',
  },
  {
    name: 'has a device that believed a snapshot seal it for all',
    file: 'app/doc/sealedDocument.ts',
    snippet: '!reviews.isBelieving() && ',
    replacement: '',
    testFile: lyingSnapshots,
    test: '[D15] who believes a snapshot that leaves out what everyone said has everything in the end',
  },
  {
    name: 'is believed by a device that looks no more than others',
    file: 'app/doc/reviews.ts',
    snippet: 'isOwed = isBelieving() || ',
    replacement: 'isOwed = ',
    testFile: 'app/doc/reviews.test.ts',
    test: '[D15] who believed one looks for sure at what comes within a minute, however many readers there are',
  },
  {
    name: 'seals a segment without what others said',
    file: 'app/doc/sealedDocument.ts',
    snippet: 'if (!reviews.isOwed() && !publishing.isCorrecting()) deps.onSealed?.();',
    replacement: 'deps.onSealed?.();',
    testFile: lyingSnapshots,
    test: '[D15] a last snapshot that leaves out what everyone said is replaced before it is left',
  },
  {
    name: 'a last snapshot lacks something for whoever left with it',
    file: 'app/chat/sayElsewhere.ts',
    snippet: 'target.segment.append(again);',
    replacement: 'target.segment.append([]);',
    testFile: lyingSnapshots,
    test: '[D15] who has left with a last snapshot that leaves something out reads it in the open segment',
  },
  {
    name: 'purges what others said',
    file: 'sync-server/relay/snapshots.ts',
    snippet: "if (!mayPurgeAll && !offer.purged.every(isOwn)) return { code: 'forbidden' };",
    replacement: '',
    testFile: lyingSnapshots,
    test: '[R34] a purge of what others said is refused',
  },
  {
    name: 'lets the log go by a purge of their own while others are away',
    file: 'app/doc/sealedDocument.ts',
    snippet: "if (lack === 'nothing') publishing.seen(snapshot.id);\n    else reviews.owes(given);",
    replacement: 'publishing.seen(snapshot.id);',
    testFile: lyingPurges,
    test: '[D15] what a snapshot leaves out whose log went by a purge of their own is put back',
  },
  {
    name: 'keeps others out by a purge that nobody can read',
    file: 'app/doc/sealedDocument.ts',
    snippet: '(!snapshot && !unreadable.isOver(given, cursor.seq > 0))',
    replacement: '!snapshot',
    testFile: lyingPurges,
    test: '[D15] what a snapshot leaves out whose log went by a purge that nobody can read is put back',
  },
  {
    name: 'purges what others said with the right to post alone',
    file: 'sync-server/auth/capabilities.ts',
    snippet: 'return ok(isMembers ? proven.both : proven.adminsBoth);',
    replacement: 'return ok(proven.adminsBoth);',
    testFile: 'sync-server/relay/snapshots.test.ts',
    test: '[R34] who has shown the admins’ key names whatever sessions there are',
  },
  {
    name: 'countersigns its own snapshot',
    file: 'sync-server/relay/snapshots.ts',
    snippet: 'if (snapshot.publisher === user) return undefined;',
    replacement: '',
    testFile: 'sync-server/relay/snapshots.test.ts',
    test: '[R33] the log and the snapshot before it stay until another user’s device has countersigned',
  },
];
