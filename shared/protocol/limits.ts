// Every bound that both sides must agree on. The reason stands beside the number.

/** One sealed entry: 64 KB of text in its costliest form, a few times over, and still small enough to hold in memory. */
export const maxEntryBytes = 512 * 1024;
/** A snapshot: a full segment (512 KB), what late comers added to it, and seals. */
export const maxSnapshotBytes = 4 * 1024 * 1024;
/** Snapshots travel in parts, so that one does not hold up the socket's other frames. */
export const maxSnapshotPartBytes = 128 * 1024;
/** Sessions that one purge may name. */
export const maxPurgedSessions = 256;
/** One frame: the largest entry with its envelope. */
export const maxFrameBytes = maxEntryBytes + 1024;
/** Entries of one `entries` frame; with `maxBatchBytes` it keeps a catch-up in pieces that a phone decodes without a pause. */
export const maxBatchEntries = 256;
/** A batch ends before the entry that would cross this; a larger entry travels alone. */
export const maxBatchBytes = 64 * 1024;
/** Channels open on one socket: two documents for each of the 2,000 chats that a list has to carry. */
export const maxChannels = 4096;
/** A presence or typing signal: a header, a signature and a little room. */
export const maxSignalBytes = 1024;
/** One mail: an invitation to a chat, at most. */
export const maxMailBytes = 16 * 1024;
/** Mails that wait in one mailbox before the relay refuses more. */
export const maxMailboxMails = 1000;
/** One ledger entry: a thousand members and a few kilobytes of settings. */
export const maxLedgerEntryBytes = 128 * 1024;
/** One key box: an X-Wing ciphertext (1120) and a few secrets. */
export const maxBoxBytes = 2048;
/** Boxes of one epoch: one for each member of the largest chat. */
export const maxBoxes = 1024;
/** Ledger entries that one request puts back; the request's size is the other bound. */
export const maxReturnedEntries = 256;
/** Users' first entries that come along with them: 5 KB each at most, by what is in them. */
export const maxReturnedPeople = 64;
/** Epochs of branches of a chat's ledger that were left, in one device's value: more than it is parted in earnest. */
export const maxLeftEpochs = 64;
/** People who were members of nothing else, with their first entries (5 KB each at most). */
export const maxLeftPeople = 16;
/** Bundle of an invitation: a name, and keys once it leads to a group. */
export const maxBundleBytes = 8 * 1024;
export const maxInvitationsInLedger = 64;
/** A message's text. */
export const maxTextBytes = 64 * 1024;
/** The body of one record: the longest text and what surrounds it. */
export const maxBodyBytes = maxTextBytes + 4096;
export const maxHandleLength = 32;
export const maxNameBytes = 256;
/** Unacknowledged entries that a client may have in flight on one socket; the relay reads no further beyond it. */
export const maxInFlight = 512;
/** JSON of one HTTP request: a ledger entry and its boxes, in base64url. */
export const maxRequestBytes = 4 * 1024 * 1024;
