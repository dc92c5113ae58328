// node writerProcess.ts ORIGIN ADMINISTRATORS_LINK COUNT: somebody without a screen, in a process of their own. Prints an
// invitation, says so many messages to whoever takes it, prints `written` when the relay has them, and ends.
import { createFriend } from '../bench/friend.ts';

const [origin = '', link = '', count = ''] = process.argv.slice(2);
const friend = await createFriend({ origin, administratorLink: () => link });
console.log(await friend.invite());
const [chat = ''] = await friend.startChats(0);
await friend.write([chat], Number(count));
console.log('written');
await friend.close();
process.exit(0);
