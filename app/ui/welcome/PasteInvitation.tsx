// A field for a link that came some other way: in a mail, or on paper.
import { type FormEvent, useState } from 'react';
import { Button } from '../kit/Button.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { TextField } from '../kit/TextField.tsx';
import { type FoundAdmission, readAdmission } from './readAdmission.ts';

export function PasteInvitation({ onFound }: { onFound: (found: FoundAdmission) => void }) {
  const { words } = useWords();
  const { welcome } = words;
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();

  function take(pasted: string, isFinal: boolean): void {
    const found = readAdmission(pasted);
    if (found.kind !== 'none') onFound(found);
    else if (isFinal)
      setError(pasted.trim() === '' ? welcome.pasteMissing : words.failures['not-an-invitation']);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    take(text, true);
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <TextField
        label={welcome.paste}
        placeholder={welcome.pastePlaceholder}
        error={error}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setError(undefined);
        }}
        onPaste={(event) => take(event.clipboardData.getData('text'), false)}
        type="url"
        inputMode="url"
        dir="ltr"
      />
      <Button type="submit" className="min-h-12!">
        {welcome.pasteAction}
      </Button>
    </form>
  );
}
