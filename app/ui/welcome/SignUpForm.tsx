// Name and handle, and in. The handle follows from the name until somebody changes it.
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Admission, CommandFailure } from '../../chat/commands.ts';
import { Button } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { nameProblem } from '../kit/nameProblem.ts';
import { Notice } from '../kit/Notice.tsx';
import { useClient, useWords } from '../kit/Surroundings.tsx';
import { TextField } from '../kit/TextField.tsx';
import { useIsTouch } from '../kit/useMediaQuery.ts';
import { handleProblem, suggestHandle } from './suggestHandle.ts';

const secretOf = (admission: Admission): string =>
  admission.kind === 'administrator'
    ? admission.token
    : admission.kind === 'invitation'
      ? admission.link
      : '';

export function SignUpForm(props: {
  admission: Admission;
  onStart: () => void;
  onDone: (chatId: string | undefined) => void;
  onFail: (failure: CommandFailure) => void;
}) {
  const { admission, onStart, onDone, onFail } = props;
  const { words } = useWords();
  const { welcome } = words;
  const client = useClient();
  const isTouch = useIsTouch();
  const nameField = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [ownHandle, setOwnHandle] = useState<string>();
  const [takenHandle, setTakenHandle] = useState<string>();
  const [failed, setFailed] = useState<{ secret: string; failure: CommandFailure }>();
  const [isTried, setIsTried] = useState(false);
  const [isWorking, setIsWorking] = useState(false);

  // On touch the keyboard would cover half of what explains the screen.
  useEffect(() => {
    if (!isTouch) nameField.current?.focus();
  }, [isTouch]);

  const secret = secretOf(admission);
  // What was refused of one link says nothing of the next.
  const failure = failed?.secret === secret ? failed.failure : undefined;
  const handle = ownHandle ?? suggestHandle(name);
  const problem = handleProblem(handle);
  const nameIs = nameProblem(name);
  const nameError =
    nameIs === 'empty' ? (isTried ? welcome.nameMissing : undefined) : nameIs && words.nameProblems[nameIs];
  const handleError =
    takenHandle !== undefined && takenHandle === handle
      ? words.failures['handle-taken']
      : problem !== undefined && (isTried || (ownHandle !== undefined && handle !== ''))
        ? welcome.handleProblems[problem]
        : undefined;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsTried(true);
    if (nameIs !== undefined || problem !== undefined || isWorking) return;
    setIsWorking(true);
    setFailed(undefined);
    onStart();
    const answer = await client.command({ command: 'signUp', name: name.trim(), handle, admission });
    setIsWorking(false);
    if (answer.ok) return onDone(answer.value.chatId);
    if (answer.error === 'handle-taken') setTakenHandle(handle);
    else setFailed({ secret, failure: answer.error });
    onFail(answer.error);
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-5">
      <TextField
        ref={nameField}
        label={welcome.name}
        hint={welcome.nameHint}
        error={nameError}
        value={name}
        onChange={(event) => setName(event.target.value)}
        enterKeyHint="next"
        dir="auto"
      />
      <TextField
        label={welcome.handle}
        hint={welcome.handleHint}
        error={handleError}
        prefix="@"
        value={handle}
        onChange={(event) => setOwnHandle(event.target.value.toLowerCase())}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="go"
        dir="ltr"
      />
      {failure !== undefined && (
        <Notice look="danger" icon="warning" role="alert">
          {admission.kind === 'administrator' && failure === 'bad-token'
            ? welcome.adminRefused
            : words.failures[failure]}
        </Notice>
      )}
      <Button type="submit" disabled={isWorking} className="min-h-12!">
        {isWorking ? welcome.starting : welcome.start}
      </Button>
      <p className="flex items-center justify-center gap-1.5 text-sm text-muted">
        <Icon name="lock" size={4} />
        {welcome.noPhone}
      </p>
    </form>
  );
}
