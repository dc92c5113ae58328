// The load generator, in a process of its own: fills rooms of five, and measures how long a number of messages takes to
// reach everyone else in their rooms. Each room keeps a few messages under way; what is measured stays the server.
import { encodeUp } from '../../../shared/protocol/frames/up.ts';
import { newTestSession } from '../../../sync-server/testing/testChat.ts';
import { randomBytes } from '../../../sync-server/testing/signer.ts';
import { join, populate, signInAll, type LoadRoom } from './population.ts';
import { clientFrame, openRawSocket, type RawSocket } from './rawSocket.ts';

const peoplePerRoom = 5;
const messageBytes = 300;
const underWayPerRoom = 10;

export type LoadCommand =
  | { readonly kind: 'populate'; readonly port: number; readonly rooms: number }
  /** Before the first `connect` to a relay that was just started. */
  | { readonly kind: 'sign in'; readonly port: number }
  | { readonly kind: 'connect'; readonly to: 'relay' | 'bare'; readonly port: number; readonly rooms: number }
  | { readonly kind: 'round'; readonly on: 'relay' | 'bare'; readonly messagesPerRoom: number }
  | { readonly kind: 'disconnect'; readonly from: 'relay' | 'bare' };
/** `perSecond` counts deliveries: a message to four others is four. */
export type LoadAnswer = { readonly perSecond: number } | { readonly error: string };

interface Lane {
  readonly sockets: readonly RawSocket[];
  /** The room's next message, as bytes for the wire of its sender. */
  next(sender: number): Uint8Array;
  delivered: number;
}

let population: readonly LoadRoom[] = [];
let tokens: Awaited<ReturnType<typeof signInAll>> = new Map();
const lanesBySide: Record<'relay' | 'bare', Lane[]> = { relay: [], bare: [] };
let onDelivery: (lane: Lane) => void = () => {};

function deliver(lane: Lane, count: number) {
  // An acknowledgement delivers nothing.
  if (count === 0) return;
  lane.delivered += count;
  onDelivery(lane);
}

/** How many entries a frame brings: of `entries`, its third number; none of any other. */
function entriesIn(bytes: Buffer): number {
  const entriesFrame = 4;
  if (bytes[0] !== entriesFrame) return 0;
  let at = 1;
  // The channel, then the first number in the log.
  for (let skipped = 0; skipped < 2; at++) if ((bytes[at] ?? 0) < 0x80) skipped++;
  const count = bytes[at] ?? 0;
  if (count >= 0x80) throw new Error('more entries in a frame than were sent');
  return count;
}

async function connectRelay(port: number, count: number) {
  for (const room of population.slice(0, count)) {
    const lane: Lane = { sockets: [], next: () => new Uint8Array(0), delivered: 0 };
    const members = await Promise.all(
      room.people.map((user) =>
        join(port, room, tokens.get(user) ?? '', (bytes) => deliver(lane, entriesIn(bytes))),
      ),
    );
    const sessions = members.map(() => newTestSession(room.document));
    Object.assign(lane, {
      sockets: members.map(({ socket }) => socket),
      next: (sender: number) => {
        const session = sessions[sender];
        if (!session) throw new Error('no such sender');
        return encodeUp({ type: 'append', channel: 1, entry: session.next(1, messageBytes) });
      },
    });
    lanesBySide.relay.push(lane);
  }
}

async function connectBare(port: number, count: number) {
  const message = randomBytes(messageBytes);
  for (let room = 0; room < count; room++) {
    const lane: Lane = { sockets: [], next: () => message, delivered: 0 };
    const sockets = [];
    for (let person = 0; person < peoplePerRoom; person++) {
      const handlers = { message: () => deliver(lane, 1), closed() {} };
      sockets.push(await openRawSocket(port, `/${room}`, handlers));
    }
    Object.assign(lane, { sockets });
    lanesBySide.bare.push(lane);
  }
}

/** Frames are made before the clock starts. */
async function round(lanes: readonly Lane[], messagesPerRoom: number): Promise<number> {
  const prepared = new Map(
    lanes.map((lane) => [
      lane,
      Array.from({ length: messagesPerRoom }, (_, i) => clientFrame(lane.next(i % peoplePerRoom))),
    ]),
  );
  const perMessage = peoplePerRoom - 1;
  const sent = new Map(lanes.map((lane) => [lane, 0]));
  for (const lane of lanes) lane.delivered = 0;
  let waiting = lanes.length;

  return new Promise((resolve) => {
    const from = performance.now();
    function fill(lane: Lane) {
      const frames = prepared.get(lane) ?? [];
      let at = sent.get(lane) ?? 0;
      while (at < messagesPerRoom && at - lane.delivered / perMessage < underWayPerRoom) {
        const frame = frames[at];
        if (frame) lane.sockets[at % peoplePerRoom]?.sendFrame(frame);
        at++;
      }
      sent.set(lane, at);
    }
    onDelivery = (lane) => {
      const expected = messagesPerRoom * perMessage;
      if (lane.delivered > expected) throw new Error('more was delivered than was sent');
      if (lane.delivered < expected) return fill(lane);
      waiting--;
      if (waiting > 0) return;
      const seconds = (performance.now() - from) / 1000;
      resolve((lanes.length * messagesPerRoom * perMessage) / seconds);
    };
    for (const lane of lanes) fill(lane);
  });
}

async function obey(command: LoadCommand): Promise<LoadAnswer> {
  switch (command.kind) {
    case 'populate':
      population = await populate(command.port, command.rooms, peoplePerRoom);
      return { perSecond: 0 };
    case 'sign in':
      tokens = await signInAll(command.port, population);
      return { perSecond: 0 };
    case 'connect':
      await (command.to === 'relay'
        ? connectRelay(command.port, command.rooms)
        : connectBare(command.port, command.rooms));
      return { perSecond: 0 };
    case 'round':
      return { perSecond: await round(lanesBySide[command.on], command.messagesPerRoom) };
    case 'disconnect':
      for (const { sockets } of lanesBySide[command.from].splice(0))
        for (const socket of sockets) socket.close();
      return { perSecond: 0 };
    default:
      return command satisfies never;
  }
}

process.on('message', (command: LoadCommand) => {
  obey(command).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
