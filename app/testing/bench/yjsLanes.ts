// Lanes of the peers that read documents: the same message as one byte array at the end of its author's own array, sent
// as the update that Yjs makes of it. A frame's messages are counted by a mark at their beginning, because Hocuspocus
// merges what comes in one turn; and both send a message back to its author too, which is their way and counts for nothing.
import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import * as Y from 'yjs';
import { randomBytes } from '../../../sync-server/testing/signer.ts';
import { createLane, messageBytes, openPeople, peoplePerRoom, type Lane } from './lanes.ts';
import { openRawSocket, type RawSocket } from './rawSocket.ts';

const mark = Buffer.from(randomBytes(8));
/** y-protocols: a sync message that is an update. */
const sync = 0;
const updateStep = 2;

function marksIn(frame: Buffer): number {
  let count = 0;
  for (let at = frame.indexOf(mark); at !== -1; at = frame.indexOf(mark, at + messageBytes)) count++;
  return count;
}

/** One author's messages as updates. */
function createAuthor(name: string) {
  const doc = new Y.Doc();
  const messages = doc.getArray<Uint8Array>(name);
  let update: Uint8Array = new Uint8Array(0);
  doc.on('update', (made: Uint8Array) => void (update = made));
  return (size: number): Uint8Array => {
    const message = randomBytes(size);
    message.set(mark);
    messages.push([message]);
    return update;
  };
}

/** `address` stands before each message; Hocuspocus' has the document's name there. */
function updatesOf(address: string | undefined): Omit<Lane, 'sockets' | 'hear'> {
  const authors = Array.from({ length: peoplePerRoom }, (_, person) => createAuthor(String(person)));
  return {
    next(sender, size = messageBytes) {
      const encoder = createEncoder();
      if (address !== undefined) writeVarString(encoder, address);
      writeVarUint(encoder, sync);
      writeVarUint(encoder, updateStep);
      writeVarUint8Array(encoder, authors[sender]?.(size) ?? new Uint8Array(0));
      return toUint8Array(encoder);
    },
    copies: peoplePerRoom,
    countIn: marksIn,
    acknowledges: false,
    isAck: () => false,
  };
}

export const yWebsocketLane = (port: number, room: number): Promise<Lane> =>
  createLane(updatesOf(undefined), (hear) => openPeople(port, `/room-${room}`, hear));

const authMessage = 2;
const authToken = 0;
const authenticated = 2;

/** Says hello as its provider does, and is there when the server has answered. */
async function openHocuspocusSocket(
  port: number,
  name: string,
  hear: (frame: Buffer) => void,
): Promise<RawSocket> {
  let isIn = () => {};
  const entered = new Promise<void>((resolve) => (isIn = resolve));
  const socket = await openRawSocket(port, '/', {
    message(frame) {
      const decoder = createDecoder(frame);
      decoder.pos = 1 + name.length;
      if (readVarUint(decoder) === authMessage && readVarUint(decoder) === authenticated) isIn();
      hear(frame);
    },
    closed() {},
  });
  const hello = createEncoder();
  writeVarString(hello, name);
  writeVarUint(hello, authMessage);
  writeVarUint(hello, authToken);
  writeVarString(hello, 'anyone');
  socket.send(toUint8Array(hello));
  await entered;
  return socket;
}

export function hocuspocusLane(port: number, room: number): Promise<Lane> {
  const name = `room-${room}`;
  return createLane(updatesOf(name), (hear) =>
    Promise.all(
      Array.from({ length: peoplePerRoom }, (_, person) =>
        openHocuspocusSocket(port, name, (frame) => hear(person, frame)),
      ),
    ),
  );
}
