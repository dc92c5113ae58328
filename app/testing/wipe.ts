// `npm run wipe -- --times N [--seed S]`: the relay is stopped, its database and write-ahead log are deleted, and it is
// started again, while its people stay up and go on; afterwards a device with nothing but a person's keys has everything
// that was said. The last line on stdout is JSON: how often, how many messages, and how many a fresh device lacked.
import { readOptions, wholeNumber } from './commandLine.ts';
import { createHarbour } from './harbour/createHarbour.ts';

const values = readOptions({
  times: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
});
const times = wholeNumber('times', values.times);
/** Between two wipes: enough to fill the small segments of the harbour. */
const messagesEach = 12;

const harbour = await createHarbour({ seed: `wipe ${values.seed}`, members: 3 });
const said = new Set<string>();
let wiped = 0;
let missing = 0;
let findings = 0;

for (let time = 0; time < times; time++) {
  for (let i = 0; i < messagesEach; i++) {
    const member = harbour.chance.pick(harbour.people);
    const { id, done } = member.says(harbour.group, harbour.marked(`${time} ${i}`));
    await done;
    said.add(id);
    await harbour.pass(harbour.chance.whole(10, 2000));
  }
  await harbour.relay.wipe();
  wiped++;
  await harbour.pass(harbour.chance.whole(0, 20_000));
  harbour.relay.start();
  findings += (await harbour.calm()).length;
  const fresh = harbour.chance.pick(harbour.people);
  await fresh.becomesFresh();
  findings += (await harbour.calm()).length;
  const there = new Set((await fresh.timeline(harbour.group)).map(({ messageId }) => messageId));
  const lacking = [...said].filter((id) => !there.has(id)).length;
  missing += lacking;
  process.stderr.write(`${time + 1} of ${times}: ${said.size} messages, ${lacking} missing\n`);
}
await harbour.close();
process.stdout.write(`${JSON.stringify({ times: wiped, records: said.size, missing })}\n`, () =>
  process.exit(missing + findings > 0 || wiped < times ? 1 : 0),
);
