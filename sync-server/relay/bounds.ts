// The relay's own bounds, which no client has to know. The reason stands beside the number.

/** A client on a bad line needs a few seconds to answer; whoever says nothing for longer is no client. */
export const helloWithinMs = 10_000;
/** A token that has just run out, its successor, and one to spare. */
export const maxHellos = 3;
/** Sockets that have not said hello yet: enough for everyone coming back after a restart, and 100 KB in all. */
export const maxAnonymousSockets = 2000;
/** Of one address: a house full of people whose router comes back; a hello takes them milliseconds. */
export const maxAnonymousOfAddress = 250;
/** Sockets of one device: tabs that are just handing over, and dead ones that TCP has not noticed. */
export const maxSocketsPerDevice = 8;
/** Catching up pauses above this: a phone's socket drains it in a second, a thousand of them are 256 MB. */
export const pacedBufferBytes = 256 * 1024;
/** How soon a paused catch-up looks again where the socket doesn't tell that it has drained. */
export const pacedAgainMs = 20;
/** Steps of catching up in one turn, so that one returning device doesn't hold up the others. */
export const maxStepsPerTurn = 32;
/** A live reader with more than this unread is behind, and resumes by cursor. */
export const behindBufferBytes = 4 * 1024 * 1024;
/** Answers alone made this much: the other side sends and never reads. The socket closes. */
export const maxBufferBytes = 8 * 1024 * 1024;
/** Above this a signal is dropped: it is only worth something at once. */
export const signalBufferBytes = 64 * 1024;
/** Signals of one socket: a burst, and then as many a second. */
export const signalBurst = 30;
export const signalsPerSecond = 10;
/** Pings of one socket: a client has one on its way. */
export const maxPingsPerSecond = 10;
/** A group commit starts early above these, so that a turn's work, and what it holds in memory, stays small. */
export const maxCommitBytes = 4 * 1024 * 1024;
export const maxCommitItems = 4096;
/** Up to here the relay waits for the disk: it answers sooner than by way of another thread, and misses little. */
export const maxLightItems = 32;
/** Sessions whose last entry an open document remembers between commits. */
export const maxRememberedSessions = 64;
/**
 * A segment takes no more once so much of it is kept (SPEC R47): with the largest entry on top, what comes of it still
 * fits into a snapshot. Full ones are a sixth of it.
 */
export const fullSegmentBytes = 3 * 1024 * 1024;
/** Nor once so many sessions have begun in it: a full one has a thousand records, and so many at most. */
export const fullSegmentSessions = 3500;
/** Whoever finds it full says what they have elsewhere, once it is sealed; asking again is for where nobody seals it. */
export const fullSegmentRetryMs = 60_000;
/** Of one account in a mailbox of another's (SPEC R48): an eighth of it. Who reaches it tries again later. */
export const maxPosterMails = 128;
/** Mails read at once. */
export const mailBatch = 16;
/** A mail that was offered and not taken: a client needs seconds for it, and a minute where the relay's answers fail. */
export const mailAgainMs = 60_000;
/** How long a client waits before it tries again on a full disk. */
export const diskFullRetryMs = 5000;
/** A snapshot that nobody has countersigned is trusted after this (SPEC R33): whoever was away for two weeks is heard. */
export const confirmAfterMs = 14 * 24 * 3600_000;
/** Parts of snapshots that are not whole yet, of all sockets together: sixteen of the largest, a hundred of a segment. */
export const maxHeldPartBytes = 64 * 1024 * 1024;
/** Where room is short, a snapshot that goes on slower than this is dropped. */
export const partWithinMs = 30_000;
/** A full disk refuses each write; whoever runs the relay needs a line of it now and then. */
export const diskFullLogMs = 60_000;
/** Looking after what nobody asks about: freed space, snapshots that were confirmed by time. */
export const upkeepEveryMs = 60_000;
/** The next piece of work of that kind, where there is more. */
export const upkeepAgainMs = 100;
