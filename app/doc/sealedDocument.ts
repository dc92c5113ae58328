// One document between its Y.Doc and the relay: what the provider sends is sealed, kept and appended; what the relay
// sends is opened, checked, put in order and handed to the provider. Numbered promises (SPEC section S):
//   S1 an entry of one's own is on the disk before it is sent, and stays until the relay's durable acknowledgement;
//   S2 the cursor never claims more than the disk holds of the document;
//   S3 entries are taken in the log's order without a gap, each at most once; anything else begins again at the cursor;
//   S4 an entry that fails its checks is set aside and counted, and the log goes on.
import * as Y from 'yjs';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, parseId, type LogHash, type SnapshotId } from '../../shared/protocol/ids.ts';
import type { Channel } from '../sync/channels.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';
import type { SealedDocumentDeps } from './documentRules.ts';
import { openUpdate } from './entrySeal.ts';
import { createLedgerFirst } from './ledgerFirst.ts';
import { createInbox, type InboxRun } from './inbox.ts';
import { createOutgoing } from './outgoing.ts';
import { createOwnSessions } from './ownSessions.ts';
import { createOwnSnapshots } from './ownSnapshots.ts';
import { createProgress } from './progress.ts';
import { createProviderLink } from './providerSocket.ts';
import { createPublishing } from './publishing.ts';
import { createReviews } from './reviews.ts';
import { clientOf, clocksOf, endOf } from './segmentUpdate.ts';
import { createUnreadable, readSnapshot } from './readSnapshot.ts';
import { createSessions } from './sessions.ts';

/** Entries in a row that the relay may refuse as not the next of their session, before it counts as having lost some. */
const maxRefusals = 5;

export type SealedDocument = Awaited<ReturnType<typeof createSealedDocument>>;

export async function createSealedDocument(deps: SealedDocumentDeps) {
  const { context, id, doc, rules, persistence } = deps;
  let cursor: Cursor = startCursor;
  let isLive = false;
  let sealedAt: number | undefined;
  /** The relay takes no more of a segment: what waits here goes on in the next, once this one is sealed. */
  let isFull = false;
  /** The relay has only a snapshot for this device that it can't use. */
  let isStuck = false;
  let isClosed = false;
  /** The state of its last snapshot, where that lacks something and is still to be replaced. */
  let lackingSeal: Uint8Array | undefined;
  /** Of entries in a row: as not the next of their session, and as too late for a complete document. */
  const refusals = { 'out-of-order': 0, sealed: 0 };
  let channel: Channel | undefined;
  const sessions = createSessions(deps.random);
  const learnFirst = createLedgerFirst(context);
  const reading = { ...deps, learnFirst };
  const randomUnit = () => (deps.random(1)[0] ?? 0) / 256;

  await persistence.whenLoaded;
  // What is gone can't be told apart from what never came: it begins a new life, as after a loss at the relay.
  const isDamaged = persistence.isDamaged();
  if (isDamaged) deps.onSetAside('damaged-document');
  const stored = await persistence.cursor();
  const storedHash = stored && parseId<LogHash>(stored.hash, 16);
  if (stored && storedHash) {
    cursor = { seq: stored.seq, hash: storedHash };
    sessions.load(stored.sessions, (client) => Y.getState(doc.store, client));
  }
  const knownSnapshot = stored?.snapshot && parseId<SnapshotId>(stored.snapshot.id, 16);

  const progress = createProgress(cursor.seq, sessions.clocks());

  // The session is chosen before the provider looks at the document's client; one that never writes leaves no trace.
  const heldAs = `${idToText(id)}/${deps.generation ?? 0}`;
  const session = sessions.startOwn(
    (client) => doc.store.clients.has(client),
    deps.held?.get(heldAs),
    (client) => Y.getState(doc.store, client),
  );
  deps.held?.delete(heldAs);
  doc.clientID = session.client;
  const own = createOwnSessions(context, sessions, session);
  const ask = () => {
    if (isLive) provider.ask(outgoing.sealedStateVector(doc));
  };
  const outgoing = await createOutgoing({
    ...deps,
    sessions,
    append: (entry) => channel?.append(entry) ?? true,
    ask,
  });
  const take = (update: Uint8Array) => {
    if (isLive) outgoing.take(update);
  };
  const provider = createProviderLink(doc, deps.clock, take, ask);
  const inbox = createInbox({
    document: id,
    cursor: () => cursor,
    ownPending: outgoing.pending,
    isTaken: sessions.has,
    restart: () => channel?.resubscribe(),
    apply: (run) => applyRun(run).catch(failed),
    snapshot: (given) => takeSnapshot(given).catch(failed),
    live: becomeLive,
  });
  const failed = (error: unknown) => {
    if (!isClosed) deps.onFailed(error);
  };

  /** Opens a run's entries together, then takes them one by one in order, and the good ones into Yjs at once. */
  async function applyRun(run: InboxRun) {
    if (!(await learnFirst(run.items))) return;
    const opened = await Promise.all(
      run.items.map((item) => (item.entry ? openUpdate(context, id, rules.kind, item.entry) : undefined)),
    );
    const updates: Uint8Array[] = [];
    run.items.forEach((item, index) => {
      const result = opened[index];
      if (!result) return;
      if (!result.ok) return deps.onSetAside(result.error);
      const { header, author, update } = result.value;
      const place = sessions.follows(header, author.device);
      if (place !== 'next')
        return deps.onSetAside(place === 'foreign' ? 'foreign-session' : 'out-of-session');
      const checked = rules.check(update, header);
      const clock = checked ? endOf(checked, clientOf(header.session)) : 0;
      sessions.accept(header, item.hash, author.device, clock);
      if (checked) updates.push(checked);
      else deps.onSetAside('foreign-items');
    });
    if (isClosed) return;
    const [first] = updates;
    if (first) provider.deliver(updates.length === 1 ? first : Y.mergeUpdates(updates));
    for (const { header, hash, clock, isRepeat } of run.own) {
      if (!isRepeat) sessions.accept(header, hash, context.self.device, clock);
    }
    cursor = run.cursor;
    progress.reached(cursor.seq, sessions.clocks());
    await saveCursor(updates);
    publishing.grew(run.bytes);
    if (run.own.length > 0) await outgoing.stored(run.own, deps.onStored);
  }

  const build = createOwnSnapshots({ ...deps, sessions, session: session.id, cursor: () => cursor });
  const publishing = createPublishing(
    {
      clock: deps.clock,
      limits: deps.limits,
      randomUnit,
      cursor: () => cursor,
      // What a sealed document, or a full one, doesn't take any more is not waited for.
      isReady: () =>
        isLive && !reviews.isBelieving() && (sealedAt !== undefined || isFull || outgoing.isDone(doc)),
      hasRoom: () => channel?.hasRoom() ?? false,
      build,
      publish: (snapshot) => channel?.publish(snapshot),
      look: () => reviews.now(),
      onPurged: () => deps.onPurged?.(),
    },
    stored?.snapshot && knownSnapshot && { id: knownSnapshot, seq: stored.snapshot.seq },
  );
  const reviews = createReviews({
    clock: deps.clock,
    randomUnit,
    readers: () => context.readerCount(),
    fetch: () => channel?.fetchSnapshot(),
    review,
  });
  const unreadable = createUnreadable(id, {
    clock: deps.clock,
    randomUnit,
    askAgain: () => channel?.resubscribe(),
  });

  function saveCursor(applied: readonly Uint8Array[]) {
    const { id: snapshot, seq, isSeen } = publishing.current();
    const at = { seq: cursor.seq, hash: idToText(cursor.hash), sessions: sessions.store() };
    // One that was not looked at is heard of anew, and looked at then.
    const seen = isSeen ? { snapshot: { id: idToText(snapshot), seq } } : {};
    return persistence.saveCursor({ ...at, ...seen }, applied);
  }

  /** In the place of entries that the relay no longer has. */
  async function takeSnapshot(given: RelaySnapshot) {
    if (given.isSeal) sealedAt = given.cursor.seq;
    if (given.cursor.seq <= cursor.seq) return;
    const snapshot = await readSnapshot(reading, given);
    if (isClosed) return;
    if (snapshot === 'unjudged' || (!snapshot && !unreadable.isOver(given, cursor.seq > 0))) {
      // What follows it can't be joined on: until someone replaces it, this stays where it is.
      isStuck = true;
      return inbox.restart();
    }
    if (!snapshot) return goOnWithout(given);
    // Where the log before a snapshot is gone, the relay can't tell whether this device's place was in it.
    if (!sessions.areContinuedBy(snapshot.sessions)) return becomeLive(true);
    // The log before it may be gone for good: what was here of that, it must have.
    const lack = await rules.lackOf(snapshot.update, sessions.clocks());
    if (isClosed) return;
    if (!equalBytes(snapshot.author.user, context.self.user)) reviews.believed();
    provider.deliver(snapshot.update);
    sessions.claim(snapshot.sessions, clocksOf(snapshot.update));
    cursor = snapshot.cursor;
    progress.reached(cursor.seq, sessions.clocks());
    publishing.published(snapshot.id, cursor, given.isSeal);
    if (lack === 'nothing') publishing.seen(snapshot.id);
    else reviews.owes(given);
    await saveCursor([snapshot.update]);
    deps.onState?.(snapshot.update);
  }

  /** Nobody has replaced what can't be read: what is here takes its place, and who knows more of the log adds it. */
  function goOnWithout(given: RelaySnapshot) {
    sessions.doubt();
    cursor = given.cursor;
    progress.reached(cursor.seq, sessions.clocks());
    publishing.published(given.id, cursor, given.isSeal);
    publishing.seen(given.id);
    publishing.correct();
    return saveCursor([]);
  }

  /** Another's new snapshot: countersigned if it holds all that it should, and replaced if it doesn't. */
  async function review(given: RelaySnapshot) {
    await inbox.settled();
    // Deletions that have arrived are carried out before it is compared.
    await deps.beforeReview();
    if (isClosed || !isLive) return;
    // An entry was lost on the way: what isn't here yet can't be missing there.
    if (given.cursor.seq > cursor.seq) return channel?.resubscribe();
    const clocks = progress.clocksAt(given.cursor.seq);
    const snapshot = await readSnapshot(reading, given);
    if (isClosed || !isLive || snapshot === 'unjudged') return;
    // What this run can't compare with the log it neither confirms nor doubts.
    const lack = snapshot && clocks ? await rules.lackOf(snapshot.update, clocks) : undefined;
    if (isClosed || !isLive) return;
    // The deletion may stand in a later segment, and be on its way.
    if (lack === 'bodies' && reviews.waits(given.id)) return deps.onDeletionMissing();
    reviews.done(lack === 'nothing');
    publishing.seen(given.id, lack === 'nothing');
    if (!snapshot) return publishing.correct();
    if (lack === 'nothing') {
      channel?.countersign(given.id);
      if (!rules.holdsErased?.(snapshot.update)) publishing.goneBy(given.cursor.seq);
      // What an earlier one has kept from this device.
      provider.deliver(snapshot.update);
      deps.onState?.(snapshot.update);
      deps.onWhole?.();
    } else if (lack) {
      deps.onSetAside('incomplete-snapshot');
      if (given.isSeal) lackingSeal = snapshot.update;
      publishing.correct();
    }
    checkSealed();
  }

  function becomeLive(isForked: boolean) {
    if (isClosed) return;
    if (isForked || isDamaged) return deps.onRefused('diverged', new Uint8Array(0));
    isLive = true;
    if (sealedAt === undefined) outgoing.resume();
    ask();
    publishing.resume();
    reviews.resume();
    checkSealed();
    deps.onHeard?.();
  }

  function checkSealed() {
    if (!isLive || sealedAt === undefined || cursor.seq < sealedAt) return;
    // The last one is what newcomers will have of it: it is left only when it has been looked at, and is good.
    if (!reviews.isOwed() && !publishing.isCorrecting()) deps.onSealed?.();
  }

  function pause() {
    isLive = false;
    publishing.pause();
    reviews.pause();
    // A `live` of the broken subscription that still waits in there must not open this one.
    inbox.restart();
    outgoing.pause();
    provider.disconnect();
  }

  function connect() {
    channel = deps.link.openChannel(
      { chat: context.chat, document: id, cursor: () => cursor },
      {
        subscribed() {
          isStuck = false;
          inbox.restart();
          provider.connect();
        },
        entries: (firstSeq, entries) => isStuck || inbox.entries(firstSeq, entries),
        live: (at) => isStuck || inbox.live(at),
        acked(session, sequence, at) {
          refusals['out-of-order'] = refusals.sealed = 0;
          inbox.acked(session, sequence, at);
        },
        room: outgoing.room,
        signal: deps.onSignal,
        refused(code, detail) {
          // Of one with nothing in it that is no reason to go on elsewhere: a lying relay would never let it end.
          if (code === 'busy' && isLive && cursor.seq > 0 && deps.onFull) {
            isFull = true;
            outgoing.pause();
            return deps.onFull();
          }
          if (code !== 'out-of-order' && code !== 'sealed') return deps.onRefused(code, detail);
          // With each subscription the relay says what the newest snapshot is, and whether it is a seal.
          if (++refusals[code] <= maxRefusals) channel?.resubscribe();
          // Once something was lost on the way; again and again it is the relay that has lost something.
          else if (code === 'out-of-order') becomeLive(true);
        },
        snapshot(given) {
          if (!reviews.fetched(given)) inbox.snapshot(given);
        },
        published(snapshot, at, isSeal) {
          if (isStuck) return channel?.resubscribe();
          const isNews = publishing.isNews(snapshot);
          const isOwn = publishing.published(snapshot, at, isSeal);
          if (!isOwn && isNews) reviews.due();
          if (isOwn && lackingSeal) deps.onSealCorrected?.(lackingSeal);
          if (isOwn || isNews) lackingSeal = undefined;
          if (isSeal) sealedAt = at.seq;
          checkSealed();
        },
        publishRefused: (code, detail) => publishing.refused(code, detail),
        suspended: pause,
      },
    );
  }
  connect();

  /** Nothing comes or goes any more; what is in it can still be read. */
  async function stop() {
    if (!isClosed) {
      isClosed = true;
      publishing.close();
      unreadable.close();
      channel?.close();
      pause();
      provider.close();
    }
    await inbox.settled();
    await outgoing.settled();
  }

  return {
    doc,
    cursor: () => cursor,
    /** Writes to the document in this run's session. */
    write(change: () => void) {
      // Yjs takes another client when it sees its own in a stranger's update.
      doc.clientID = session.client;
      doc.transact(change, 'local');
    },
    session,
    /** Publishes a last snapshot: nothing more is to be appended. */
    seal: () => publishing.seal(),
    isOwnClient: own.isOwnClient,
    /** Lets what was erased here go from the relay: bodies of these Yjs clients. */
    purge: (clients: readonly number[]) => publishing.purge(own.purgeable(clients)),
    /** Resolves when all that is in the document, and its cursor, is on the disk. */
    flush: () => saveCursor([]),
    /** The state as a snapshot of this device's own; undefined where it is too large for one. */
    snapshot: async () => (await build())?.bytes,
    /** The snapshot that seals all that is here; undefined where the relay has none of it. */
    sealId: () =>
      sealedAt === cursor.seq && publishing.current().seq === cursor.seq
        ? idToText(publishing.current().id)
        : undefined,
    isLive: () => isLive,
    isFull: () => isFull,
    /** Asks the relay for what came after the cursor: something may have been lost on the way. */
    askAgain: () => channel?.resubscribe(),
    /** All that the relay had is here, and the other way round. */
    isCaughtUp: () => isLive && inbox.isIdle() && outgoing.isDone(doc),
    /** No snapshot is to be published or looked at. */
    isTidy: () => publishing.isIdle() && reviews.isIdle(),
    /** Nothing that came is still being taken. */
    isQuiet: inbox.isIdle,
    /** Where its log was left, and its newest snapshot. */
    place: () => ({ ...cursor, snapshot: publishing.current().id }),
    /** All that this device wrote here is with the relay. */
    isDone: () => outgoing.isDone(doc),
    signal(sealed: Bytes) {
      if (isLive) channel?.signal(sealed);
    },
    /** Resolves when what has arrived so far is applied and what was written is sealed. */
    async settled() {
      await inbox.settled();
      await outgoing.settled();
    },
    stop,
    async close() {
      // What reached no entry is sealed now: said again by the next session, it would be here twice.
      if (!isClosed && deps.held) outgoing.take(Y.encodeStateAsUpdate(doc, outgoing.sealedStateVector(doc)));
      await stop();
      if (outgoing.isDone(doc)) deps.held?.set(heldAs, session);
      await persistence.close();
      doc.destroy();
    },
  };
}
