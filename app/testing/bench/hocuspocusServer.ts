// A peer under measurement: Hocuspocus with its own SQLite extension, as its documentation sets it up. A process of its
// own; PORT says where, DATABASE which file.
import { SQLite } from '@hocuspocus/extension-sqlite';
import { Server } from '@hocuspocus/server';

const server = new Server({
  port: Number(process.env['PORT']),
  address: '127.0.0.1',
  quiet: true,
  // While the others are measured its clients are silent, and must stay.
  timeout: 3_600_000,
  extensions: [new SQLite({ database: process.env['DATABASE'] ?? '' })],
});
await server.listen();
process.stdout.write('listening\n');
