// Yjs updates of a segment, read and written item by item. A segment only ever grows by pairs of sealed items in the
// author session's own array; deletions never travel (each device derives them from deletion records), so no update can
// hide another's work. Checked here on the decoded update, before Yjs sees it (SPEC D3).
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
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
function encodeStructs(client: number, structs: readonly Struct[]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, 1);
  encoding.writeVarUint(encoder.restEncoder, structs.length);
  encoder.writeClient(client);
  encoding.writeVarUint(encoder.restEncoder, structs[0]?.id.clock ?? 0);
  for (const struct of structs) struct.write(encoder, 0);
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

function isOwnAppend(struct: Struct, client: number, array: string): boolean {
  if (!(struct instanceof Y.Item) || struct.id.client !== client) return false;
  if (!(struct.content instanceof Y.ContentBinary)) return false;
  if (struct.rightOrigin !== null || struct.parentSub !== null) return false;
  if (struct.origin === null) return struct.id.clock === 0 && namesRoot(struct, array);
  return struct.origin.client === client && struct.origin.clock === struct.id.clock - 1;
}

/** A decoded item names a root type by a string, whatever its type says. */
const namesRoot = (item: Y.Item, array: string): boolean => {
  const parent: unknown = item.parent;
  return parent === array;
};

/** True when every item of a shared document's update is the session's own; its deletions are free. */
export function isOwnUpdate(update: Uint8Array, session: SessionId): boolean {
  const client = clientOf(session);
  const structs = decodeStructs(update);
  return structs !== undefined && structs.every((struct) => struct.id.client === client);
}
