// Goes through everything that this device holds, when asked to, and says what it found as a short list.
import { useState } from 'react';
import type { CommandFailure, DeviceCheck as Found } from '../../chat/commands.ts';
import { Button } from '../kit/Button.tsx';
import { Notice } from '../kit/Notice.tsx';
import { Card } from '../kit/Page.tsx';
import { useSurroundings } from '../kit/Surroundings.tsx';

type State =
  | { readonly kind: 'idle' | 'checking' }
  | { readonly kind: 'failed'; readonly failure: CommandFailure }
  | { readonly kind: 'found'; readonly found: Found };

export function DeviceCheck() {
  const { client, words, formats } = useSurroundings();
  const { check: text } = words.diagnostics;
  const [state, setState] = useState<State>({ kind: 'idle' });

  async function check(): Promise<void> {
    setState({ kind: 'checking' });
    const answer = await client.command({ command: 'checkDevice' });
    setState(answer.ok ? { kind: 'found', found: answer.value } : { kind: 'failed', failure: answer.error });
  }

  const facts = ({
    keptSegments,
    openableSegments,
    ...found
  }: Found): readonly (readonly [string, string])[] => [
    [text.chats, formats.number(found.chats)],
    [text.messages, formats.number(found.messages)],
    [text.unreadable, formats.number(found.unreadableRows)],
    [text.segments, text.ofAll(formats.number(openableSegments), formats.number(keptSegments))],
    [text.gaps, formats.number(found.gaps)],
    [text.waiting, formats.number(found.waiting)],
  ];
  return (
    <Card title={text.title}>
      <p className="mb-3 text-sm text-muted">{text.sentence}</p>
      <Button look="quiet" icon="check" disabled={state.kind === 'checking'} onClick={() => void check()}>
        {state.kind === 'checking' ? text.checking : text.start}
      </Button>
      {state.kind === 'failed' && (
        <Notice look="danger" icon="warning" role="alert" className="mt-3">
          {words.failures[state.failure]}
        </Notice>
      )}
      {state.kind === 'found' && (
        <output className="mt-4 block">
          <dl aria-label={text.result} className="flex flex-col gap-2 text-sm">
            {facts(state.found).map(([name, value]) => (
              <div key={name} className="flex flex-wrap justify-between gap-x-4">
                <dt className="text-muted">{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </output>
      )}
    </Card>
  );
}
