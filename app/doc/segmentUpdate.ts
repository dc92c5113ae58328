// Yjs updates of a segment, read and written item by item. A segment only ever grows by pairs of sealed items in the
// author session's own array; deletions never travel (each device derives them from deletion records), so no update can
// hide another's work. Checked here on the decoded update, before Yjs sees it (SPEC D3).
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { idToText, type SessionId } from '../../shared/protocol/ids.ts';

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/** The Yjs client of a session: its first four bytes. */
export const clientOf = (session: SessionId): number =>
  new DataView(session.buffer, session.byteOffset, 4).getUint32(0);

/** The root array that a session writes to. */
export const arrayOf = (session: SessionId): string => idToText(session);

export interface SegmentPiece {
  readonly update: Uint8Array;
  /** Clocks of the session that it covers: from, to (exclusive). */
  readonly from: number;
  readonly to: number;
}

/** Encodes structs of one client, consecutive in clock, as an update that deletes nothing. */
const encodeStructs = (client: number, structs: readonly Struct[]): Uint8Array =>
  encodeByClient(new Map([[client, structs]]));

/** The same of several clients. */
function encodeByClient(structsByClient: ReadonlyMap<number, readonly Struct[]>): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, structsByClient.size);
  for (const [client, structs] of structsByClient) {
    encoding.writeVarUint(encoder.restEncoder, structs.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, structs[0]?.id.clock ?? 0);
    for (const struct of structs) struct.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, 0);
  return encoder.toUint8Array();
}

/**
 * What of an update is one session's own work from a clock on, cut into pieces of at most about `maxBytes` (a pair is
 * never cut). Deletions and everything else are left out.
 */
export function takeOwnPieces(
  update: Uint8Array,
  session: SessionId,
  fromClock: number,
  maxBytes: number,
): SegmentPiece[] {
  const client = clientOf(session);
  const own = Y.decodeUpdate(update).structs.filter(
    (struct) => struct.id.client === client && struct.id.clock >= fromClock,
  );
  const pieces: SegmentPiece[] = [];
  let piece: Struct[] = [];
  let bytes = 0;
  const finish = () => {
    const [first] = piece;
    const last = piece.at(-1);
    if (!first || !last) return;
    pieces.push({
      update: encodeStructs(client, piece),
      from: first.id.clock,
      to: last.id.clock + last.length,
    });
    piece = [];
    bytes = 0;
  };
  for (const struct of own) {
    if (bytes >= maxBytes && struct.id.clock % 2 === 0) finish();
    piece.push(struct);
    bytes += sizeOf(struct);
  }
  finish();
  return pieces;
}

const sizeOf = (struct: Struct): number =>
  struct instanceof Y.Item && struct.content instanceof Y.ContentBinary ? struct.content.content.length : 1;

/**
 * The update as Yjs may have it: only the session's own items, each a byte array at the end of its own array, nothing
 * deleted. Undefined when it holds anything else.
 */
export function checkSegmentUpdate(update: Uint8Array, session: SessionId): Uint8Array | undefined {
  const client = clientOf(session);
  const structs = decodeStructs(update);
  if (!structs || structs.length === 0) return undefined;
  let clock = structs[0]?.id.clock ?? 0;
  for (const struct of structs) {
    if (!isOwnAppend(struct, client, arrayOf(session)) || struct.id.clock !== clock) return undefined;
    clock += struct.length;
  }
  return encodeStructs(client, structs);
}

function decodeStructs(update: Uint8Array): readonly Struct[] | undefined {
  try {
    return Y.decodeUpdate(update).structs;
  } catch {
    return undefined;
  }
}

/**
 * A snapshot's update as Yjs may have it: of each session pairs from its first clock on, headers always and bodies where
 * they were not erased; sessions that it does not list are none. Undefined when it holds anything else.
 */
export function checkSegmentSnapshot(
  update: Uint8Array,
  sessions: readonly { readonly session: SessionId }[],
): Uint8Array | undefined {
  const arrays = new Map(sessions.map(({ session }) => [clientOf(session), arrayOf(session)]));
  const structs = decodeStructs(update);
  if (!structs || arrays.size < sessions.length) return undefined;
  const next = new Map<number, number>();
  for (const struct of structs) {
    const { client, clock } = struct.id;
    const array = arrays.get(client);
    const isErased = struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted;
    const isInPlace = clock === (next.get(client) ?? 0) && struct.length === 1;
    if (array === undefined || !isInPlace || (isErased && clock % 2 === 0)) return undefined;
    if (!isAppend(struct, client, array)) return undefined;
    next.set(client, clock + 1);
  }
  if (![...next.values()].every((end) => end % 2 === 0)) return undefined;
  // Nothing stands behind it: neither the word that something is deleted, which Yjs would carry out, nor what makes it large.
  const written = encodeByClient(Map.groupBy(structs, ({ id }) => id.client));
  return equalBytes(written, update) ? update : undefined;
}

function isOwnAppend(struct: Struct, client: number, array: string): boolean {
  const isBytes = struct instanceof Y.Item && struct.content instanceof Y.ContentBinary;
  return isBytes && isAppend(struct, client, array);
}

/** Stands at the end of this array, right behind the client's item before it. */
function isAppend(struct: Struct, client: number, array: string): boolean {
  if (!(struct instanceof Y.Item) || struct.id.client !== client) return false;
  if (!(struct.content instanceof Y.ContentBinary || struct.content instanceof Y.ContentDeleted))
    return false;
  if (struct.rightOrigin !== null || struct.parentSub !== null) return false;
  if (struct.origin === null) return struct.id.clock === 0 && namesRoot(struct, array);
  return struct.origin.client === client && struct.origin.clock === struct.id.clock - 1;
}

/** A decoded item names a root type by a string, whatever its type says. */
const namesRoot = (item: Y.Item, array: string): boolean => {
  const parent: unknown = item.parent;
  return parent === array;
};

/** How far a checked update or state goes, by Yjs client. */
export const clocksOf = (update: Uint8Array): ReadonlyMap<number, number> =>
  Y.decodeStateVector(Y.encodeStateVectorFromUpdate(update));

/** The clock after a checked update's last item of this client; 0 where it has none. */
export const endOf = (update: Uint8Array, client: number): number =>
  Math.max(
    0,
    ...Y.decodeUpdate(update)
      .structs.filter(({ id }) => id.client === client)
      .map(({ id, length }) => id.clock + length),
  );

/** Whether Yjs can read it at all. */
export const isUpdate = (update: Uint8Array): boolean => decodeStructs(update) !== undefined;

/** Whether a state has each client's work up to these clocks. */
export function holdsClocks(state: Uint8Array, clocks: ReadonlyMap<number, number>): boolean {
  const there = clocksOf(state);
  return [...clocks].every(([client, clock]) => (there.get(client) ?? 0) >= clock);
}

/** True when every item of a shared document's update is the session's own; its deletions are free. */
export function isOwnUpdate(update: Uint8Array, session: SessionId): boolean {
  const client = clientOf(session);
  const structs = decodeStructs(update);
  return structs !== undefined && structs.every((struct) => struct.id.client === client);
}
