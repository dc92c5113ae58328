// The load generator, in a process of its own: fills rooms of five on each server under measurement, and does what it is
// asked with them. What is measured stays the server.
import { catchUp } from './catchUpLoad.ts';
import { bareLane, entryBytes, peoplePerRoom, relayLane, type Lane } from './lanes.ts';
import { sides, type LoadAnswer, type LoadCommand, type LoadNumbers, type Side } from './loadCommands.ts';
import { fullRound, lightLoad, pass } from './loadRounds.ts';
import { populate, signInAll, type LoadRoom } from './population.ts';
import { hocuspocusLane, yWebsocketLane } from './yjsLanes.ts';

let population: readonly LoadRoom[] = [];
let tokens: Awaited<ReturnType<typeof signInAll>> = new Map();
const lanesBySide = new Map<Side, Lane[]>(sides.map((side) => [side, []]));
const lanesOf = (side: Side): Lane[] => lanesBySide.get(side) ?? [];

function openLane(side: Side, port: number, room: number): Promise<Lane> {
  switch (side) {
    case 'relay': {
      const known = population[room];
      if (!known) throw new Error('no such room');
      return relayLane(port, known, tokens);
    }
    case 'bare':
      return bareLane(port, room);
    case 'y-websocket':
      return yWebsocketLane(port, room);
    case 'hocuspocus':
      return hocuspocusLane(port, room);
    default:
      return side satisfies never;
  }
}

async function obey(command: LoadCommand): Promise<LoadNumbers> {
  switch (command.kind) {
    case 'populate':
      population = await populate(command.port, command.rooms, peoplePerRoom);
      return {};
    case 'sign in':
      tokens = await signInAll(command.port, population.slice(0, command.rooms));
      return {};
    case 'connect':
      for (let room = lanesOf(command.to).length; room < command.rooms; room++)
        lanesOf(command.to).push(await openLane(command.to, command.port, room));
      return {};
    case 'disconnect':
      for (const { sockets } of lanesOf(command.from).splice(0)) for (const socket of sockets) socket.close();
      return {};
    case 'round':
      return fullRound(lanesOf(command.on), command.messagesPerRoom);
    case 'light load':
      return lightLoad(lanesOf(command.on), command.messages, command.perSecond);
    case 'catch up': {
      const rooms = population.slice(0, command.rooms);
      const [first] = rooms;
      const [user] = first?.people ?? [];
      if (!first || !user) throw new Error('nobody is there');
      const token = tokens.get(user) ?? '';
      return { ...(await catchUp(command.port, rooms, token)), entryBytes: entryBytes(first) };
    }
    case 'pass': {
      const [lane] = lanesOf(command.on);
      if (!lane) throw new Error('no lane is connected');
      return pass(lane, command.megabytes, command.isOneStalled);
    }
    default:
      return command satisfies never;
  }
}

process.on('message', (command: LoadCommand) => {
  obey(command).then(
    (numbers) => process.send?.({ numbers } satisfies LoadAnswer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies LoadAnswer),
  );
});
