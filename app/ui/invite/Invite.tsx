// Makes a link that lets one person in, and helps to get it there: copy, share, or let them scan it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { CommandFailure } from '../../chat/commands.ts';
import { useAnnounce } from '../kit/Announcer.tsx';
import { Button } from '../kit/Button.tsx';
import { chatPath } from '../kit/chatTitle.ts';
import { Icon } from '../kit/Icon.tsx';
import { Notice } from '../kit/Notice.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Shimmer } from '../kit/Shimmer.tsx';
import { useClient, useWords } from '../kit/Surroundings.tsx';
import { QrCode } from './QrCode.tsx';

type InvitationState =
  | { readonly kind: 'making' }
  | { readonly kind: 'made'; readonly link: string; readonly expiresAtMs: number }
  | { readonly kind: 'failed'; readonly failure: CommandFailure };

function useNewInvitation(): { state: InvitationState; make: () => void } {
  const client = useClient();
  const [state, setState] = useState<InvitationState>({ kind: 'making' });
  const turn = useRef(0);
  const make = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    setState({ kind: 'making' });
    void client.command({ command: 'createInvitation' }).then((answer) => {
      if (mine !== turn.current) return;
      setState(answer.ok ? { kind: 'made', ...answer.value } : { kind: 'failed', failure: answer.error });
    });
  }, [client]);
  // Once for each visit, also where effects run twice.
  useEffect(() => {
    if (turn.current === 0) make();
  }, [make]);
  return { state, make };
}

function Made({
  link,
  expiresAtMs,
  onAnother,
}: {
  link: string;
  expiresAtMs: number;
  onAnother: () => void;
}) {
  const { words, formats } = useWords();
  const { invite } = words;
  const announce = useAnnounce();
  const [isCopied, setIsCopied] = useState(false);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(link);
    setIsCopied(true);
    announce(invite.copied);
    setTimeout(() => setIsCopied(false), 2500);
  }
  async function share(): Promise<void> {
    try {
      await navigator.share({ text: invite.shareText, url: link });
    } catch (error) {
      // Closing the system's sheet is an answer too.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    }
  }

  return (
    <>
      <label className="flex flex-col gap-1.5 text-sm font-semibold">
        {invite.link}
        <input
          readOnly
          autoComplete="off"
          value={link}
          dir="ltr"
          onFocus={(event) => event.target.select()}
          className="min-h-12 w-full truncate rounded-md border border-line bg-field px-3.5 text-md font-normal"
        />
      </label>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button icon={isCopied ? 'check' : 'copy'} className="flex-1" onClick={() => void copy()}>
          {isCopied ? invite.copied : invite.copy}
        </Button>
        {'share' in navigator && (
          <Button look="quiet" icon="share" className="flex-1" onClick={() => void share()}>
            {invite.share}
          </Button>
        )}
      </div>
      <ul className="mt-4 flex flex-col gap-1.5 text-sm text-muted">
        <li className="flex gap-2">
          <Icon name="user" size={4.5} />
          {invite.oneEach}
        </li>
        <li className="flex gap-2">
          <Icon name="clock" size={4.5} />
          {invite.expires(formats.full(expiresAtMs))}
        </li>
        <li className="flex gap-2">
          <Icon name="lock" size={4.5} />
          {invite.secret}
        </li>
      </ul>
      <div className="mt-6 flex flex-col items-center gap-3 border-t border-line pt-5">
        <p className="text-sm font-semibold">{invite.scan}</p>
        <QrCode text={link} label={invite.qr} />
        <Button look="plain" onClick={onAnother}>
          {invite.another}
        </Button>
      </div>
    </>
  );
}

export function Invite() {
  const { words } = useWords();
  const { invite } = words;
  const client = useClient();
  const [, navigate] = useLocation();
  const { state, make } = useNewInvitation();

  async function writeNote(): Promise<void> {
    const answer = await client.command({ command: 'createNotes' });
    if (answer.ok) navigate(chatPath(answer.value.chatId));
  }

  return (
    <Page title={invite.title}>
      <p className="text-muted">{invite.sentence}</p>
      <Card>
        {state.kind === 'making' && (
          <div className="flex min-h-124 flex-col gap-4">
            <output className="text-sm font-semibold">{invite.making}</output>
            <Shimmer className="h-12 rounded-md!" />
            <Shimmer className="h-11 rounded-md!" />
            <Shimmer className="mx-auto mt-12 aspect-square w-full max-w-60 rounded-md!" />
          </div>
        )}
        {state.kind === 'failed' && (
          <div role="alert" className="flex flex-col items-start gap-3">
            <h2 className="font-semibold">{invite.failedTitle}</h2>
            <p className="text-sm text-muted">{words.failures[state.failure]}</p>
            <Button onClick={make}>{words.tryAgain}</Button>
          </div>
        )}
        {state.kind === 'made' && <Made link={state.link} expiresAtMs={state.expiresAtMs} onAnother={make} />}
      </Card>
      <Notice icon="info">{invite.tryingOut}</Notice>
      <Button look="plain" icon="bookmark" onClick={() => void writeNote()}>
        {words.inbox.writeNote}
      </Button>
    </Page>
  );
}
