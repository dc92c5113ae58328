import { test } from '@playwright/test';
import { handleNeedles, runChat } from '../leak/runChat.ts';
import { namesOf, search } from '../leak/search.ts';
import { secretsOf } from '../leak/secrets.ts';
test.describe.configure({mode:'parallel'});
for (const ch of [[], ['entries unsealed'],['seals unsealed'],['entries unsealed','seals unsealed'],['boxes unsealed'],['rest unsealed'],['no Ed25519']] as any)
test('look '+ch, async () => {
  const t=Date.now();
  const run = await runChat(ch);
  console.log('run', ch, Date.now()-t);
  const needles = [...run.texts, ...secretsOf(run.captured)];
  for (const k of ['wire','relayDisk','sites','profiles'] as const) console.log(ch, k, namesOf(search(run[k], needles)), 'tokens', namesOf(search(run[k], run.tokens)), 'handles', namesOf(search(run[k], handleNeedles)));
});
