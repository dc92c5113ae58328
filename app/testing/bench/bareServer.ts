// The baseline: a bare `ws` server that passes each message on to the others in its room, one send for each recipient
// and message, without corking or compression, and stores nothing. A process of its own; PORT says where.
import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

const server = new WebSocketServer({ port: Number(process.env['PORT']), perMessageDeflate: false });
const rooms = new Map<string, Set<WebSocket>>();

server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
  const name = request.url ?? '';
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room.add(socket));
  socket.on('message', (message) => {
    for (const other of room) if (other !== socket) other.send(message);
  });
  socket.on('close', () => room.delete(socket));
});
server.on('listening', () => process.stdout.write('listening\n'));
