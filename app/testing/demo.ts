// `npm run demo`: a relay in a folder of its own that goes with it, and two friends who really answer through it. Prints
// a link; whoever opens it gets a chat with Ada, and a group with Ada and Ben.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idToText } from '../../shared/protocol/ids.ts';
import { peopleOf } from '../account/storedChats.ts';
import { listen } from '../../sync-server/listen.ts';
import { createRelay } from '../../sync-server/relay/createRelay.ts';
import type { StoredChat } from '../storage/models.ts';
import { createFriend, type Friend } from './demo/friend.ts';
import { createLines } from './demo/lines.ts';

const port = Number(process.env['PORT'] ?? 8787);
const origin = `http://localhost:${port}`;
const dataDir = mkdtempSync(join(tmpdir(), 'convo-demo-'));
const relay = createRelay({
  dataDir,
  registration: 'invite',
  publicOrigin: origin,
  pagesFolder: join(import.meta.dirname, '../../dist'),
});
const listening = await listen(relay, port).catch((error: NodeJS.ErrnoException) => {
  const isTaken = error.code === 'EADDRINUSE';
  console.error(isTaken ? `Port ${port} is in use: PORT=8788 npm run demo takes another.` : error.message);
  process.exit(1);
});

const friendIds = new Set<string>();
const isFriend = (user: string) => friendIds.has(user);
const ada = await createFriend(origin, 'ada', createLines(0, isFriend));
const ben = await createFriend(origin, 'ben', createLines(3, isFriend));
await comeIn();
await greet();

/** Ada by the administrator's link, Ben by an invitation of hers. */
async function comeIn() {
  const token = new URL(relay.administratorLink() ?? origin).hash.split('=')[1] ?? '';
  const signUp = { command: 'signUp' } as const;
  await ada.headless.client.command({
    ...signUp,
    name: 'Ada',
    handle: 'ada',
    admission: { kind: 'administrator', token },
  });
  const link = await newLink();
  await ben.headless.client.command({
    ...signUp,
    name: 'Ben',
    handle: 'ben',
    admission: { kind: 'invitation', link },
  });
  for (const friend of [ada, ben]) friendIds.add(idToText(memberOf(friend).identity.user));
}

function memberOf(friend: Friend) {
  const member = friend.headless.engine.member();
  if (!member) throw new Error('a friend has no account');
  return member;
}

async function newLink(): Promise<string> {
  const answer = await ada.headless.client.command({ command: 'createInvitation' });
  if (!answer.ok) throw new Error(`no invitation: ${answer.error}`);
  return answer.value.link;
}

/** Watches for new people: says hello, brings Ben in, and has the next link ready. */
async function greet() {
  const known = new Set<string>();
  const sayLink = async () =>
    console.log(`\n  Open this in your browser (each link lets one person in):\n  ${await newLink()}\n`);
  const visitorOf = (chat: StoredChat) => peopleOf(chat).find(({ user }) => !isFriend(idToText(user)));
  console.log(
    `\n  The demo runs: ${origin}. Ada and Ben are in, and answer. Ctrl+C ends it, and deletes its data.`,
  );
  await sayLink();
  ada.headless.client.watch({ query: 'chats' }, (rows) => {
    for (const { chatId } of rows) {
      if (known.has(chatId)) continue;
      known.add(chatId);
      void ada.headless.storage.chat(chatId).then(async (chat) => {
        const visitor = chat?.kind === 'direct' ? visitorOf(chat) : undefined;
        if (!chat || !visitor) return;
        await welcome(chat, visitor);
        await sayLink();
      });
    }
  });
}

async function welcome(chat: StoredChat, visitor: ReturnType<typeof peopleOf>[number]) {
  const host = memberOf(ada);
  host.rooms.add(chat);
  await ada.say(chat.id, 'Welcome! I am a program, but my messages come the real way.');
  const benHimself = await memberOf(ben).contacts.self();
  const about = { kind: 'group', title: 'Weekend at the lake' } as const;
  const group = await host.contacts.startChat([visitor, benHimself], about, {});
  host.rooms.add(group);
  await host.runTasks();
  await ada.say(group.id, 'This is Ben. Ben, meet our guest.');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([ada.close(), ben.close()])
      .then(() => listening.close())
      .finally(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(0);
      });
  });
}
