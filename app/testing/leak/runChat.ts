// One whole run: a build, a relay, two browsers with profiles of their own, a chat, and then everything that any of them
// kept, sent or said, beside all that must not be in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { parseBase64url } from '../../../shared/codec/base64url.ts';
import { buildVariant, chatName, type Change } from './buildVariant.ts';
import type { Captured } from './capture.ts';
import {
  drafts,
  handles,
  meet,
  names,
  said,
  sayIntoSilence,
  searched,
  talk,
  talkAfterRestart,
} from './chat.ts';
import { openDevice, type DeviceDump } from './device.ts';
import { secretNeedle, textNeedle, textNeedles, type Needle } from './needles.ts';
import type { Hay } from './search.ts';
import { filesOf, startTappedRelay, type TappedRelay } from './tappedRelay.ts';

export interface Run {
  /** What the relay sent and received, and what it wrote to its disk and log. */
  readonly wire: readonly Hay[];
  readonly relayDisk: readonly Hay[];
  /** What both sites keep, as they can read it themselves, and what they wrote to the console. */
  readonly sites: readonly Hay[];
  /** The files of both browsers, once they were closed. */
  readonly profiles: readonly Hay[];
  readonly platformKeys: DeviceDump['keys'];
  readonly captured: readonly Captured[];
  /** Texts and names of the run. */
  readonly texts: readonly Needle[];
  /** The relay makes these and knows them; its disk and log don't, and on a device they are sealed. */
  readonly tokens: readonly Needle[];
}

export async function runChat(changes: readonly Change[]): Promise<Run> {
  const pages = await buildVariant(changes);
  const relay = await startTappedRelay(pages);
  const profiles = await Promise.all(
    ['ada', 'bob'].map((name) => mkdtemp(join(tmpdir(), `convo-leak-${name}-`))),
  );
  try {
    return await runIn(relay, profiles);
  } finally {
    await relay.close();
    relay.remove();
    await Promise.all([pages, ...profiles].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

async function runIn(relay: TappedRelay, profiles: readonly string[]): Promise<Run> {
  const contexts = await Promise.all(
    profiles.map((profile) => chromium.launchPersistentContext(profile, browserLaunch())),
  );
  const [adasContext, bobsContext] = contexts;
  if (!adasContext || !bobsContext) throw new Error('two people have two browsers');
  const close = () => Promise.all(contexts.map((context) => context.close()));
  try {
    const ada = await openDevice(adasContext, 'Ada', relay.origin);
    const bob = await openDevice(bobsContext, 'Bob', relay.origin);
    const { chatId, links } = await meet(ada, bob, relay.administratorToken);
    await talk(ada, bob, chatId);

    relay.hold();
    const arrived = await sayIntoSilence(ada, bob, chatId);
    const dumps = await Promise.all([ada.dump(), bob.dump()]);
    const diskMeanwhile = relay.disk();
    relay.release();
    await arrived();
    await talkAfterRestart(ada, bob, chatId);
    dumps.push(...(await Promise.all([ada.dump(), bob.dump()])));

    const captured = [...(await ada.captured()), ...(await bob.captured())];
    const sites = [...dumps.flatMap(({ hays }) => hays), ada.console(), bob.console()];
    await close();
    await relay.close();
    const wire = relay.wire();
    return {
      wire,
      relayDisk: [...diskMeanwhile, ...relay.disk()],
      sites,
      profiles: profiles.flatMap((profile) => filesOf(profile)),
      platformKeys: dumps.flatMap(({ keys }) => keys),
      captured,
      texts: textsOf(links),
      tokens: tokensOf(wire),
    };
  } finally {
    await close();
  }
}

function textsOf(links: readonly string[]): readonly Needle[] {
  const groups = [said, drafts, names, searched, { 'chat name': chatName }];
  return [
    ...groups.flatMap((group) => Object.entries(group).flatMap(([name, text]) => textNeedles(name, text))),
    // Its words are chance; the secret in it is among the captured ones.
    ...links.map((link) => textNeedle('invitation link', new URL(link).hash.replace('#invite=', ''))),
  ];
}

export const handleNeedles: readonly Needle[] = Object.values(handles).flatMap((handle) =>
  textNeedles('handle', handle),
);

/** The tokens that the relay gave out. A refresh token is 16 bytes of name, which the relay keeps, and a secret. */
function tokensOf(wire: readonly Hay[]): readonly Needle[] {
  const texts = wire.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return texts.flatMap((text) =>
    [...text.matchAll(/"(accessToken|refreshToken)":"([\w-]+)"/g)].map(([, name = '', token = '']) => {
      const bytes = parseBase64url(token) ?? new Uint8Array(0);
      return secretNeedle(name, name === 'refreshToken' ? bytes.slice(16) : bytes);
    }),
  );
}
