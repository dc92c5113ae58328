// What a document has, as a snapshot of this device's own; or, once, the word that it is too large for one.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { hashSnapshot } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { SessionId, SnapshotId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { SealedDocumentDeps } from './documentRules.ts';
import type { Sessions } from './sessions.ts';
import { tryToSealSnapshot } from './snapshot.ts';

export interface OwnSnapshot {
  readonly bytes: Bytes;
  readonly id: SnapshotId;
}
export interface OwnSnapshotsDeps extends Pick<
  SealedDocumentDeps,
  'context' | 'id' | 'rules' | 'random' | 'onSetAside'
> {
  readonly session: SessionId;
  readonly sessions: Sessions;
  readonly cursor: () => Cursor;
}

/** Gives what builds one of the state at the cursor; undefined where that is too large. */
export function createOwnSnapshots(deps: OwnSnapshotsDeps) {
  const { context, id, rules, random, session, sessions } = deps;
  let isOversized = false;

  return async (): Promise<OwnSnapshot | undefined> => {
    const state = {
      session,
      cursor: deps.cursor(),
      sessions: sessions.lines(),
      update: rules.encodeState(sessions.clocks()),
    };
    const bytes = await tryToSealSnapshot(context, id, rules.snapshotKind, state, random);
    if (bytes) return { bytes, id: hashSnapshot(sha256, id, bytes) };
    if (!isOversized) deps.onSetAside('oversized-document');
    isOversized = true;
    return undefined;
  };
}
