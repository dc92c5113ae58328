// What the load generator does with lanes that are connected: a full round, a light load, and a room with much passing
// through it. Frames are made before the clock starts.
import type { LoadNumbers } from './loadCommands.ts';
import { peoplePerRoom, type Lane } from './lanes.ts';
import { clientFrame } from './rawSocket.ts';

const underWayPerRoom = 10;
const others = peoplePerRoom - 1;

/** As fast as it goes, with a few messages under way in each room. `perSecond` counts copies to the four others. */
export function fullRound(lanes: readonly Lane[], messagesPerRoom: number): Promise<LoadNumbers> {
  const rooms = lanes.map((lane) => ({
    lane,
    frames: Array.from({ length: messagesPerRoom }, (_, i) => clientFrame(lane.next(i % peoplePerRoom))),
    sent: 0,
    delivered: 0,
  }));
  type RoundRoom = (typeof rooms)[number];
  let waiting = rooms.length;

  function fill(room: RoundRoom) {
    const { lane, frames } = room;
    while (room.sent < messagesPerRoom && room.sent - room.delivered / lane.copies < underWayPerRoom) {
      const frame = frames[room.sent];
      if (frame) lane.sockets[room.sent % peoplePerRoom]?.sendFrame(frame);
      room.sent++;
    }
  }
  return new Promise((resolve) => {
    const from = performance.now();
    for (const room of rooms) {
      room.lane.hear = (_person, frame) => {
        const count = room.lane.countIn(frame);
        if (count === 0) return;
        room.delivered += count;
        const expected = messagesPerRoom * room.lane.copies;
        if (room.delivered > expected) throw new Error('more was delivered than was sent');
        if (room.delivered < expected) return fill(room);
        waiting--;
        if (waiting > 0) return;
        const seconds = (performance.now() - from) / 1000;
        resolve({ perSecond: (lanes.length * messagesPerRoom * others) / seconds });
      };
    }
    for (const room of rooms) fill(room);
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * So many messages a second in all, room after room, one under way in each: how long until the sender has the
 * acknowledgement, and until each of the others has the message.
 */
export function lightLoad(lanes: readonly Lane[], messages: number, perSecond: number): Promise<LoadNumbers> {
  const acks: number[] = [];
  const deliveries: number[] = [];
  const sentAt = new Map<Lane, number>();
  const frames = Array.from({ length: messages }, (_, i) => {
    const lane = lanes[i % lanes.length];
    if (!lane) throw new Error('no lanes');
    const sender = Math.floor(i / lanes.length) % peoplePerRoom;
    return { lane, sender, frame: clientFrame(lane.next(sender)) };
  });
  return new Promise((resolve) => {
    const heard = (lane: Lane, frame: Buffer) => {
      const ms = performance.now() - (sentAt.get(lane) ?? Number.NaN);
      if (lane.isAck(frame)) acks.push(ms);
      else for (let i = lane.countIn(frame); i > 0; i--) deliveries.push(ms);
      const acksDue = lane.acknowledges ? messages : 0;
      if (deliveries.length < messages * others || acks.length < acksDue) return;
      resolve({
        ackP50: acks.length === 0 ? 0 : percentile(acks, 0.5),
        deliveryP50: percentile(deliveries, 0.5),
        deliveryP99: percentile(deliveries, 0.99),
      });
    };
    for (const lane of lanes) lane.hear = (_person, frame) => heard(lane, frame);
    let next = 0;
    const from = performance.now();
    const timer = setInterval(() => {
      // A late timer sends what is due one by one, so that no burst is measured.
      const one = frames[next];
      if (!one) return clearInterval(timer);
      if (performance.now() - from < (next * 1000) / perSecond) return;
      next++;
      sentAt.set(one.lane, performance.now());
      one.lane.sockets[one.sender]?.sendFrame(one.frame);
    }, 1);
  });
}

const pieceBytes = 16 * 1024;
const piecesUnderWay = 16;

/**
 * So much passes through one room, written by its first person, while its last reads nothing if it `isOneStalled`.
 * Answers how fast the three in between got it.
 */
export function pass(lane: Lane, megabytes: number, isOneStalled: boolean): Promise<LoadNumbers> {
  const pieces = Math.ceil((megabytes * 1_000_000) / pieceBytes);
  const stalled = peoplePerRoom - 1;
  const readers = Array.from({ length: peoplePerRoom - 2 }, (_, i) => i + 1);
  const got = new Map(readers.map((person) => [person, 0]));
  if (isOneStalled) lane.sockets[stalled]?.pause();
  let sent = 0;
  const slowest = () => Math.min(...got.values());
  const fill = () => {
    for (; sent < pieces && sent - slowest() < piecesUnderWay; sent++)
      lane.sockets[0]?.send(lane.next(0, pieceBytes));
  };
  return new Promise((resolve) => {
    const from = performance.now();
    lane.hear = (person, frame) => {
      const before = got.get(person);
      if (before === undefined) return;
      got.set(person, before + lane.countIn(frame));
      if (slowest() < pieces) return fill();
      lane.hear = () => {};
      const seconds = (performance.now() - from) / 1000;
      resolve({ megabytesPerSecond: (pieces * pieceBytes) / 1_000_000 / seconds });
    };
    fill();
  });
}
