// A lane is one room of five under load, whatever the server: its sockets, its next message as bytes for the wire, and
// how many messages a frame that arrives has brought. Here are those of our relay and of the bare broadcast.
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { encodeUp } from '../../../shared/protocol/frames/up.ts';
import { newTestSession } from '../../../sync-server/testing/testChat.ts';
import { randomBytes } from '../../../sync-server/testing/signer.ts';
import type { TestUser } from '../../../sync-server/testing/testUser.ts';
import { join, type LoadRoom } from './population.ts';
import { openRawSocket, type RawSocket } from './rawSocket.ts';

export const peoplePerRoom = 5;
/** Each server carries the same: what a sealed message of a line or two is. */
export const messageBytes = 300;

export interface Lane {
  readonly sockets: readonly RawSocket[];
  /** The room's next message by one of its people. */
  next(sender: number, size?: number): Uint8Array;
  /** How many copies of a message come back: to the four others, and to its sender where the server does so. */
  readonly copies: number;
  /** How many messages this frame brings; 0 for whatever else a server says. */
  countIn(frame: Buffer): number;
  readonly acknowledges: boolean;
  isAck(frame: Buffer): boolean;
  /** Set by whoever measures; the frame is good until it returns. */
  hear: (person: number, frame: Buffer) => void;
}

const entriesFrame = 4;
const ackFrame = 6;

/** The third number of an `entries` frame: after the channel and the first number in the log. */
export function entriesIn(frame: Buffer): number {
  if (frame[0] !== entriesFrame) return 0;
  let at = 1;
  for (let skipped = 0; skipped < 2; at++) if ((frame[at] ?? 0) < 0x80) skipped++;
  const low = frame[at] ?? 0;
  return low < 0x80 ? low : (low & 0x7f) + (frame[at + 1] ?? 0) * 0x80;
}

/** One lane for each room; `openSockets` gets the way in to `hear`. */
export async function createLane(
  parts: Omit<Lane, 'sockets' | 'hear'>,
  openSockets: (hear: (person: number, frame: Buffer) => void) => Promise<readonly RawSocket[]>,
): Promise<Lane> {
  const lane: Lane = { ...parts, sockets: [], hear() {} };
  const sockets = await openSockets((person, frame) => lane.hear(person, frame));
  return Object.assign(lane, { sockets });
}

export function relayLane(
  port: number,
  room: LoadRoom,
  tokens: ReadonlyMap<TestUser, string>,
): Promise<Lane> {
  const sessions = room.people.map(() => newTestSession(room.document));
  return createLane(
    {
      next(sender, size = messageBytes) {
        const session = sessions[sender];
        if (!session) throw new Error('no such sender');
        // What passes in large pieces is more than a segment takes (SPEC R47).
        const kind = size > messageBytes ? entryKinds.meta : entryKinds.segment;
        return encodeUp({ type: 'append', channel: 1, entry: session.next(1, size, kind) });
      },
      copies: peoplePerRoom - 1,
      countIn: entriesIn,
      acknowledges: true,
      isAck: (frame) => frame[0] === ackFrame,
    },
    async (hear) => {
      const members = await Promise.all(
        room.people.map((user, person) =>
          join(port, room, tokens.get(user) ?? '', (frame) => hear(person, frame)),
        ),
      );
      return members.map(({ socket }) => socket);
    },
  );
}

/** What an entry of a message is on the wire, without its frame. */
export const entryBytes = (room: LoadRoom): number =>
  newTestSession(room.document).next(1, messageBytes).length;

export const openPeople = (
  port: number,
  path: string,
  hear: (person: number, frame: Buffer) => void,
): Promise<RawSocket[]> =>
  Promise.all(
    Array.from({ length: peoplePerRoom }, (_, person) =>
      openRawSocket(port, path, { message: (frame) => hear(person, frame), closed() {} }),
    ),
  );

export function bareLane(port: number, room: number): Promise<Lane> {
  const messageBySize = new Map<number, Uint8Array>();
  return createLane(
    {
      next(_sender, size = messageBytes) {
        const message = messageBySize.get(size) ?? randomBytes(size);
        messageBySize.set(size, message);
        return message;
      },
      copies: peoplePerRoom - 1,
      countIn: () => 1,
      acknowledges: false,
      isAck: () => false,
    },
    (hear) => openPeople(port, `/${room}`, hear),
  );
}
