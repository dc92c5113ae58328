// The name that others see, and the handle that the relay knows.
import { type FormEvent, useState } from 'react';
import type { CommandFailure } from '../../chat/commands.ts';
import type { SelfView } from '../../chat/views.ts';
import { useAnnounce } from '../kit/Announcer.tsx';
import { Avatar } from '../kit/Avatar.tsx';
import { Button } from '../kit/Button.tsx';
import { personName } from '../kit/chatTitle.ts';
import { nameProblem } from '../kit/nameProblem.ts';
import { Card } from '../kit/Page.tsx';
import { useClient, useWords } from '../kit/Surroundings.tsx';
import { TextField } from '../kit/TextField.tsx';

export function ProfileCard({ self }: { self: Extract<SelfView, { state: 'ready' }> }) {
  const { words } = useWords();
  const { settings } = words;
  const client = useClient();
  const announce = useAnnounce();
  const [typed, setTyped] = useState<string>();
  const [isSaved, setIsSaved] = useState(false);
  const [failure, setFailure] = useState<CommandFailure>();
  const name = typed ?? self.name;
  const problem = nameProblem(name);
  const isChanged = typed !== undefined && typed.trim() !== self.name;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isChanged || problem !== undefined) return;
    const answer = await client.command({ command: 'setName', name: name.trim() });
    setFailure(answer.ok ? undefined : answer.error);
    setIsSaved(answer.ok);
    if (!answer.ok) return;
    setTyped(undefined);
    announce(settings.nameSaved);
  }

  return (
    <Card title={settings.profile}>
      <div className="flex flex-wrap items-center gap-4">
        <Avatar seed={self.userId} name={name} size="xl" />
        <div className="min-w-0">
          <p className="truncate text-lg font-semibold">
            <bdi>{personName(words, name)}</bdi>
          </p>
          <p className="truncate text-muted" dir="ltr">
            @{self.handle}
          </p>
        </div>
      </div>
      <form onSubmit={(event) => void save(event)} className="mt-4 flex flex-wrap items-end gap-2">
        <TextField
          label={settings.name}
          value={name}
          error={
            problem !== undefined && problem !== 'empty'
              ? words.nameProblems[problem]
              : failure && words.failures[failure]
          }
          onChange={(event) => {
            setTyped(event.target.value);
            setIsSaved(false);
          }}
          dir="auto"
          className="min-w-[min(--spacing(48),100%)] flex-1"
        />
        <Button
          type="submit"
          look="quiet"
          disabled={!isChanged || problem !== undefined}
          className="min-h-12!"
        >
          {isSaved ? settings.nameSaved : settings.saveName}
        </Button>
      </form>
    </Card>
  );
}
