// Asks before a message goes, and says for whom.
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export function DeleteDialog(props: {
  scope: 'me' | 'everyone';
  onConfirm: () => void;
  onClose: () => void;
  finalFocus: () => HTMLElement | null;
}) {
  const { scope, onConfirm, onClose, finalFocus } = props;
  const { words } = useWords();
  const text = words.deleteDialog;
  return (
    <Dialog
      title={scope === 'me' ? text.forMeTitle : text.forEveryoneTitle}
      description={scope === 'me' ? text.forMeSentence : text.forEveryoneSentence}
      onClose={onClose}
      finalFocus={finalFocus}
    >
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button look="outline" onClick={onClose}>
          {words.cancel}
        </Button>
        <Button
          look="danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {scope === 'me' ? text.forMeAction : text.forEveryoneAction}
        </Button>
      </div>
    </Dialog>
  );
}
